#include "support/simulator/onlyfans.hpp"

#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

constexpr std::string_view prefix = "acct_demo";

auto error(std::uint32_t status, std::string_view code) -> sim_response {
    return json_answer(status, {{"error", code}, {"message", "demo: " + std::string(code)}});
}

auto id_of(std::int64_t number) -> std::string {
    return std::string(prefix) + std::to_string(number);
}

}  // namespace

auto onlyfans::settings() -> setting_table {
    return {{"api_key", &api_key_}, {"accounts", &accounts_}, {"session_over", &session_over_}};
}

void onlyfans::reset() {
    forgotten_.clear();
    counters_ = {};
}

auto onlyfans::handle(const sim_request& request, time_point /*now*/) -> sim_response {
    auto answer = serve(request);
    counters_.refused += answer.status >= 400 ? 1 : 0;
    return answer;
}

auto onlyfans::serve(const sim_request& request) -> sim_response {
    const auto parts = split(request.path, '/');
    if (parts.size() < 2 || parts.front() != "api") {
        return error(404, "not_found");
    }
    // The key is looked at before anything else is.
    if (bearer(request) != api_key_) {
        return error(401, "unauthenticated");
    }
    if (!request.query.empty() || !request.body.empty()) {
        return error(422, "unexpected_input");
    }
    if (parts[1] == "accounts" && parts.size() == 2) {
        return request.method == "GET" ? list_accounts() : wrong_method("GET");
    }
    if (parts[1] == "accounts" && parts.size() == 3) {
        return request.method == "DELETE" ? forget(parts[2]) : wrong_method("DELETE");
    }
    if (parts.size() == 3 && parts[2] == "me") {
        return request.method == "GET" ? me(parts[1]) : wrong_method("GET");
    }
    return error(404, "not_found");
}

auto onlyfans::list_accounts() const -> sim_response {
    auto list = json::array();
    for (std::int64_t number = 1; number <= accounts_; ++number) {
        const auto id = id_of(number);
        if (!forgotten_.contains(id)) {
            const auto who = *find(id);
            list.push_back({{"id", id}, {"onlyfans_username", who.username}});
        }
    }
    return json_answer(200, {{"data", list}});
}

auto onlyfans::find(std::string_view account) const -> std::optional<tenon::sim::account> {
    if (!account.starts_with(prefix) || forgotten_.contains(std::string(account))) {
        return std::nullopt;
    }
    return find_account("u" + std::string(account.substr(prefix.size())), accounts_);
}

auto onlyfans::me(std::string_view account) -> sim_response {
    const auto who = find(account);
    if (!who) {
        return error(404, "account_not_found");
    }
    if (session_over_) {
        return error(401, "session_expired");
    }
    ++counters_.profiles;
    return json_answer(
        200, {{"data",
               {{"id", 1000 + who->number},
                {"username", who->username},
                {"name", who->name},
                {"avatar", who->avatar_url},
                {"subscribersCount", who->followers}}}}
    );
}

auto onlyfans::forget(const std::string& account) -> sim_response {
    if (!find(account)) {
        return error(404, "account_not_found");
    }
    forgotten_.insert(account);
    ++counters_.revokes;
    return json_answer(200, {{"data", {{"id", account}}}});
}

// The key is of no account, and has no token endpoint.
auto onlyfans::mint(const std::string& account, time_point /*now*/) -> json {
    const auto who = find_account(account, accounts_);
    return who ? json{{"access_token", api_key_}, {"account_id", id_of(who->number)}} : json();
}

}  // namespace tenon::sim
