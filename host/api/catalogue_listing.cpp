#include "api/catalogue_listing.hpp"

#include "api/json_writer.hpp"

namespace tenon::host {
namespace {

auto text_of(const catalogue_entry& entry, const char* key) -> std::string {
    const auto found = entry.config.find(key);
    return found == entry.config.end() ? std::string() : found->second.text;
}

auto shown_name_of(const catalogue_entry& entry) -> std::string {
    auto shown = text_of(entry, "display_name");
    return shown.empty() ? entry.name : shown;
}

auto how_to_configure(const std::string& name) -> std::string {
    return "in the catalogue: set providers." + name + ".client_id and client_secret to enable it";
}

auto to_json(const catalogue_entry& entry) -> std::string {
    json_writer json(512);
    json.begin_object()
        .field("id", entry.name)
        .field("name", shown_name_of(entry))
        .field("icon", "")
        .field("category", text_of(entry, "category"))
        .field("kind", "oauth2")
        .field("enabled", false)
        .field("state", "not_configured")
        .field("reason", how_to_configure(entry.name))
        .field("confidence", entry.confidence)
        .field("docs", entry.docs);
    json.key("scopes").begin_array();
    for (const auto& scope : entry.scopes) {
        json.begin_object()
            .field("name", scope)
            .field("description", "")
            .field("default", true)
            .end_object();
    }
    json.end_array().key("connectParams").begin_array().end_array();
    json.key("credentialFields").begin_array().end_array().end_object();
    return json.take();
}

}  // namespace

auto catalogue_listing::entries() -> const std::map<std::string, catalogued_provider>& {
    std::call_once(once_, [this] {
        for (const auto& name : known_.names()) {
            // An entry that can't be read is a fault of the file: `tenon plugin list` names it.
            if (const auto entry = known_.find(name); entry.has_value()) {
                entries_.emplace(
                    name,
                    catalogued_provider{
                        shown_name_of(*entry), text_of(*entry, "category"), entry->confidence,
                        to_json(*entry)}
                );
            }
        }
    });
    return entries_;
}

auto catalogue_listing::explained(error refusal, const std::string& provider) const -> error {
    if (refusal.code != errc::unknown_provider || known_.find(provider).has_error()) {
        return refusal;
    }
    return fail(
        errc::provider_disabled, provider + " is not enabled: " + how_to_configure(provider)
    );
}

}  // namespace tenon::host
