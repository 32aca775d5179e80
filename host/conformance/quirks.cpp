#include "conformance/check.hpp"

namespace tenon::host::conformance {

auto all_quirks() -> const std::vector<quirk>& {
    static const std::vector<quirk> out{
        {"no-response-type", "authorize-response-type",
         "the authorization request has no response_type"},
        {"scope-separator", "authorize-scope", "scopes are joined by something else than a space"},
        {"user-scope", "authorize-scope", "some scopes go into a parameter of their own"},
        {"no-scope", "authorize-scope", "the provider knows no scopes"},
        {"client-id-param", "authorize-client-id", "the client id has another name than client_id"},
        {"pkce-hex", "authorize-pkce", "the code challenge is in hexadecimal"},
        {"json-token-request", "token-request-form", "token requests are JSON, not a form"},
        {"token-in-query", "bearer-in-header", "an access token travels in a URL's query"},
        {"invalid-request-dead", "token-errors",
         "a refresh token that is dead is refused as invalid_request"},
        {"non-rfc-error", "recorded-refusals",
         "the provider refuses in another form than RFC 6749 5.2"},
        {"error-in-200", "recorded-refusals", "the provider refuses under status 200"}};
    return out;
}

}  // namespace tenon::host::conformance
