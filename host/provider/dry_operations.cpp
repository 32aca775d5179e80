#include "provider/dry_operations.hpp"

#include <tenon/operation.h>

#include <array>

namespace tenon::host {
namespace {

constexpr std::string_view account = "dry-run-account";

auto reference(const std::string& name) -> key_value {
    return {name, "${" + name + "}", TENON_KV_TEMPLATE | TENON_KV_SECRET};
}

auto params_of(operation_kind kind, const descriptor& about) -> std::vector<key_value> {
    if (kind == operation_kind::exchange) {
        return {
            {"code", "dry-run-code", TENON_KV_SECRET},
            {"redirect_uri", "https://dry-run.example/api/integrations/callback", 0},
            {"scope", "", 0},
            reference("code_verifier")};
    }
    std::vector<key_value> out;
    if (kind != operation_kind::validate) {
        out.push_back({"account_id", std::string(account), 0});
        out.push_back({"scope", "", 0});
    }
    if (kind == operation_kind::refresh || kind == operation_kind::revoke) {
        out.push_back(reference("access_token"));
        out.push_back(reference("refresh_token"));
    }
    for (const auto& field : about.credential_fields) {
        out.push_back(reference("credential." + field.name));
    }
    return out;
}

auto dry_operation(const provider_parts& parts, operation_kind kind, time_point now)
    -> result<void> {
    tenon_http_response down{};
    down.struct_size = sizeof down;
    down.status = 503;
    down.sent = TENON_SENT_YES;
    tenon_reply reply{};
    reply.struct_size = sizeof reply;
    reply.kind = TENON_ACTION_HTTP;
    reply.now_ms = now.time_since_epoch().count();
    reply.http = &down;
    const auto params = params_of(kind, parts.about);
    const std::vector<key_value> none;
    const auto& slot = parts.about.slots.front().name;
    said_once said(parts.seat, {kind, now, parts.config, params, none, slot}, &reply);
    const auto name =
        "with it, " + std::string(name_of(kind)) + " of the provider " + parts.settings.name;
    if (const auto* broken = std::get_if<broken_action>(&said.action())) {
        return fail(errc::invalid_request, name + " breaks the contract: " + broken->what);
    }
    if (const auto* lost = said.loss()) {
        return fail(errc::invalid_request, name + " does not end: " + lost->failure.message);
    }
    return {};
}

}  // namespace

auto dry_operations(const provider_parts& parts, time_point now) -> result<void> {
    constexpr std::array kinds{
        operation_kind::exchange, operation_kind::refresh, operation_kind::profile,
        operation_kind::revoke, operation_kind::validate};
    for (const auto kind : kinds) {
        if (!parts.about.supports(kind)) {
            continue;
        }
        if (auto ended = dry_operation(parts, kind, now); ended.has_error()) {
            return ended;
        }
    }
    return {};
}

}  // namespace tenon::host
