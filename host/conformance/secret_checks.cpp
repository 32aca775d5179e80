// Secrets: where they may be seen, and where they may go.
#include "conformance/groups.hpp"
#include "conformance/misfortune.hpp"
#include "provider/grant_reply.hpp"

#include <algorithm>

namespace tenon::host::conformance {
namespace {

// A provider that repeats what it was sent, as some do.
auto echoing(const subject& whose, std::uint32_t status) -> responder {
    const auto& hidden = whose.hidden;
    const auto body = R"({"ok":false,"error":"invalid_request","error_description":"the code )" +
                      hidden.of("code") + " and the token " + hidden.of("leak") +
                      R"( are wrong","error_message":")" + hidden.of("leak") + R"(","message":")" +
                      hidden.of("leak") + R"("})";
    return always(answer_of(status, body));
}

void errors_keep_secrets(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        for (const std::uint32_t status : {200U, 400U, 401U, 403U, 500U}) {
            const auto run = play(whose, call_of(whose, one), echoing(whose, status));
            const auto* const failed = run.failed();
            if (failed == nullptr) {
                continue;
            }
            std::string said = failed->message + " " + failed->code;
            for (const auto& detail : failed->details) {
                said += " " + detail.field + " " + detail.message;
            }
            if (said.find(whose.hidden.prefix()) != std::string::npos) {
                into.fail(
                    "the provider repeats a secret in its refusal (" + std::to_string(status) +
                    "), and the failure's text holds it"
                );
            }
        }
    });
}

void urls_keep_secrets(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        for (const auto& request : play(whose, one).requests) {
            if (request.url.find(whose.hidden.prefix()) != std::string::npos) {
                into.fail("a secret is written into the URL of a request");
            }
        }
    });
}

void secrets_marked(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        for (const auto& request : play(whose, one).requests) {
            for (const auto* list : lists_of(request)) {
                for (const auto& item : *list) {
                    const bool holds = item.value.find(whose.hidden.prefix()) != std::string::npos;
                    if (holds && (item.flags & TENON_KV_SECRET) == 0) {
                        into.fail(
                            "'" + item.key + "' of a request holds a secret and is not marked"
                        );
                    }
                }
            }
        }
    });
}

void results_keep_secrets(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        const auto run = play(whose, one);
        if (run.done() == nullptr) {
            return;
        }
        const auto holds = [&](const std::string& text) {
            return text.find(whose.hidden.prefix()) != std::string::npos;
        };
        for (const auto& grant : run.done()->output.grants) {
            if (holds(grant.metadata_json) || holds(grant.account_id) || holds(grant.scope)) {
                into.fail("a token is in what is shown of a grant: metadata, account or scope");
            }
        }
        for (const auto& field : run.done()->output.fields) {
            if (field.name != "raw" && !field.is_secret && holds(field.value)) {
                into.fail("the field '" + field.name + "' holds a secret");
            }
        }
    });
}

auto names_secret(const std::vector<key_value>& list, std::string_view name) -> bool {
    const auto reference = "${" + std::string(name) + "}";
    return std::ranges::any_of(list, [&](const key_value& item) {
        return (item.flags & TENON_KV_TEMPLATE) != 0 &&
               item.value.find(reference) != std::string::npos;
    });
}

void one_client_auth(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        for (const auto& request : play(whose, one).requests) {
            const bool by_host = (request.flags & TENON_HTTP_CLIENT_AUTH) != 0;
            const bool by_itself = std::ranges::any_of(lists_of(request), [](const auto* list) {
                return names_secret(*list, "client_secret");
            });
            if (by_host && by_itself) {
                into.fail("a request has CLIENT_AUTH and the client secret besides");
            }
        }
    });
}

// Whether the request sends the code verifier; a failure, where it may not go there.
auto sends_verifier(const subject& whose, const http_action& request, findings& into) -> bool {
    const auto where = whose.egress.admit(request.url, whose.connect);
    const bool token = where.has_value() && (where->roles & TENON_ROLE_TOKEN) != 0;
    bool sent = false;
    for (const auto* list : lists_of(request)) {
        const bool has = names_secret(*list, "code_verifier");
        sent = sent || has;
        if (has && (!token || list == &request.query)) {
            into.fail("the code verifier goes elsewhere than into a token request's body");
        }
    }
    return sent;
}

