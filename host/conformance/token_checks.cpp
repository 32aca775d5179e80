// OAuth: token answers and what is made of them.
#include "conformance/groups.hpp"
#include "conformance/token_body.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::host::conformance {
namespace {

using nlohmann::json;

// What the operation yields where its token answers are changed so; fails where it yields nothing.
auto granted_with(
    const subject& whose, const sample& one, const token_change& change, const std::string& what,
    findings& into
) -> std::vector<granted> {
    const auto run = play(whose, changed(one, change));
    if (run.done() == nullptr) {
        into.fail(what + ", and the operation " + run.ending());
        return {};
    }
    return run.done()->output.grants;
}

// What a careful plugin takes off a lifetime, at most.
constexpr auto longest_margin = std::chrono::minutes(5);

struct expiry_shape {
    const char* text;  // null: absent
    std::optional<std::int64_t> seconds;
};

void judge_expiry(
    const granted& grant, time_point expected, const std::string& name, findings& into
) {
    if (!grant.expires_at) {
        into.fail(name + ", and the grant's expiry is unknown");
    } else if (*grant.expires_at > expected) {
        into.fail(name + ", and the grant expires later than that after the request");
    } else if (expected - *grant.expires_at > longest_margin) {
        into.fail(name + ", and the grant expires minutes before its time");
    }
}

void expires_as(
    const expiry_shape& shape, const subject& whose, const sample& one, findings& into
) {
    const auto change = [text = shape.text](json& body) {
        body.erase("expires_in");
        if (text != nullptr) {
            body["expires_in"] = json::parse(text);
        }
    };
    const auto name =
        std::string("expires_in is ") + (shape.text == nullptr ? "absent" : shape.text);
    const auto run = play(whose, one);
    const auto sent_at = 1'790'000'000'000 + 1000 * static_cast<std::int64_t>(run.steps - 1);
    const auto grants = granted_with(whose, one, change, name, into);
    if (!shape.seconds) {
        return;  // unknown, or some bounded guess: that there is a grant is enough
    }
    for (const auto& grant : grants) {
        judge_expiry(grant, time_point(milliseconds(sent_at + *shape.seconds * 1000)), name, into);
    }
}

void expires_in(const job& about, findings& found) {
    each_token_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        const std::initializer_list<expiry_shape> shapes{
            {"1800", 1800}, {"\"1800\"", 1800}, {nullptr, {}}, {"null", {}},
            {"-5", {}},     {"\"soon\"", {}},   {"[]", {}},    {"99999999999999999999", {}}};
        for (const auto& shape : shapes) {
            expires_as(shape, whose, one, into);
        }
    });
}

void expiry_past(const job& about, findings& found) {
    each_token_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        const auto change = [](json& body) { body["expires_in"] = -5; };
        for (const auto& grant : granted_with(whose, one, change, "expires_in is -5", into)) {
            if (grant.expires_at &&
                *grant.expires_at > time_point(milliseconds(1'790'000'100'000))) {
                into.fail("expires_in is -5, and the grant is said to live on");
            }
        }
    });
}

void narrower_scope(const job& about, findings& found) {
    each_token_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        bool told_scope = false;
        const auto change = [&](json& body) {
            told_scope = told_scope || body.contains("scope");
            if (body.contains("scope") || one.name == "by the RFCs") {
                body["scope"] = "only-this-one";
                told_scope = true;
            }
        };
        const auto grants = granted_with(whose, one, change, "the scope is narrower", into);
        const bool reported = std::ranges::any_of(grants, [](const granted& grant) {
            return grant.scope == "only-this-one";
        });
        if (told_scope && !grants.empty() && !reported) {
            into.fail("the answer grants the scope 'only-this-one', and no grant says so");
        }
    });
}

void refresh_token_kept(const job& about, findings& found) {
    each_token_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        if (one.kind != operation_kind::refresh ||
            (whose.about.refresh && whose.about.refresh->by_access_token)) {
            return;
        }
        const auto none = [](json& body) { body.erase("refresh_token"); };
        for (const auto& grant :
             granted_with(whose, one, none, "there is no new refresh token", into)) {
            if (!grant.refresh_token.empty()) {
                into.fail("the answer has no refresh token, and the grant has one");
            }
        }
        const auto fresh = whose.hidden.of("rotated");
        const auto new_one = [&](json& body) { body["refresh_token"] = fresh; };
        for (const auto& grant :
             granted_with(whose, one, new_one, "there is a new refresh token", into)) {
            if (grant.refresh_token.reveal() != fresh) {
                into.fail("the answer has a new refresh token, and the grant has not");
            }
        }
    });
}

void token_required(const job& about, findings& found) {
    each_token_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        const std::initializer_list<std::pair<const char*, json>> shapes{
            {"empty", ""}, {"null", nullptr}, {"a number", 7}, {"an object", json::object()}};
        for (const auto& [name, value] : shapes) {
            // The last answer alone: those before it may be good for something.
            auto without = one;
            without.answers.back().body =
                with_tokens(without.answers.back().body, [&value = value](json& body) {
                    body["access_token"] = value;
                });
            const auto run = play(whose, without);
            if (run.done() != nullptr) {
                into.fail(std::string("access_token is ") + name + ", and the operation succeeds");
            }
        }
    });
}

