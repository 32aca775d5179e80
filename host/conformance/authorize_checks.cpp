// OAuth: the request that the browser takes along.
#include "conformance/groups.hpp"
#include "conformance/misfortune.hpp"

#include "provider/url_encoder.hpp"

#include <algorithm>
#include <set>

namespace tenon::host::conformance {
namespace {

using pairs = std::vector<key_value>;

auto set(pairs& list, std::string_view name, std::string value) {
    const auto found = std::ranges::find(list, name, &key_value::key);
    if (found != list.end()) {
        found->value = std::move(value);
    } else {
        list.push_back({std::string(name), std::move(value), 0});
    }
}

void drop(pairs& list, std::string_view name) {
    std::erase_if(list, [name](const key_value& one) { return one.key == name; });
}

// The parameters of its authorization request, those in the URL included.
auto parameters(const http_action& request) -> pairs {
    pairs out = query_of(request.url);
    out.insert(out.end(), request.query.begin(), request.query.end());
    return out;
}

auto find(const pairs& list, std::string_view name) -> const key_value* {
    const auto found = std::ranges::find(list, name, &key_value::key);
    return found == list.end() ? nullptr : &*found;
}

// An authorization request: what the browser takes along, and all of its parameters, which one that
// was pushed before (RFC 9126) carries elsewhere.
struct authorization {
    http_action request;
    pairs front, sent;
};

auto pushed_form(const performance& run) -> const pairs& {
    for (const auto& request : run.requests) {
        if (request.method == "POST" && !request.form.empty()) {
            return request.form;
        }
    }
    throw blocked("authorize-request", "there is a request_uri, and no form was pushed for it");
}

auto authorize(const subject& whose, const op_call& call) -> authorization {
    const auto* one = whose.good(operation_kind::authorize).front();
    auto run = play(whose, call, answers_of(*one));
    const auto* done = run.done();
    if (done == nullptr || !done->authorize) {
        throw blocked("operations-declared", "AUTHORIZE " + run.ending());
    }
    authorization out{*done->authorize, parameters(*done->authorize), {}};
    const bool is_pushed = find(out.front, "request_uri") != nullptr;
    out.sent = is_pushed ? pushed_form(run) : out.front;
    return out;
}

auto call_of_authorize(const subject& whose) -> op_call {
    return call_of(whose, *whose.good(operation_kind::authorize).front());
}

using authorize_question = std::function<void(const subject&, findings&)>;

void each_authorize(const job& about, findings& found, const authorize_question& ask) {
    each_subject(about, found, [&](const subject& whose, findings& into) {
        if (whose.supports(operation_kind::authorize)) {
            ask(whose, into);
        } else {
            into.skip("it declares no AUTHORIZE");
        }
    });
}

// The parameter comes through byte for byte.
void carried(const job& about, findings& found, std::string_view name, const std::string& value) {
    each_authorize(about, found, [&](const subject& whose, findings& into) {
        auto call = call_of_authorize(whose);
        set(call.params, name, value);
        const auto list = authorize(whose, call).sent;
        const auto* const one = find(list, name);
        if (one == nullptr) {
            into.fail("the authorization request has no " + std::string(name));
        } else if (one->value != value || one->flags != 0) {
            into.fail(std::string(name) + " is not as the host gave it: '" + one->value + "'");
        }
    });
}

void response_type(const job& about, findings& found) {
    each_authorize(about, found, [](const subject& whose, findings& into) {
        const auto list = authorize(whose, call_of_authorize(whose)).sent;
        const auto* const one = find(list, "response_type");
        if (one != nullptr && one->value != "code") {
            into.fail("response_type is '" + one->value + "', not code");
        } else if (one == nullptr) {
            into.departs("no-response-type", "the authorization request has no response_type");
        }
    });
}

void redirect_uri(const job& about, findings& found) {
    carried(about, found, "redirect_uri", "https://app.example:8443/a/b?x=1&y=%20z");
}

void state(const job& about, findings& found) {
    carried(about, found, "state", "x~-._+/=%41&$\"' end");
}

void client_id(const job& about, findings& found) {
    each_authorize(about, found, [](const subject& whose, findings& into) {
        const auto list = authorize(whose, call_of_authorize(whose)).front;
        const auto* const one = find(list, whose.about.client_id_param);
        if (one == nullptr) {
            into.fail("the authorization request has no " + whose.about.client_id_param);
        } else if (one->value != "${client_id}" || (one->flags & TENON_KV_TEMPLATE) == 0) {
            into.fail(one->key + " is not the template ${client_id}");
        }
        if (whose.about.client_id_param != "client_id") {
            into.departs(
                "client-id-param", "the client id is called " + whose.about.client_id_param
            );
        }
    });
}

void no_duplicates(const job& about, findings& found) {
    each_authorize(about, found, [](const subject& whose, findings& into) {
        const auto asked = authorize(whose, call_of_authorize(whose));
        for (const auto* list : {&asked.front, &asked.sent}) {
            std::set<std::string> seen;
            for (const auto& one : *list) {
                if (!seen.insert(one.key).second) {
                    into.fail("'" + one.key + "' is there twice");
                }
            }
        }
    });
}

void sendable(const job& about, findings& found) {
    each_authorize(about, found, [](const subject& whose, findings& into) {
        const auto request = authorize(whose, call_of_authorize(whose)).request;
        if (request.method != "GET" || !request.form.empty() || !request.json.empty() ||
            !request.body.empty() || !request.headers.empty() || request.flags != 0) {
            into.fail("a browser takes along nothing but a GET's URL and query");
        }
        const auto where = whose.egress.admit(request.url, whose.connect);
        if (where.has_error()) {
            into.fail(where.error().message);
        } else if ((where->roles & TENON_ROLE_AUTHORIZE) == 0) {
            into.fail("the origin of " + request.url + " has not the role authorize");
        }
    });
}

auto scopes_to_ask(const subject& whose) -> std::vector<std::string> {
    std::vector<std::string> out;
    for (const auto& one : whose.about.scopes) {
        out.push_back(one.name);
    }
    return out.empty() ? std::vector<std::string>{"read", "write"} : out;
}

auto joined(const std::vector<std::string>& list, const std::string& by) -> std::string {
    std::string out;
    for (const auto& one : list) {
        out += (out.empty() ? "" : by) + one;
    }
    return out;
}

auto lists(const std::string& text, const std::string& separator, const std::string& scope)
    -> bool {
    return (separator + text + separator).find(separator + scope + separator) != std::string::npos;
}

void scope(const job& about, findings& found) {
    each_authorize(about, found, [](const subject& whose, findings& into) {
        const auto asked = scopes_to_ask(whose);
        auto call = call_of_authorize(whose);
        set(call.params, "scope", joined(asked, " "));
        const auto list = authorize(whose, call).sent;
        const auto* const one = find(list, "scope");
        if (one == nullptr) {
            into.departs(
                "no-scope", "scopes were asked for, and the authorization request has no scope"
            );
            return;
        }
        const auto& by = whose.about.scope_separator;
        if (by != " ") {
            into.departs("scope-separator", "scopes are joined by '" + by + "'");
        }
        for (const auto& name : asked) {
            if (!lists(one->value, by, name)) {
                into.departs("user-scope", "the scope '" + name + "' is not in scope");
            }
        }
    });
}

void pkce(const job& about, findings& found) {
    each_authorize(about, found, [](const subject& whose, findings& into) {
        auto call = call_of_authorize(whose);
        drop(call.params, "code_challenge");
        drop(call.params, "code_challenge_method");
        if (find(authorize(whose, call).sent, "code_challenge") != nullptr) {
            into.fail("there is a code_challenge, and the host gave none");
        }
        if (whose.about.challenge_encoding == pkce_encoding::hex) {
            into.departs("pkce-hex", "the code challenge is in hexadecimal");
        }
        if (whose.about.pkce == pkce_mode::never) {
            return;
        }
        constexpr std::string_view challenge = "Q7_challenge-of_this-check_0123456789abcdefgh";
        set(call.params, "code_challenge", std::string(challenge));
        set(call.params, "code_challenge_method", "S256");
        const auto list = authorize(whose, call).sent;
        const auto* const given = find(list, "code_challenge");
        const auto* const method = find(list, "code_challenge_method");
        if (given == nullptr || given->value != challenge) {
            into.fail("code_challenge is not as the host gave it");
        }
        if (method == nullptr || method->value != "S256") {
            into.fail("code_challenge_method is not S256");
        }
    });
}

void nonce(const job& about, findings& found) {
    each_authorize(about, found, [](const subject& whose, findings& into) {
        if (!whose.about.nonce) {
            into.skip("it asks for no nonce");
            return;
        }
        auto call = call_of_authorize(whose);
        set(call.params, "nonce", "n0nce-of_this.check");
        const auto list = authorize(whose, call).sent;
        const auto* const one = find(list, "nonce");
        if (one == nullptr || one->value != "n0nce-of_this.check") {
            into.fail("the nonce is not as the host gave it");
        }
    });
}

}  // namespace

auto authorize_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"authorize-request", "oauth", must, "operation.h: TENON_OP_AUTHORIZE",
         "the authorization request is a GET to an origin of role authorize",
         "it is all that the host can hand to a browser", "use tenon::authorization()", sendable},
        {"authorize-response-type", "oauth", must, "RFC 6749 4.1.1",
         "the authorization request has response_type=code", "providers refuse it otherwise",
         "add it, or declare the quirk no-response-type", response_type},
        {"authorize-redirect-uri", "oauth", must, "RFC 6749 4.1.1, RFC 9700 2.1",
         "the redirect URI comes through unchanged",
         "providers compare it as a text, and so does the exchange",
         "give it raw: the host encodes it", redirect_uri},
        {"authorize-state", "oauth", must, "RFC 6749 4.1.1", "state comes through unchanged",
         "the host knows a callback by it alone", "give it raw: the host encodes it", state},
        {"authorize-client-id", "oauth", must, "RFC 6749 4.1.1",
         "the client id is there as a template, under the name that the descriptor gives it",
         "the operator's client id is the host's to fill in",
         "add tenon::client_id(); another name than client_id is the quirk client-id-param",
         client_id},
        {"authorize-scope", "oauth", must, "RFC 6749 3.3",
         "all scopes that are asked for are in scope, joined as the descriptor says",
         "people would be asked for less or for something else",
         "join them by scope_separator; the quirks scope-separator, user-scope and no-scope say so",
         scope},
        {"authorize-no-duplicates", "oauth", must, "RFC 6749 3.1", "no parameter is there twice",
         "the server must refuse such a request",
         "add each parameter once, those of the configuration included", no_duplicates},
        {"authorize-pkce", "oauth", must, "RFC 7636 4.3, RFC 9700 2.1.1",
         "PKCE is S256 with the host's challenge, or absent, and never plain",
         "the challenge protects the code on its way through the browser",
         "pass both parameters on as they come", pkce},
        {"authorize-nonce", "oauth", must, "OpenID Connect Core 3.1.2.1",
         "a nonce that is declared is passed on unchanged",
         "the host refuses an ID token without it", "pass it on as it comes", nonce}};
}

}  // namespace tenon::host::conformance
