// Providers of the plain kind, as their tests need them: where each is asked, and how.
#pragma once

#include "support/simulator/oauth_provider.hpp"
#include "unit/simulator/client.hpp"

#include <vector>

namespace tenon::sim {

struct plain_provider {
    std::string name, authorize_path, token_path;
    fields asking;  // beside client_id, redirect_uri, response_type and state
    client_place client = client_place::body;
    nlohmann::json settings = nlohmann::json::object();
    header_list headers = {};  // of requests that no browser makes
    bool speaks_json = false;  // to the token endpoint
};

// One of them with a client of it.
struct plain_client : client {
    explicit plain_client(plain_provider of) : client(of.name, of.settings), at(std::move(of)) {}

    [[nodiscard]] auto asked() const -> fields {
        fields all = at.asking;
        all.insert(
            {{"client_id", "demo-client"},
             {"redirect_uri", here},
             {"response_type", "code"},
             {"state", "s1"}}
        );
        return all;
    }
    auto authorize(const fields& query) -> sim_response { return get(at.authorize_path, query); }
    auto code() -> std::string { return redirected(authorize(asked())).get("code"); }
    [[nodiscard]] auto form(const fields& more) const -> fields {
        fields all = more;
        if (at.client != client_place::header) {
            all.insert({{"client_id", "demo-client"}, {"client_secret", "demo-secret"}});
        }
        return all;
    }
    [[nodiscard]] auto code_form(const std::string& code) const -> fields {
        fields all =
            form({{"grant_type", "authorization_code"}, {"redirect_uri", here}, {"code", code}});
        if (at.asking.contains("code_challenge")) {
            all["code_verifier"] = verifier;
        }
        return all;
    }
    [[nodiscard]] auto heads() const -> header_list {
        auto all = at.headers;
        if (at.client == client_place::header) {
            all.push_back(basic().front());
        }
        return all;
    }
    auto ask(const fields& body) -> sim_response {
        return at.speaks_json ? post_json(at.token_path, body, heads())
                              : post(at.token_path, body, heads());
    }
    auto post_json(const std::string& path, const fields& body, header_list headers)
        -> sim_response {
        headers.emplace_back("content-type", "application/json");
        return send({"POST", path, {}, std::move(headers), nlohmann::json(body).dump()});
    }
    auto tokens() -> nlohmann::json {
        const auto answer = ask(code_form(code()));
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return body(answer);
    }
    auto refresh(const std::string& token) -> sim_response {
        return ask(form({{"grant_type", "refresh_token"}, {"refresh_token", token}}));
    }
    auto read(const std::string& path, const std::string& token, const fields& query = {})
        -> sim_response {
        auto all = at.headers;
        all.push_back(bearer_of(token).front());
        return get(path, query, all);
    }

    plain_provider at;
};

// Whether the token endpoint gave no tokens, whatever the status says.
inline auto is_refused(const sim_response& answer) -> bool {
    return answer.body.find("access_token\"") == std::string::npos;
}

inline auto with_pkce(fields asking) -> fields {
    asking.insert({{"code_challenge", challenge}, {"code_challenge_method", "S256"}});
    return asking;
}

inline auto plain_asana() -> plain_provider {
    return {
        .name = "asana",
        .authorize_path = "/-/oauth_authorize",
        .token_path = "/-/oauth_token",
        .asking = with_pkce({{"scope", "tasks:read users:read"}})};
}

inline auto plain_discord() -> plain_provider {
    return {
        .name = "discord",
        .authorize_path = "/oauth2/authorize",
        .token_path = "/api/oauth2/token",
        .asking = with_pkce({{"scope", "identify email"}}),
        .client = client_place::either,
        .headers = {{"user-agent", "DiscordBot (https://demo.invalid, 1.0)"}}};
}

inline auto plain_github() -> plain_provider {
    return {
        .name = "github",
        .authorize_path = "/login/oauth/authorize",
        .token_path = "/login/oauth/access_token",
        .asking = with_pkce({{"scope", "read:user user:email"}}),
        .settings = {{"github_app", true}},
        .headers = {{"accept", "application/json"}, {"user-agent", "demo"}}};
}

inline auto plain_linkedin() -> plain_provider {
    return {
        .name = "linkedin",
        .authorize_path = "/oauth/v2/authorization",
        .token_path = "/oauth/v2/accessToken",
        .asking = {{"scope", "openid profile email"}}};
}

inline auto plain_microsoft() -> plain_provider {
    return {
        .name = "microsoft",
        .authorize_path = "/common/oauth2/v2.0/authorize",
        .token_path = "/common/oauth2/v2.0/token",
        .asking = with_pkce({{"scope", "openid offline_access User.Read"}, {"nonce", "n1"}}),
        .client = client_place::either};
}

inline auto plain_reddit() -> plain_provider {
    return {
        .name = "reddit",
        .authorize_path = "/api/v1/authorize",
        .token_path = "/api/v1/access_token",
        .asking = {{"scope", "identity read"}, {"duration", "permanent"}},
        .client = client_place::header,
        .headers = {{"user-agent", "web:demo:1.0 (by /u/demo)"}}};
}

inline auto plain_salesforce() -> plain_provider {
    return {
        .name = "salesforce",
        .authorize_path = "/services/oauth2/authorize",
        .token_path = "/services/oauth2/token",
        .asking = with_pkce({{"scope", "api refresh_token openid"}})};
}

inline auto plain_x() -> plain_provider {
    return {
        .name = "x",
        .authorize_path = "/i/oauth2/authorize",
        .token_path = "/2/oauth2/token",
        .asking = with_pkce({{"scope", "tweet.read users.read offline.access"}}),
        .client = client_place::header};
}

}  // namespace tenon::sim