// The grant that a token request is about: the code, or the refresh token.
auto shows(const std::vector<key_value>& list, const std::string& what) -> bool {
    return std::ranges::any_of(list, [&](const key_value& item) {
        return item.value.find(what) != std::string::npos;
    });
}

// Whether the grant is shown where it may be.
auto judge_token_request(const http_action& request, const std::string& what, findings& into)
    -> bool {
    const bool in_json = shows(request.json, what);
    const bool in_body = in_json || shows(request.form, what);
    if (shows(request.query, what) || shows(request.path_params, what)) {
        into.fail("the grant is sent in the URL of " + request.url);
    }
    if (in_json) {
        into.departs("json-token-request", "the token request to " + request.url + " is JSON");
    }
    if (in_body && request.method != "POST") {
        into.fail("the token request to " + request.url + " is no POST");
    }
    return in_body;
}

void token_request_form(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        const bool exchange = one.kind == operation_kind::exchange;
        if (!exchange && one.kind != operation_kind::refresh) {
            return;
        }
        const auto what = exchange ? whose.hidden.of("code") : "${refresh_token}";
        bool sent = !exchange;
        for (const auto& request : play(whose, one).requests) {
            sent = judge_token_request(request, what, into) || sent;
        }
        if (!sent) {
            into.fail("the code is in no form that is sent");
        }
    });
}

// A revocation request of RFC 7009 2.1.
auto has_token(const std::vector<key_value>& form) -> bool {
    return std::ranges::find(form, "token", &key_value::key) != form.end();
}

void judge_revocation(const subject& whose, const sample& one, findings& into) {
    const auto with = [&](outbound_response response) {
        return play(whose, call_of(whose, one), always(std::move(response)));
    };
    const auto down = with(answer_of(503, ""));
    if (down.done() != nullptr ||
        (down.failed() != nullptr && down.failed()->category != failure_category::unavailable)) {
        into.fail("503 must be UNAVAILABLE (the host tries again); it " + down.ending());
    }
    const auto refused = with(answer_of(400, R"({"error":"unsupported_token_type"})"));
    if (refused.done() != nullptr) {
        into.fail("unsupported_token_type is no success, and it succeeds");
    }
    if (down.requests.empty() || !has_token(down.requests.back().form)) {
        return;  // not by the RFC
    }
    for (const char* body : {"", "OK", "<html>Bye</html>"}) {
        if (with(answer_of(200, body)).done() == nullptr) {
            into.fail("200 is success, whatever the body says, and it fails");
        }
    }
}

void revoke_outcomes(const job& about, findings& found) {
    each_subject(about, found, [](const subject& whose, findings& into) {
        if (!whose.supports(operation_kind::revoke)) {
            into.skip("it declares no REVOKE");
            return;
        }
        for (const auto* one : whose.good(operation_kind::revoke)) {
            judge_revocation(whose, *one, into);
        }
    });
}

}  // namespace

auto token_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"token-required", "oauth", must, "RFC 6749 5.1",
         "an answer without a usable access_token is a failure",
         "a connection would be stored that can do nothing",
         "check that it is a text that is not empty", token_required},
        {"expires-in", "oauth", must, "RFC 6749 5.1",
         "expires_in is read as a number or as digits in a text, counted from when the request was "
         "sent; any other shape costs no token",
         "a lifetime that is too long serves dead tokens, one that is too short renews for ever",
         "use tokens::expires_in with the reply's sent_at_ms", expires_in},
        {"expiry-past", "oauth", must, "RFC 6749 5.1", "a negative lifetime is no long life",
         "the token would never be renewed", "treat it as unknown or as over", expiry_past},
        {"narrower-scope", "oauth", must, "RFC 6749 5.1, 3.3",
         "the scope that was granted is reported where it differs from what was asked for",
         "the application would call what it may not", "fill in the grant's scope", narrower_scope},
        {"refresh-token-kept", "oauth", must, "RFC 6749 6",
         "a refresh without a new refresh token leaves it empty, and one with a new one yields it",
         "the host keeps the old one where the grant has none; losing a new one ends the "
         "connection",
         "copy what the answer has, and nothing else", refresh_token_kept},
        {"token-request-form", "oauth", must, "RFC 6749 3.2, 4.1.3, 6",
         "code and refresh token are sent by POST, as parameters of a form",
         "token endpoints read nothing else, and URLs are logged by everybody",
         "use tenon::code_request() and refresh_request(); where the provider takes JSON only, "
         "declare the quirk json-token-request",
         token_request_form},
        {"revoke-outcomes", "oauth", must, "RFC 7009 2.2, 2.2.1",
         "503 at a revocation is UNAVAILABLE, a token type that can't be revoked is no success, "
         "and "
         "200 is one whatever its body",
         "what failed is tried again, and what is reported as dead is not",
         "use tenon::oauth_revoked()", revoke_outcomes}};
}

}  // namespace tenon::host::conformance