void verifier_to_token(const job& about, findings& found) {
    each_subject(about, found, [](const subject& whose, findings& into) {
        if (whose.about.pkce == pkce_mode::never || !whose.supports(operation_kind::exchange)) {
            into.skip("it takes no PKCE");
            return;
        }
        for (const auto* one : whose.good(operation_kind::exchange)) {
            bool sent = false;
            for (const auto& request : play(whose, *one).requests) {
                sent = sends_verifier(whose, request, into) || sent;
            }
            if (!sent) {
                into.fail("the code verifier is not sent");
            }
        }
    });
}

// A token, or a secret that a person brought along.
auto names_token(const subject& whose, const std::string& text) -> bool {
    const auto holds = [&](const std::string& part) {
        return text.find(part) != std::string::npos;
    };
    return holds("${access_token}") || holds(whose.hidden.prefix()) ||
           std::ranges::any_of(whose.about.credential_fields, [&](const field_descriptor& field) {
               return field.secret && holds("${credential." + field.name + "}");
           });
}

void bearer_in_header(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        for (const auto& request : play(whose, one).requests) {
            const bool token = std::ranges::any_of(request.query, [&](const key_value& item) {
                return names_token(whose, item.value);
            });
            if (token) {
                into.departs("token-in-query", "a token travels in the query of " + request.url);
            }
        }
    });
}

void grant_replies_marked(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        if (one.kind != operation_kind::exchange && one.kind != operation_kind::refresh) {
            return;
        }
        for (const auto& request : play(whose, one).requests) {
            const bool asks = asks_for_tokens(request, encoding_of(whose, one.kind));
            if (asks && (request.flags & TENON_HTTP_GRANT_REPLY) == 0) {
                into.fail("the token request to " + request.url + " is not marked GRANT_REPLY");
            }
        }
    });
}

}  // namespace

auto secret_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"one-client-auth", "oauth", must, "RFC 6749 2.3",
         "a request authenticates the client in one way", "servers must refuse two at once",
         "leave it to CLIENT_AUTH", one_client_auth},
        {"verifier-to-token", "oauth", must, "RFC 7636 4.5",
         "the code verifier is sent, in the body, to the token endpoint and nowhere else",
         "with the code it is as good as a token",
         "add in.code_verifier to the token request's form", verifier_to_token},
        {"bearer-in-header", "oauth", must, "RFC 6750 2.1, RFC 9700 4.3.2",
         "tokens travel in headers and bodies, not in URLs", "URLs are logged by everybody",
         "use .bearer(); where the provider wants it so, declare the quirk token-in-query",
         bearer_in_header},
        {"grant-replies-marked", "oauth", severity::should, "request.h: TENON_HTTP_GRANT_REPLY",
         "token requests are marked GRANT_REPLY, those by which a token renews itself too",
         "the host seals such a reply before the next step, so that a crash loses no grant",
         "add .grant_reply(); the host infers it meanwhile", grant_replies_marked},
        {"errors-keep-secrets", "secrets", must, "operation.h: tenon_error.message",
         "no failure's text, code or detail holds a secret, even if the provider repeats one",
         "it is logged, and shown to developers",
         "quote foreign texts by tenon::quotable(), codes by tenon::quotable_code()",
         errors_keep_secrets},
        {"urls-keep-secrets", "secrets", must, "request.h: url", "no secret is written into a URL",
         "the URL is logged and compared with the origins", "give it as a query or form parameter",
         urls_keep_secrets},
        {"secrets-marked", "secrets", must, "base.h: TENON_KV_SECRET",
         "every value of a request that holds a code or a token is marked as a secret",
         "only what is marked is left out of logs", "use tenon::credential()", secrets_marked},
        {"results-keep-secrets", "secrets", must, "operation.h: tenon_grant, fields",
         "no token is in metadata, account ids, scopes or profile fields",
         "these are stored in the clear and shown", "copy single members, not whole answers",
         results_keep_secrets}};
}

}  // namespace tenon::host::conformance
