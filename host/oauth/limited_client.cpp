#include "oauth/limited_client.hpp"

#include "crypto/hash.hpp"
#include "oauth/host_fields.hpp"
#include "provider/registry.hpp"

#include <tenon/descriptor.h>

namespace tenon::host {
namespace {

constexpr char mark = '#';  // no provider's name has it

using given_fields = std::map<std::string, std::string>;

// The role, the client and what names that role's hosts. None of the parts holds a NUL.
auto parts_of(
    const provider_instance& provider, const std::string& client_id, const given_fields& connect,
    origin_roles role
) -> std::string {
    std::string parts = std::to_string(role) + '\0';
    parts += client_id.empty() ? provider.settings().client_id : client_id;
    for (const auto& name : host_fields(provider.about(), role)) {
        const auto given = connect.find(name);
        parts += '\0' + (given == connect.end() ? std::string() : given->second);
    }
    return parts;
}

auto named(const provider_instance& provider, const std::string& parts) -> limited_client {
    return limited_client(provider.name() + mark + to_hex(sha256(parts)));
}

}  // namespace

auto limited_client_of(
    const provider_instance& provider, const std::string& client_id, const given_fields& connect
) -> limited_client {
    return named(provider, parts_of(provider, client_id, connect, TENON_ROLE_TOKEN));
}

auto limited_api_of(
    const provider_instance& provider, const std::string& client_id, const given_fields& connect,
    const std::string& base_url
) -> limited_client {
    const auto parts = parts_of(provider, client_id, connect, TENON_ROLE_API);
    return named(provider, parts + '\0' + base_url);
}

auto provider_of(const limited_client& client) -> std::string_view {
    const std::string_view text = client.text();
    return text.substr(0, text.find(mark));
}

auto limit_error(const provider_id& provider, milliseconds wait) -> error {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
    auto reason = fail(
        errc::rate_limited, provider.text() +
                                ": the provider limits this client's requests; try again in " +
                                std::to_string(seconds.count()) + " s"
    );
    reason.retry_after = seconds;
    return reason;
}

}  // namespace tenon::host
