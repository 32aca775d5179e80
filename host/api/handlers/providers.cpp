#include "api/catalogue_listing.hpp"
#include "api/handlers/handlers.hpp"
#include "api/provider_filter.hpp"
#include "api/provider_json.hpp"
#include "provider/registry.hpp"

#include <set>

namespace tenon::host::handlers {

namespace {

auto facts_of(const provider_entry& entry) -> provider_facts {
    return {
        entry.name, shown_name(entry),
        entry.about ? std::string_view(entry.about->category) : std::string_view(),
        kind_text(entry), entry.state == provider_state::enabled};
}

auto facts_of(const std::string& name, const catalogued_provider& entry) -> provider_facts {
    return {name, entry.shown_name, entry.category, "oauth2", false};
}

// All that there are, whatever was asked for: what a caller can filter by next.
void write_categories(json_writer& json, const std::set<std::string, std::less<>>& categories) {
    json.key("categories").begin_array();
    for (const auto& category : categories) {
        if (!category.empty()) {
            json.value(category);
        }
    }
    json.end_array();
}

}  // namespace

auto list_providers(call& mine) -> answer {
    const auto filter = read_provider_filter(mine.http);
    if (filter.has_error()) {
        co_return filter.error();
    }
    const auto snapshot = mine.api.oauth.providers.snapshot();
    const auto& catalogued = mine.api.catalogued.entries();
    std::set<std::string, std::less<>> categories;
    json_writer json(4'096);
    json.begin_object().key("providers").begin_array();
    for (const auto& [name, entry] : snapshot->providers) {
        const auto facts = facts_of(entry);
        categories.emplace(facts.category);
        if (filter->admits(facts)) {
            const auto known = catalogued.find(name);
            write_provider(
                json, entry, mine.api.settings.public_url,
                known == catalogued.end() ? std::string_view() : known->second.confidence
            );
        }
    }
    for (const auto& [name, entry] : catalogued) {
        if (snapshot->providers.contains(name)) {
            continue;
        }
        const auto facts = facts_of(name, entry);
        categories.emplace(facts.category);
        if (filter->admits(facts)) {
            json.raw(entry.json);
        }
    }
    json.end_array();
    write_categories(json, categories);
    co_return json_response(200, json.end_object().take());
}

}  // namespace tenon::host::handlers
