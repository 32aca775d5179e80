// What is done with one account: profile, refresh, disconnect.
#include "api/handlers/handlers.hpp"
#include "api/json_writer.hpp"
#include "oauth/disconnect.hpp"
#include "oauth/profile.hpp"
#include "oauth/refresh.hpp"

#include <algorithm>

namespace tenon::host::handlers {

namespace {

auto selected(const call& mine) -> account_selector {
    return {
        provider_id(std::string(mine.http.param("provider"))),
        std::string(mine.http.param("accountId"))};
}

auto message_of(const std::vector<revocation>& revocations) -> std::string_view {
    const auto has = [&](std::string_view outcome) {
        return std::ranges::find(revocations, outcome, &revocation::outcome) != revocations.end();
    };
    if (has("failed")) {
        return "Disconnected. The credentials are erased here; the provider did not confirm that "
               "it revoked them: check the app's access in the platform's settings.";
    }
    return has("pending")
               ? "Disconnected. The provider can't revoke the credentials at the moment: "
                 "they are kept for that alone, and it is tried again."
               : "Disconnected.";
}

}  // namespace

auto profile(call& mine) -> answer {
    const auto fresh = mine.http.query_value("fresh").value_or("false");
    if (fresh != "true" && fresh != "false") {
        auto wrong = fail(errc::invalid_request, "fresh must be true or false.");
        wrong.details.push_back({"fresh", "true or false"});
        co_return wrong;
    }
    const auto how = fresh == "true" ? freshness::ask_anew : freshness::cached_is_fine;
    auto by = mine.as_actor();
    auto which = selected(mine);
    auto found = co_await read_profile(
        mine.api.oauth, mine.api.tokens, mine.api.refresh, std::move(by), std::move(which), how
    );
    if (found.has_error()) {
        co_return found.error();
    }
    co_return json_response(200, std::move(found->json));
}

auto refresh(call& mine) -> answer {
    auto by = mine.as_actor();
    auto which = selected(mine);
    auto refreshing = mine.api.refresh.refresh_connection(std::move(by), std::move(which));
    auto report = co_await std::move(refreshing);
    if (report.has_error()) {
        co_return report.error();
    }
    json_writer json;
    json.begin_object()
        .field("success", true)
        .field("refreshed", report->refreshed)
        .field("expiresAt", report->expires_at);
    if (!report->note.empty()) {
        json.field("message", report->note);
    }
    co_return json_response(200, json.end_object().take());
}

auto disconnect_one(call& mine) -> answer {
    auto by = mine.as_actor();
    auto which = selected(mine);
    auto ended = co_await disconnect(mine.api.oauth, std::move(by), std::move(which));
    if (ended.has_error()) {
        co_return ended.error();
    }
    json_writer json;
    json.begin_object()
        .field("success", true)
        .field("message", message_of(*ended))
        .key("revocations")
        .begin_array();
    for (const auto& one : *ended) {
        json.begin_object().field("slot", one.slot).field("outcome", one.outcome).end_object();
    }
    co_return json_response(200, json.end_array().end_object().take());
}

// The route has no :accountId, so that the selector's is empty: all of the user's.
auto disconnect_all(call& mine) -> answer {
    return disconnect_one(mine);
}

}  // namespace tenon::host::handlers
