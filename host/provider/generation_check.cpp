#include "provider/generation_check.hpp"

#include "crypto/pkce.hpp"
#include "provider/dry_operations.hpp"
#include "provider/instance.hpp"
#include "provider/registry_loader.hpp"
#include "provider/request_encoder.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

constexpr std::string_view state = "dry-run-state-0123456789abcdefghijklmnopqrs";
constexpr std::string_view verifier = "dry-run-verifier-0123456789abcdefghijklmnop";
constexpr std::string_view redirect_uri = "https://dry-run.example/api/integrations/callback";

auto refuse(const std::string& provider, const std::string& why) -> error {
    return fail(errc::invalid_request, "with it, the provider " + provider + why);
}

auto scope_text(const descriptor& about) -> std::string {
    std::string out;
    for (const auto& name : about.default_scopes()) {
        out += (out.empty() ? "" : " ") + name;
    }
    return out;
}

auto authorize_params(const descriptor& about) -> std::vector<key_value> {
    std::vector<key_value> out{
        {"redirect_uri", std::string(redirect_uri), 0},
        {"state", std::string(state), 0},
        {"scope", scope_text(about), 0}};
    if (about.pkce != pkce_mode::never) {
        out.push_back({"code_challenge", challenge(verifier, about.challenge_encoding), 0});
        out.push_back({"code_challenge_method", "S256", 0});
    }
    if (about.nonce) {
        out.push_back({"nonce", "dry-run-nonce", 0});
    }
    return out;
}

// What only a user can give is not made up: without it, any refusal may be right.
auto needs_a_user(const descriptor& about) -> bool {
    return std::ranges::any_of(about.connect_fields, &field_descriptor::required);
}

auto encoded(const http_action& action, const provider_parts& parts) -> or_refusal<std::string> {
    const std::map<std::string, std::string> connect;
    const operation_secrets none;
    const auto& secrets = parts.settings.client_secrets;
    const encoding_context context{
        parts.about,
        parts.egress,
        connect,
        {operation_kind::authorize, parts.settings.client_id,
         secrets.empty() ? nullptr : &secrets.front(), &none},
        "dry run"};
    return encode_authorize(action, context, {state, redirect_uri});
}

// Begins a connect and goes no further: a plugin that asks for a request first (RFC 9126) has shown
// enough.
auto dry_authorize(const provider_parts& parts, time_point now) -> result<void> {
    const auto& name = parts.settings.name;
    if (!parts.about.supports(operation_kind::authorize)) {
        return {};
    }
    const auto params = authorize_params(parts.about);
    const std::vector<key_value> none;
    said_once said(parts.seat, {operation_kind::authorize, now, parts.config, params, none, {}});
    const auto& action = said.action();
    if (const auto* broken = std::get_if<broken_action>(&action)) {
        return refuse(name, " breaks the contract as a connect begins: " + broken->what);
    }
    if (needs_a_user(parts.about)) {
        return {};
    }
    if (const auto* failed = std::get_if<fail_action>(&action)) {
        return refuse(name, " begins no connect: " + failed->failure.message);
    }
    const auto* done = std::get_if<done_action>(&action);
    if (done == nullptr || !done->authorize) {
        return {};
    }
    const auto url = encoded(*done->authorize, parts);
    if (url.has_error()) {
        return refuse(name, " sends users to a wrong address: " + url.error().message);
    }
    return {};
}

auto dry_run(const provider_parts& parts, time_point now) -> result<void> {
    auto begun = dry_authorize(parts, now);
    return begun.has_error() ? begun : dry_operations(parts, now);
}

auto draft_of(const plugin_generation& of, const std::string& id, const provider_settings& section)
    -> result<provider_draft> {
    for (auto& seat : of.source->seats()) {
        if (seat.provider().about.id == id) {
            provider_draft out{of.source, std::move(seat), section, of.approved, nullptr};
            if (auto seated = take_seat(out); seated.has_error()) {
                return seated.error();
            }
            return out;
        }
    }
    return fail(errc::not_found, "it does not serve it any more");
}

auto plugin_of(const provider_settings& section) -> const std::string& {
    return section.plugin.empty() ? section.name : section.plugin;
}

auto check_section(
    const plugin_generation& running, const plugin_generation& next,
    const provider_settings& section, const discovered_metadata& metadata, time_point now
) -> result<void> {
    const auto before = draft_of(running, plugin_of(section), section);
    if (before.has_error() ||
        make_entry(*before, metadata, now).state == provider_state::misconfigured) {
        return {};
    }
    const auto after = draft_of(next, plugin_of(section), section);
    if (after.has_error()) {
        return refuse(section.name, " would have no plugin: " + after.error().message);
    }
    const auto entry = make_entry(*after, metadata, now);
    if (entry.state == provider_state::misconfigured) {
        return refuse(section.name, " would not work: " + entry.message);
    }
    return entry.instance ? dry_run(operation_access::parts(*entry.instance), now) : result<void>();
}

// One that nobody configured yet, with a client that is none.
auto check_unconfigured(const plugin_generation& next, const plugin_seat& seat, time_point now)
    -> result<void> {
    provider_settings section;
    section.name = seat.provider().about.id;
    section.client_id = "dry-run";
    section.client_secrets = {secret("dry-run")};
    const provider_draft draft{next.source, seat, section, next.approved, nullptr};
    const auto entry = make_entry(draft, {}, now);
    return entry.instance ? dry_run(operation_access::parts(*entry.instance), now) : result<void>();
}

}  // namespace

auto check_generation(
    const plugin_generation& running, const plugin_generation& next,
    const std::vector<provider_settings>& sections, const metadata_source& metadata_of,
    time_point now
) -> result<void> {
    for (const auto& section : sections) {
        auto checked = check_section(running, next, section, metadata_of(section.name), now);
        if (checked.has_error()) {
            return checked;
        }
    }
    for (const auto& seat : next.source->seats()) {
        const auto& id = seat.provider().about.id;
        const bool configured = std::ranges::any_of(sections, [&](const auto& section) {
            return plugin_of(section) == id;
        });
        if (configured) {
            continue;
        }
        if (auto checked = check_unconfigured(next, seat, now); checked.has_error()) {
            return checked;
        }
    }
    return {};
}

}  // namespace tenon::host
