// oauth_requests.hpp: the requests of RFC 6749 as they stand there, to be added to.
#ifndef TENON_SDK_OAUTH_REQUESTS_HPP
#define TENON_SDK_OAUTH_REQUESTS_HPP

#include <tenon/sdk/failure.hpp>
#include <tenon/sdk/inputs.hpp>
#include <tenon/sdk/request.hpp>

#include <string_view>
#include <vector>

namespace tenon {

/// The authorization request of RFC 6749 4.1.1 with PKCE (RFC 7636 4.3) and nonce where the host
/// gave them. The scopes are joined by `separator`; the client id goes under `client_id_param`.
inline auto authorization(
    std::string_view url, const authorize_input& in, std::string_view separator = " ",
    std::string_view client_id_param = "client_id"
) -> request {
    request built = get(url);
    built.query("response_type", "code").query(client_id_param, client_id());
    built.query("redirect_uri", in.redirect_uri).query("state", in.state);
    if (!in.scope.empty()) {
        built.query("scope", join(split(in.scope, " "), separator));
    }
    if (!in.code_challenge.empty()) {
        built.query("code_challenge", in.code_challenge)
            .query("code_challenge_method", in.code_challenge_method);
    }
    if (!in.nonce.empty()) {
        built.query("nonce", in.nonce);
    }
    return built;
}

/// How the body of a token request is written. RFC 6749 knows the form only.
enum class token_body { form, json };

/// A token request with these parameters, of which empty ones are left out, authenticated and
/// sealed.
inline auto token_request(
    std::string_view url, const std::vector<named_value>& parameters, token_body body
) -> request {
    request built = post(url);
    for (const named_value& one : parameters) {
        if (one.value.empty()) {
            continue;
        }
        if (body == token_body::json) {
            built.json(one.name, one.value);
        } else {
            built.form(one.name, one.value);
        }
    }
    return built.client_auth().grant_reply();
}

/// The token request of RFC 6749 4.1.3, with the verifier where there is one.
inline auto code_request(
    std::string_view url, const exchange_input& in, token_body body = token_body::form
) -> request {
    return token_request(
        url,
        {{"grant_type", {"authorization_code"}},
         {"code", credential(in.code)},
         {"redirect_uri", {in.redirect_uri}},
         {"code_verifier", in.code_verifier}},
        body
    );
}

/// The refresh request of RFC 6749 6. Throws `failed` where there is no refresh token.
inline auto refresh_request(
    std::string_view url, const refresh_input& in, token_body body = token_body::form
) -> request {
    if (in.refresh_token.empty()) {
        throw failed(
            category::revoked, "there is no refresh token: the account must be reconnected"
        );
    }
    return token_request(
        url, {{"grant_type", {"refresh_token"}}, {"refresh_token", in.refresh_token}}, body
    );
}

/// The revocation request of RFC 7009 2.1; `hint`: access_token or refresh_token.
inline auto revocation_request(std::string_view url, const value& token, std::string_view hint = {})
    -> request {
    request built = post(url);
    built.form("token", token);
    if (!hint.empty()) {
        built.form("token_type_hint", hint);
    }
    return built.client_auth();
}

}  // namespace tenon

#endif
