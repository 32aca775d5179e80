#include "api/view_json.hpp"

#include "oauth/health.hpp"

namespace tenon::host {

void write_connection_fields(json_writer& json, const connection_view& view, shown_user user) {
    json.field("connectionId", view.id.text())
        .field("provider", view.provider.text())
        .field("providerAccountId", view.account.text());
    if (user == shown_user::yes) {
        json.field("userId", view.user.text());
    }
    json.field("isConnected", view.status == connection_status::connected)
        .field("status", to_text(view.status));
    if (!view.status_reason.empty()) {
        json.field("statusReason", view.status_reason);
    }
    if (view.status != connection_status::pending) {
        const auto& health = view.health;
        json.field("health", to_text(health.health));
        if (!health.reason.empty()) {
            json.field("healthReason", health.reason);
        }
        json.field("nextRefreshAt", health.next_refresh_at)
            .field("reconnectBefore", health.lapses_at);
    }
    json.field("expiresAt", view.expires_at)
        .field("scope", view.scope)
        .raw_field("metadata", view.metadata_json)
        .field("createdAt", view.created_at)
        .field("updatedAt", view.updated_at);
}

void write_connection(json_writer& json, const connection_view& view, shown_user user) {
    json.begin_object();
    write_connection_fields(json, view, user);
    json.end_object();
}

auto connection_json(const connection_view& view) -> std::string {
    json_writer json(512);
    write_connection(json, view, shown_user::no);
    return json.take();
}

auto token_json(const token_answer& token) -> std::string {
    json_writer json(192 + token.access_token.reveal().size() + token.scope.size());
    json.begin_object()
        .field("accessToken", token.access_token.reveal())
        .field("tokenType", token.token_type)
        .field("scope", token.scope)
        .field("expiresAt", token.expires_at)
        .field("generation", token.generation);
    if (!token.base_url.empty()) {
        json.field("baseUrl", token.base_url);
    }
    return json.end_object().take();
}

}  // namespace tenon::host
