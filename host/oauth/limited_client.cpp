#include "oauth/limited_client.hpp"

#include "crypto/hash.hpp"
#include "oauth/host_fields.hpp"
#include "provider/registry.hpp"

#include <tenon/descriptor.h>

namespace tenon::host {
namespace {

constexpr char mark = '#';  // no provider's name has it

}  // namespace

auto limited_client_of(
    const provider_instance& provider, const std::string& client_id,
    const std::map<std::string, std::string>& connect
) -> limited_client {
    // None of the parts holds a NUL.
    std::string parts = client_id.empty() ? provider.settings().client_id : client_id;
    for (const auto& name : host_fields(provider.about(), TENON_ROLE_TOKEN)) {
        const auto given = connect.find(name);
        parts += '\0' + (given == connect.end() ? std::string() : given->second);
    }
    return limited_client(provider.name() + mark + to_hex(sha256(parts)));
}

auto provider_of(const limited_client& client) -> std::string_view {
    const std::string_view text = client.text();
    return text.substr(0, text.find(mark));
}

}  // namespace tenon::host
