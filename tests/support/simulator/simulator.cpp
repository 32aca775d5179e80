#include "support/simulator/simulator.hpp"

#include "support/simulator/asana.hpp"
#include "support/simulator/discord.hpp"
#include "support/simulator/facebook.hpp"
#include "support/simulator/github.hpp"
#include "support/simulator/google.hpp"
#include "support/simulator/instagram.hpp"
#include "support/simulator/jira.hpp"
#include "support/simulator/linear.hpp"
#include "support/simulator/linkedin.hpp"
#include "support/simulator/microsoft.hpp"
#include "support/simulator/notion.hpp"
#include "support/simulator/oidc.hpp"
#include "support/simulator/onlyfans.hpp"
#include "support/simulator/reddit.hpp"
#include "support/simulator/salesforce.hpp"
#include "support/simulator/slack.hpp"
#include "support/simulator/tiktok.hpp"
#include "support/simulator/x.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

auto fits(const json& value, bool*) -> bool {
    return value.is_boolean();
}
auto fits(const json& value, std::int64_t*) -> bool {
    return value.is_number_integer();
}
auto fits(const json& value, std::string*) -> bool {
    return value.is_string();
}
auto fits(const json& value, std::vector<std::string>*) -> bool {
    return value.is_array() &&
           std::ranges::all_of(value, [](const json& each) { return each.is_string(); });
}

template <class Provider>
auto make() -> std::unique_ptr<simulator> {
    return std::make_unique<Provider>();
}

}  // namespace

auto counters::to_json() const -> json {
    return {
        {"authorizations", authorizations},
        {"denials", denials},
        {"exchanges", exchanges},
        {"refreshes", refreshes},
        {"revokes", revokes},
        {"profiles", profiles},
        {"code_reuses", code_reuses},
        {"refresh_reuses", refresh_reuses},
        {"families_revoked", families_revoked},
        {"refused", refused}};
}

auto apply_settings(const setting_table& table, const json& values) -> std::string {
    if (!values.is_object()) {
        return "settings are a JSON object";
    }
    for (const auto& [name, value] : values.items()) {
        const auto found = table.find(name);
        if (found == table.end()) {
            return "there is no setting " + name;
        }
        // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): a setting holds one of its pointers
        if (!std::visit([&](auto* target) { return fits(value, target); }, found->second)) {
            return "setting " + name + " has the wrong type";
        }
    }
    for (const auto& [name, value] : values.items()) {
        // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): as above
        std::visit([&](auto* target) { value.get_to(*target); }, table.find(name)->second);
    }
    return {};
}

auto settings_to_json(const setting_table& table) -> json {
    json values = json::object();
    for (const auto& [name, target] : table) {
        std::visit([&, &key = name](auto* value) { values[key] = *value; }, target);
    }
    return values;
}

void common_settings::add_to(setting_table& table) {
    table.insert(
        {{"client_id", &client_id},
         {"client_secret", &client_secret},
         {"redirect_uris", &redirect_uris},
         {"account", &account},
         {"accounts", &accounts},
         {"deny", &deny},
         {"code_lifetime_s", &code_lifetime_s},
         {"access_lifetime_s", &access_lifetime_s}}
    );
}

auto simulators() -> const std::map<std::string, simulator_maker, std::less<>>& {
    static const std::map<std::string, simulator_maker, std::less<>> all{
        {"asana", make<asana>},
        {"discord", make<discord>},
        {"facebook", make<facebook>},
        {"github", make<github>},
        {"google", make<google>},
        {"instagram", make<instagram>},
        {"jira", make<jira>},
        {"linear", make<linear>},
        {"linkedin", make<linkedin>},
        {"microsoft", make<microsoft>},
        {"notion", make<notion>},
        {"oidc", make<oidc>},
        {"onlyfans", make<onlyfans>},
        {"reddit", make<reddit>},
        {"salesforce", make<salesforce>},
        {"slack", make<slack>},
        {"tiktok", make<tiktok>},
        {"x", make<x>},
    };
    return all;
}

auto make_simulator(std::string_view provider) -> std::unique_ptr<simulator> {
    const auto found = simulators().find(provider);
    return found == simulators().end() ? nullptr : found->second();
}

}  // namespace tenon::sim
