#include "provider/template.hpp"

#include "provider/operation.hpp"

#include <tenon/descriptor.h>
#include <tenon/request.h>

#include <algorithm>
#include <array>

namespace tenon::host {
namespace {

enum class reference { client_id, client_secret, code_verifier, refresh_token, access_token };

constexpr auto bit(operation_kind kind) -> std::uint32_t {
    return 1U << static_cast<unsigned>(kind);
}

constexpr std::uint32_t everywhere = ~0U;

// The table of request.h.
struct rule {
    std::string_view name;
    reference what;
    origin_roles roles;
    std::uint32_t kinds;
    bool host_call;
};
constexpr std::array rules{
    rule{"client_id", reference::client_id, everywhere, everywhere, true},
    rule{
        "client_secret", reference::client_secret, TENON_ROLE_TOKEN | TENON_ROLE_REVOKE, everywhere,
        true},
    rule{
        "code_verifier", reference::code_verifier, TENON_ROLE_TOKEN, bit(operation_kind::exchange),
        false},
    rule{
        "refresh_token", reference::refresh_token, TENON_ROLE_TOKEN | TENON_ROLE_REVOKE,
        bit(operation_kind::refresh) | bit(operation_kind::revoke), false},
    rule{
        "access_token", reference::access_token,
        TENON_ROLE_API | TENON_ROLE_TOKEN | TENON_ROLE_REVOKE,
        bit(operation_kind::refresh) | bit(operation_kind::profile) | bit(operation_kind::revoke),
        true},
};

auto value_of(reference what, const reference_values& values) -> std::string_view {
    switch (what) {
        case reference::client_id: return values.client_id;
        case reference::client_secret:
            return values.client_secret == nullptr ? std::string_view{}
                                                   : values.client_secret->reveal();
        case reference::code_verifier: return values.secrets->code_verifier.reveal();
        case reference::refresh_token: return values.secrets->refresh_token.reveal();
        case reference::access_token: return values.secrets->access_token.reveal();
    }
    return {};
}

auto resolve(std::string_view name, const reference_values& values, template_place place)
    -> or_refusal<std::string_view> {
    const auto found = std::ranges::find(rules, name, &rule::name);
    if (found == rules.end()) {
        return denied(
            "a template names an unknown reference; known are client_id, client_secret, "
            "code_verifier, "
            "refresh_token and access_token"
        );
    }
    const auto shown = "${" + std::string(name) + "}";
    if ((found->kinds & bit(values.kind)) == 0) {
        return denied(shown + " is not to be had in " + std::string(name_of(values.kind)));
    }
    if (place.host_call ? !found->host_call
                        : (place.roles & found->roles) == 0 && found->roles != everywhere) {
        return denied(
            shown + " may not go " +
            (place.host_call ? "into a host call" : "to an origin of these roles")
        );
    }
    const auto value = value_of(found->what, values);
    if (value.empty()) {
        return denied(shown + " has no value here");
    }
    return value;
}

}  // namespace

auto expand(std::string_view text, const reference_values& values, template_place place)
    -> or_refusal<std::string> {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto dollar = text.find('$', i);
        out += text.substr(i, dollar - i);
        if (dollar == std::string_view::npos) {
            break;
        }
        const char next = dollar + 1 < text.size() ? text[dollar + 1] : '\0';
        const auto close = next == '{' ? text.find('}', dollar) : std::string_view::npos;
        if (next == '$') {
            out += '$';
            i = dollar + 2;
        } else if (close != std::string_view::npos) {
            auto value = resolve(text.substr(dollar + 2, close - dollar - 2), values, place);
            if (value.has_error()) {
                return value.error();
            }
            out += *value;
            i = close + 1;
        } else {
            return denied("a template has a lone '$'; write '$$' for one");
        }
    }
    return out;
}

}  // namespace tenon::host
