// Facebook's Graph API: me, permissions and pages.
#include "support/simulator/digest.hpp"
#include "support/simulator/facebook.hpp"
#include "support/simulator/graph.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

auto page_id(const account& who, std::int64_t number) -> std::string {
    return "5000" + std::to_string(who.number * 1000 + number);
}

// The members that were asked for, `id` always; nothing where one is unknown. `picture{url}` and
// the like: what is in braces is not looked at.
auto chosen(const json& all, std::string_view fields) -> std::optional<json> {
    json some = {{"id", all.at("id")}};
    std::string name;
    int depth = 0;
    for (const char c : std::string(fields) + ',') {
        depth += c == '{' ? 1 : 0;
        if (depth == 0 && c != ',') {
            name += c;
        }
        depth -= c == '}' ? 1 : 0;
        if (c != ',' || depth > 0 || name.empty()) {
            continue;
        }
        if (!all.contains(name)) {
            return std::nullopt;
        }
        if (!all[name].is_null()) {
            some[name] = all[name];
        }
        name.clear();
    }
    return some;
}

auto no_such_object(std::string_view id) -> sim_response {
    return graph_refusal(
        100,
        "Unsupported get request. Object with ID '" + std::string(id) +
            "' does not exist, cannot be loaded due to missing permissions",
        33
    );
}

}  // namespace

auto facebook::owner_of(const token& used) -> account {
    return *find_account(ledger_.grant_of(used).given.account, common_.accounts);
}

auto facebook::proof_problem(const std::string& token, const parameters& query) const
    -> std::string {
    const auto proof = query.get("appsecret_proof");
    if (proof.empty()) {
        return require_proof_ ? "API calls from the server require an appsecret_proof argument"
                              : "";
    }
    return proof == to_hex(hmac_sha256(common_.client_secret, token))
               ? ""
               : "Invalid appsecret_proof provided in the API argument";
}

auto facebook::graph(const sim_request& request, const std::string& path, time_point now)
    -> sim_response {
    const parameters query(request.query);
    if (path.empty() || !query.problem().empty()) {
        return graph_refusal(2500, "Unknown path components: " + request.path);
    }
    const auto in_header = bearer(request);
    if (!in_header.empty() && query.has("access_token")) {
        return graph_refusal(100, "The access token is given twice");
    }
    const auto text = in_header.empty() ? query.get("access_token") : in_header;
    if (text.empty()) {
        return graph_refusal(
            2500, "An active access token must be used to query information about the current user."
        );
    }
    auto* found = ledger_.live_token(text, token_kind::access, now);
    if (found == nullptr) {
        return graph_dead_token();
    }
    if (const auto problem = proof_problem(text, query); !problem.empty()) {
        return graph_refusal(100, problem);
    }
    if (request.method == "DELETE" && path == "/me/permissions") {
        if (found->slot.starts_with("page")) {
            return graph_refusal(100, "A user access token is required");
        }
        ledger_.grant_of(*found).revoked = true;
        ++counters_.revokes;
        return json_answer(200, {{"success", true}});
    }
    if (request.method != "GET") {
        return graph_refusal(100, "Unsupported " + request.method + " request");
    }
    if (path == "/me/permissions") {
        return permissions(*found);
    }
    if (path == "/me/accounts") {
        return accounts(*found, query, now);
    }
    return path == "/me" ? me(*found, query) : node(*found, path.substr(1), query, now);
}

auto facebook::permissions(const token& used) const -> sim_response {
    json data = json::array();
    for (const auto& scope : split(used.scope, ',')) {
        const bool declined = std::ranges::find(declined_scopes_, scope) != declined_scopes_.end();
        data.push_back({{"permission", scope}, {"status", declined ? "declined" : "granted"}});
    }
    return json_answer(200, {{"data", data}});
}

auto facebook::me(const token& used, const parameters& query) -> sim_response {
    const auto who = owner_of(used);
    json all = {
        {"id", "1022" + std::to_string(who.number)},
        {"name", who.name},
        {"email", nullptr},
        {"picture",
         {{"data",
           {{"url", who.avatar_url}, {"height", 50}, {"width", 50}, {"is_silhouette", false}}}}}};
    if (lists(used.scope, ',', "email") && !lists(join(declined_scopes_, ","), ',', "email")) {
        all["email"] = who.email;
    }
    if (used.slot.starts_with("page")) {
        all = {{"id", used.slot.substr(4)}, {"name", "Demo Page (demo data)"}};
    }
    const auto some = chosen(all, query.has("fields") ? query.get("fields") : "id,name");
    if (!some) {
        return graph_refusal(100, "(#100) Tried accessing nonexisting field");
    }
    ++counters_.profiles;
    return json_answer(200, *some);
}

auto facebook::page(const token& used, std::int64_t number, time_point now) -> json {
    const auto who = owner_of(used);
    const auto id = page_id(who, number);
    const auto text = ledger_.add_token(
        "EAAGpage", {token_kind::access, used.grant, used.scope, "page" + id, now, {}, false, {}},
        used.slot == "long" ? never_expires : 3600
    );
    return {
        {"id", id},
        {"name", "Demo Page " + std::to_string(number) + " (demo data)"},
        {"access_token", text},
        {"tasks", {"CREATE_CONTENT", "MODERATE", "ANALYZE"}},
        {"instagram_business_account",
         {{"id", "1784" + id}, {"username", who.username + "_" + std::to_string(number)}}}};
}

// Pages by cursor: the position of the last one.
auto facebook::accounts(const token& used, const parameters& query, time_point now)
    -> sim_response {
    const bool able = lists(used.scope, ',', "pages_show_list") &&
                      !lists(join(declined_scopes_, ","), ',', "pages_show_list");
    const std::string limit = query.has("limit") ? query.get("limit") : "25";
    std::int64_t most = 0;
    std::int64_t at = 0;
    std::from_chars(limit.data(), limit.data() + limit.size(), most);
    const auto after = query.get("after");
    std::from_chars(after.data(), after.data() + after.size(), at);
    if (most < 1 || most > 100) {
        return graph_refusal(100, "(#100) limit is 1 to 100");
    }
    json answer = {{"data", json::array()}};
    while (able && at < pages_ && answer["data"].size() < static_cast<std::size_t>(most)) {
        const auto some =
            chosen(page(used, ++at, now), query.has("fields") ? query.get("fields") : "id,name");
        if (!some) {
            return graph_refusal(100, "(#100) Tried accessing nonexisting field");
        }
        answer["data"].push_back(*some);
    }
    if (able && at < pages_) {
        answer["paging"] = {{"cursors", {{"after", std::to_string(at)}}}, {"next", "more"}};
    }
    return json_answer(200, answer);
}

auto facebook::node(
    const token& used, const std::string& id, const parameters& query, time_point now
) -> sim_response {
    const bool able = lists(used.scope, ',', "pages_show_list") &&
                      !lists(join(declined_scopes_, ","), ',', "pages_show_list");
    for (std::int64_t number = 1; able && number <= pages_; ++number) {
        if (page_id(owner_of(used), number) == id) {
            const auto some = chosen(
                page(used, number, now), query.has("fields") ? query.get("fields") : "id,name"
            );
            return some ? json_answer(200, *some)
                        : graph_refusal(100, "(#100) Tried accessing nonexisting field");
        }
    }
    return no_such_object(id);
}

}  // namespace tenon::sim
