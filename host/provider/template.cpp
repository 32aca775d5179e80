#include "provider/template.hpp"

#include "crypto/encoding.hpp"
#include "provider/operation.hpp"

#include <tenon/descriptor.h>
#include <tenon/request.h>

#include <algorithm>
#include <array>

namespace tenon::host {
namespace {

enum class reference {
    client_id,
    client_secret,
    code_verifier,
    refresh_token,
    access_token,
    credential
};

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
    rule{
        "credential.", reference::credential, TENON_ROLE_API | TENON_ROLE_TOKEN | TENON_ROLE_REVOKE,
        bit(operation_kind::validate) | bit(operation_kind::refresh) |
            bit(operation_kind::profile) | bit(operation_kind::revoke),
        true},
};

// A credential has a name of its own behind the point.
auto rule_of(std::string_view name) -> const rule* {
    const auto* const found = std::ranges::find_if(rules, [name](const rule& one) {
        return one.what == reference::credential ? name.starts_with(one.name) : name == one.name;
    });
    return found == rules.end() ? nullptr : found;
}

auto credential_of(const operation_secrets& secrets, std::string_view name) -> std::string_view {
    name.remove_prefix(std::string_view("credential.").size());
    const auto found = secrets.credentials.find(name);
    return found == secrets.credentials.end() ? std::string_view{} : found->second.reveal();
}

auto value_of(reference what, std::string_view name, const reference_values& values)
    -> std::string_view {
    switch (what) {
        case reference::client_id: return values.client_id;
        case reference::client_secret:
            return values.client_secret == nullptr ? std::string_view{}
                                                   : values.client_secret->reveal();
        case reference::code_verifier: return values.secrets->code_verifier.reveal();
        case reference::refresh_token: return values.secrets->refresh_token.reveal();
        case reference::access_token: return values.secrets->access_token.reveal();
        case reference::credential: return credential_of(*values.secrets, name);
    }
    return {};
}

auto resolve(std::string_view name, const reference_values& values, template_place place)
    -> or_refusal<std::string_view> {
    const auto* const found = rule_of(name);
    if (found == nullptr) {
        return denied(
            "a template names an unknown reference; known are client_id, client_secret, "
            "code_verifier, refresh_token, access_token and credential.NAME"
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
    const auto value = value_of(found->what, name, values);
    if (value.empty()) {
        return denied(shown + " has no value here");
    }
    return value;
}

// Reads a template from its front to its end, or to the `}` of the `$base64{` that it is in.
class expansion {
  public:
    expansion(std::string_view text, const reference_values& values, template_place place)
        : rest_(text), values_(values), place_(place) {}

    auto run() -> or_refusal<std::string> { return read(level::whole); }

  private:
    enum class level { whole, in_base64 };

    auto read(level where) -> or_refusal<std::string> {
        std::string out;
        while (!rest_.empty()) {
            const auto special = rest_.find_first_of(where == level::whole ? "$" : "$}");
            out += rest_.substr(0, special);
            rest_.remove_prefix(std::min(special, rest_.size()));
            if (where == level::in_base64 && take("}")) {
                return out;
            }
            if (rest_.empty()) {
                break;
            }
            auto piece = read_dollar(where);
            if (piece.has_error()) {
                return piece.error();
            }
            out += *piece;
        }
        if (where == level::in_base64) {
            return denied("a template's '$base64{' has no '}'");
        }
        return out;
    }

    auto read_dollar(level where) -> or_refusal<std::string> {
        if (take("$$")) {
            return std::string("$");
        }
        if (where == level::in_base64 && take("$}")) {
            return std::string("}");
        }
        if (where == level::whole && take("$base64{")) {
            auto inner = read(level::in_base64);
            return inner.has_error() ? inner : or_refusal<std::string>(to_base64(*inner));
        }
        const auto close = rest_.starts_with("${") ? rest_.find('}') : std::string_view::npos;
        if (close == std::string_view::npos) {
            return denied("a template has a lone '$'; write '$$' for one");
        }
        const auto value = resolve(rest_.substr(2, close - 2), values_, place_);
        rest_.remove_prefix(close + 1);
        if (value.has_error()) {
            return value.error();
        }
        return std::string(*value);
    }

    auto take(std::string_view front) -> bool {
        const bool there = rest_.starts_with(front);
        rest_.remove_prefix(there ? front.size() : 0);
        return there;
    }

    std::string_view rest_;
    const reference_values& values_;
    template_place place_;
};

}  // namespace

auto expand(std::string_view text, const reference_values& values, template_place place)
    -> or_refusal<std::string> {
    return expansion(text, values, place).run();
}

}  // namespace tenon::host
