#include "api/handlers/handlers.hpp"
#include "api/json_writer.hpp"
#include "base/log.hpp"
#include "oauth/audit_entry.hpp"
#include "provider/registry.hpp"
#include "store/database.hpp"

#include <algorithm>

namespace tenon::host::handlers {

namespace {

auto outcome_text(plugin_outcome outcome) noexcept -> std::string_view {
    switch (outcome) {
        case plugin_outcome::loaded: return "loaded";
        case plugin_outcome::kept: return "kept";
        case plugin_outcome::replaced: return "replaced";
        case plugin_outcome::refused: return "refused";
        case plugin_outcome::rolled_back: return "rolled_back";
        case plugin_outcome::removed: return "removed";
    }
    return "refused";
}

auto reports_json(const std::vector<plugin_report>& reports) -> std::string {
    json_writer json(1'024);
    json.begin_object().key("plugins").begin_array();
    for (const auto& one : reports) {
        json.begin_object()
            .field("file", one.path.string())
            .field("outcome", outcome_text(one.outcome));
        if (!one.message.empty()) {
            json.field("reason", one.message);
        }
        json.key("sha256").value(
            one.digest.empty() ? std::optional<std::string>() : std::optional(one.digest)
        );
        json.key("providers").begin_array();
        for (const auto& id : one.providers) {
            json.value(id);
        }
        json.end_array().end_object();
    }
    return json.end_array().end_object().take();
}

// It is done by then: a failure here is logged, not answered.
auto note_reload(call& mine, std::string detail) -> boost::asio::awaitable<void> {
    auto& oauth = mine.api.oauth;
    auto work = [&oauth, by = mine.as_actor(), detail](sql_session& session) -> result<void> {
        write_audit(session, oauth, by, audit_entry{"plugins.reloaded", {}, {}, "ok", detail});
        return {};
    };
    auto noted = co_await oauth.db.with_org(mine.who->org, access::write, std::move(work));
    if (noted.has_error()) {
        log(log_level::error, "audit entry lost", {{log_key::code, code_of(noted.error().code)}});
    }
}

}  // namespace

auto reload_plugins(call& mine) -> answer {
    auto reports = co_await mine.api.reload_plugins();
    auto json = reports_json(reports);
    const bool changed = std::ranges::any_of(reports, [](const plugin_report& one) {
        return one.outcome != plugin_outcome::kept;
    });
    if (changed) {
        co_await note_reload(mine, json);
    }
    co_return json_response(200, std::move(json));
}

}  // namespace tenon::host::handlers
