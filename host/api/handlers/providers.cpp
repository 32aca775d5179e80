#include "api/catalogue_listing.hpp"
#include "api/handlers/handlers.hpp"
#include "api/provider_json.hpp"
#include "provider/registry.hpp"

namespace tenon::host::handlers {

auto list_providers(call& mine) -> answer {
    const auto snapshot = mine.api.oauth.providers.snapshot();
    json_writer json(4'096);
    json.begin_object().key("providers").begin_array();
    for (const auto& [name, entry] : snapshot->providers) {
        write_provider(json, entry, mine.api.settings.public_url);
    }
    for (const auto& [name, object] : mine.api.catalogued.entries()) {
        if (!snapshot->providers.contains(name)) {
            json.raw(object);
        }
    }
    co_return json_response(200, json.end_array().end_object().take());
}

}  // namespace tenon::host::handlers
