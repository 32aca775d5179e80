#include "provider/descriptor.hpp"

#include "provider/abi_reader.hpp"
#include "provider/descriptor_check.hpp"

#include <tenon/descriptor.h>
#include <tenon/operation.h>

namespace tenon::host {
namespace {

static_assert(static_cast<unsigned>(operation_kind::revoke) == TENON_OP_REVOKE);
static_assert(static_cast<unsigned>(field_type::choice) == TENON_FIELD_CHOICE);
static_assert(static_cast<unsigned>(client_authentication::none) == TENON_CLIENT_AUTH_NONE);
static_assert(static_cast<unsigned>(pkce_mode::required) == TENON_PKCE_REQUIRED);

static_assert(static_cast<unsigned>(operation_kind::validate) == TENON_OP_VALIDATE);

constexpr std::uint32_t known_auth_kinds = TENON_AUTH_CODE | TENON_AUTH_DEVICE |
                                           TENON_AUTH_CLIENT_CREDENTIALS | TENON_AUTH_API_KEY |
                                           TENON_AUTH_EXTERNAL_SESSION;
// Those that have a meaning: what comes behind VALIDATE is reserved.
constexpr std::uint64_t known_operations = (std::uint64_t{1} << (TENON_OP_VALIDATE + 1U)) - 1;
constexpr std::uint32_t known_roles =
    TENON_ROLE_AUTHORIZE | TENON_ROLE_TOKEN | TENON_ROLE_REVOKE | TENON_ROLE_API;

// A number that this host knows as a member of the enum, whose last member is given.
template <class Enum>
auto known(abi_reader& reader, std::uint32_t value, Enum last, std::string_view name) -> Enum {
    if (value > static_cast<std::uint32_t>(last)) {
        reader.broke(name, "the value " + std::to_string(value) + " is unknown to this host");
        return Enum{};
    }
    return static_cast<Enum>(value);
}

auto read_field(abi_reader& reader, const tenon_field& from, std::string_view name)
    -> field_descriptor {
    field_descriptor out;
    out.name = reader.text(from.name, name);
    out.label = reader.text(from.label, name);
    out.description = reader.text(from.description, name);
    out.pattern = reader.text(from.pattern, name);
    out.default_value = reader.text(from.default_value, name);
    out.choices = reader.texts(from.choices, name);
    reader.flags(from.flags, TENON_FIELD_REQUIRED | TENON_FIELD_SECRET, name);
    reader.reserved(from.reserved, name);
    out.type = known(reader, from.type, field_type::choice, name);
    out.required = (from.flags & TENON_FIELD_REQUIRED) != 0;
    out.secret = (from.flags & TENON_FIELD_SECRET) != 0;
    return out;
}

auto read_policy(abi_reader& reader, const tenon_refresh_policy& from) -> refresh_policy {
    using std::chrono::seconds;
    constexpr auto known_flags =
        TENON_REFRESH_ROTATES | TENON_REFRESH_ACCESS_TOKEN | TENON_REFRESH_CREDENTIALS;
    reader.flags(from.flags, known_flags, "refresh.flags");
    reader.reserved(from.reserved, "refresh");
    return {
        (from.flags & TENON_REFRESH_ROTATES) != 0,
        (from.flags & TENON_REFRESH_ACCESS_TOKEN) != 0,
        (from.flags & TENON_REFRESH_CREDENTIALS) != 0,
        seconds(from.reuse_grace_s),
        seconds(from.not_before_s),
        seconds(from.default_lifetime_s),
        seconds(from.default_refresh_lifetime_s),
        seconds(from.absolute_lifetime_s)};
}

void read_lists(abi_reader& reader, const tenon_descriptor& from, descriptor& out) {
    reader.structures(from.origins, from.origin_count, "origins", [&](const tenon_origin& origin) {
        reader.flags(origin.roles, known_roles, "origins.roles");
        out.origins.push_back({reader.text(origin.url, "origins"), origin.roles});
    });
    reader.structures(from.scopes, from.scope_count, "scopes", [&](const tenon_scope& scope) {
        reader.flags(scope.flags, TENON_SCOPE_DEFAULT, "scopes.flags");
        out.scopes.push_back(
            {reader.text(scope.name, "scopes"), reader.text(scope.description, "scopes"),
             (scope.flags & TENON_SCOPE_DEFAULT) != 0}
        );
    });
    reader.structures(from.slots, from.slot_count, "slots", [&](const tenon_slot& slot) {
        reader.flags(slot.flags, 0, "slots.flags");
        out.slots.push_back(
            {reader.text(slot.name, "slots"), reader.text(slot.description, "slots")}
        );
    });
    if (out.slots.empty()) {
        out.slots.emplace_back();
    }
    reader.structures(
        from.config_fields, from.config_field_count, "config_fields",
        [&](const tenon_field& field) {
            out.config_fields.push_back(read_field(reader, field, "config_fields"));
        }
    );
    reader.structures(
        from.connect_fields, from.connect_field_count, "connect_fields",
        [&](const tenon_field& field) {
            out.connect_fields.push_back(read_field(reader, field, "connect_fields"));
        }
    );
    reader.structures(
        from.credential_fields, from.credential_field_count, "credential_fields",
        [&](const tenon_field& field) {
            out.credential_fields.push_back(read_field(reader, field, "credential_fields"));
        }
    );
    out.host_calls = reader.texts(from.host_calls, "host_calls");
    out.quirks = reader.texts(from.quirks, "quirks");
}

void read_modes(abi_reader& reader, const tenon_descriptor& from, descriptor& out) {
    out.required_host_minor = from.required_host_minor;
    reader.flags(from.auth_kinds, known_auth_kinds, "auth_kinds");
    reader.flags(from.operations, known_operations, "operations");
    out.auth_kinds = from.auth_kinds;
    out.operations = from.operations;
    reader.reserved(from.reserved, "descriptor");
    reader.flags(
        from.flags,
        TENON_DESCRIPTOR_ISS_PROMISED | TENON_DESCRIPTOR_DISCOVERY | TENON_DESCRIPTOR_NONCE,
        "descriptor.flags"
    );
    out.iss_promised = (from.flags & TENON_DESCRIPTOR_ISS_PROMISED) != 0;
    out.discovery = (from.flags & TENON_DESCRIPTOR_DISCOVERY) != 0;
    out.nonce = (from.flags & TENON_DESCRIPTOR_NONCE) != 0;
    out.pkce = known(reader, from.pkce_mode, pkce_mode::required, "pkce_mode");
    out.challenge_encoding = known(reader, from.pkce_encoding, pkce_encoding::hex, "pkce_encoding");
    out.client_auth = known(reader, from.client_auth, client_authentication::none, "client_auth");
    if (from.refresh != nullptr) {
        out.refresh = read_policy(reader, reader.structure(from.refresh, "refresh"));
    }
}

void read_texts(abi_reader& reader, const tenon_descriptor& from, descriptor& out) {
    out.id = reader.text(from.id, "id");
    out.display_name = reader.text(from.display_name, "display_name");
    out.category = reader.text(from.category, "category");
    out.icon = reader.text(from.icon, "icon");
    out.vendor = reader.text(from.vendor, "vendor");
    out.version = reader.text(from.version, "version");
    out.docs_url = reader.text(from.docs_url, "docs_url");
    out.client_id_param = reader.text(from.client_id_param, "client_id_param");
    out.scope_separator = reader.text(from.scope_separator, "scope_separator");
    out.issuer = reader.text(from.issuer, "issuer");
    out.jwks_url = reader.text(from.jwks_url, "jwks_url");
    if (out.client_id_param.empty()) {
        out.client_id_param = "client_id";
    }
    if (out.scope_separator.empty()) {
        out.scope_separator = " ";
    }
}

auto not_valid(const descriptor& about, std::vector<field_problem> problems) -> error {
    const auto& first = problems.front();
    auto message =
        "the descriptor of '" + about.id + "' is not valid: " + first.field + ": " + first.message +
        (problems.size() > 1 ? " (and " + std::to_string(problems.size() - 1) + " more)" : "");
    return error{errc::provider_misconfigured, std::move(message), {}, std::move(problems)};
}

auto too_new(std::uint32_t minor) -> field_problem {
    return {
        "required_host_minor", "needs a host of ABI 1." + std::to_string(minor) +
                                   "; this one has 1." + std::to_string(TENON_ABI_MINOR) +
                                   ": upgrade the host"};
}

}  // namespace

auto name_of(operation_kind kind) noexcept -> std::string_view {
    switch (kind) {
        case operation_kind::describe: return "describe";
        case operation_kind::authorize: return "authorize";
        case operation_kind::exchange: return "exchange";
        case operation_kind::refresh: return "refresh";
        case operation_kind::profile: return "profile";
        case operation_kind::revoke: return "revoke";
        case operation_kind::validate: return "validate";
    }
    return "unknown";
}

auto descriptor::supports(operation_kind kind) const noexcept -> bool {
    return (operations >> static_cast<unsigned>(kind) & 1U) != 0;
}

auto descriptor::needs_client() const noexcept -> bool {
    constexpr std::uint32_t by_client =
        TENON_AUTH_CODE | TENON_AUTH_CLIENT_CREDENTIALS | TENON_AUTH_DEVICE;
    return (auth_kinds & by_client) != 0;
}

auto descriptor::default_scopes() const -> std::vector<std::string> {
    std::vector<std::string> out;
    for (const auto& scope : scopes) {
        if (scope.by_default) {
            out.push_back(scope.name);
        }
    }
    return out;
}

auto copy_descriptor(abi_reader& reader, const tenon_descriptor* from) -> descriptor {
    descriptor out;
    const tenon_descriptor copy = reader.structure(from, "descriptor");
    if (copy.required_host_minor > TENON_ABI_MINOR) {
        out.id = reader.text(copy.id, "id");
        out.required_host_minor = copy.required_host_minor;
        return out;
    }
    read_texts(reader, copy, out);
    read_modes(reader, copy, out);
    read_lists(reader, copy, out);
    return out;
}

auto read_unjudged(const tenon_descriptor* from) -> result<descriptor> {
    abi_reader reader;
    auto out = copy_descriptor(reader, from);
    if (out.required_host_minor > TENON_ABI_MINOR) {
        return not_valid(out, {too_new(out.required_host_minor)});
    }
    if (!reader.ok()) {
        return error{
            errc::provider_misconfigured,
            "the plugin's descriptor breaks the ABI: " + reader.problem(),
            {},
            {{"descriptor", reader.problem()}}};
    }
    return out;
}

auto read_descriptor(const tenon_descriptor* from, const trusted_origins& trusted)
    -> result<descriptor> {
    auto out = read_unjudged(from);
    if (out.has_error()) {
        return out;
    }
    auto problems = check_descriptor(*out, trusted);
    if (!problems.empty()) {
        return not_valid(*out, std::move(problems));
    }
    return out;
}

}  // namespace tenon::host
