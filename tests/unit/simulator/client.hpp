// A client as the simulators' tests need it: whole requests, and what came back.
#pragma once

#include "support/catch.hpp"
#include "support/simulator/digest.hpp"
#include "support/simulator/message.hpp"
#include "support/simulator/simulator.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace tenon::sim {

inline constexpr const char* here = "http://127.0.0.1:8080/callback";
// RFC 7636 appendix B, and the same digest as TikTok's desktop apps send it.
inline constexpr const char* verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr const char* challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
inline constexpr const char* hex_challenge =
    "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3";

using fields = std::map<std::string, std::string>;

inline auto encoded(const fields& values) -> std::string {
    std::string text;
    for (const auto& [name, value] : values) {
        if (!value.empty()) {
            text += (text.empty() ? "" : "&") + percent_encode(name) + '=' + percent_encode(value);
        }
    }
    return text;
}

struct client {
    explicit client(
        std::string_view provider, const nlohmann::json& settings = nlohmann::json::object()
    )
        : actor(make_simulator(provider)) {
        REQUIRE(apply_settings(actor->settings(), {{"redirect_uris", {here}}}).empty());
        REQUIRE(apply_settings(actor->settings(), settings).empty());
    }

    auto send(sim_request request) -> sim_response { return actor->handle(request, now); }
    auto get(const std::string& path, const fields& query = {}, header_list headers = {})
        -> sim_response {
        return send({"GET", path, encoded(query), std::move(headers), {}});
    }
    auto post(const std::string& path, const fields& form, header_list headers = {})
        -> sim_response {
        headers.emplace_back("content-type", "application/x-www-form-urlencoded");
        return send({"POST", path, {}, std::move(headers), encoded(form)});
    }
    // The parameters of the redirect back; fails the test where there is none.
    static auto redirected(const sim_response& answer) -> parameters {
        INFO(answer.body);
        REQUIRE(answer.status == 302);
        const auto& location = answer.headers.front().second;
        REQUIRE(location.starts_with(here));
        const auto end = std::min(location.find('#'), location.size());
        const auto mark = location.find('?');
        return parameters(std::string_view(location).substr(mark + 1, end - mark - 1));
    }

    std::unique_ptr<simulator> actor;
    time_point now{std::chrono::milliseconds(1'790'000'000'000)};
};

inline auto body(const sim_response& answer) -> nlohmann::json {
    return nlohmann::json::parse(answer.body);
}

inline auto with(fields values, const std::string& name, const std::string& value) -> fields {
    values[name] = value;
    return values;
}

// The status of the same request with one of its parameters twice (RFC 6749 3.1).
inline auto status_of_twice(
    client& c, const std::string& path, const fields& query, const std::string& name
) -> std::uint32_t {
    return c
        .send(
            {"GET",
             path,
             encoded(query) + '&' + name + '=' + percent_encode(query.at(name)),
             {},
             {}}
        )
        .status;
}

// A form that says the same twice (RFC 6749 3.2).
inline auto post_twice(
    client& c, const std::string& path, const std::string& name, const std::string& value,
    header_list headers = {}
) -> sim_response {
    headers.emplace_back("content-type", "application/x-www-form-urlencoded");
    const auto once = encoded({{name, value}});
    return c.send({"POST", path, {}, std::move(headers), once + '&' + once});
}

inline auto basic(const std::string& base64 = "ZGVtby1jbGllbnQ6ZGVtby1zZWNyZXQ=") -> header_list {
    return {{"authorization", "Basic " + base64}};  // demo-client:demo-secret
}
inline auto bearer_of(const std::string& token) -> header_list {
    return {{"authorization", "Bearer " + token}};
}

}  // namespace tenon::sim
