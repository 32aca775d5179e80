// What is held of one user: told, and erased.
#include "api/access_journal.hpp"
#include "api/handlers/handlers.hpp"
#include "api/json_writer.hpp"
#include "api/page_parameters.hpp"
#include "api/user_data.hpp"
#include "oauth/erasure.hpp"
#include "store/database.hpp"

#include <algorithm>

namespace tenon::host::handlers {

namespace {

auto message_of(const erasure_receipt& receipt) -> std::string_view {
    if (receipt.id.empty()) {
        return "Nothing is held of this user.";
    }
    const auto has = [&](std::string_view outcome) {
        return std::ranges::any_of(receipt.revocations, [outcome](const erased_tokens& one) {
            return one.what.outcome == outcome;
        });
    };
    if (has("failed")) {
        return "The user is erased here. Not every provider confirmed that it revoked the "
               "tokens: check the app's access in the platforms' settings.";
    }
    return has("pending") ? "The user is erased here, but for tokens that a provider can't revoke "
                            "at the moment: they are kept, sealed, for that alone, and it is tried "
                            "again."
                          : "The user is erased.";
}

auto receipt_json(const erasure_receipt& receipt) -> std::string {
    const auto id = receipt.id.empty() ? std::nullopt : std::optional(receipt.id);
    json_writer json(512 + receipt.revocations.size() * 160);
    json.begin_object()
        .field("success", true)
        .field("message", message_of(receipt))
        .field("receiptId", id)
        .field("erasedAt", receipt.erased_at)
        .field("connections", receipt.connections)
        .field("unconfirmed", receipt.unconfirmed)
        .field("exchanges", receipt.exchanges)
        .field("pendingConnects", receipt.pending_connects)
        .field("apiKeys", receipt.api_keys.size())
        .field("consents", receipt.consents)
        .key("revocations")
        .begin_array();
    for (const auto& one : receipt.revocations) {
        const auto& of = one.connection;
        json.begin_object()
            .field("provider", one.provider.text())
            .field("connectionId", of.empty() ? std::nullopt : std::optional(of.text()))
            .field("slot", one.what.slot)
            .field("outcome", one.what.outcome)
            .end_object();
    }
    return json.end_array().end_object().take();
}

}  // namespace

auto export_user(call& mine) -> answer {
    auto page = page_of(mine.http, largest_page);
    if (page.has_error()) {
        co_return page.error();
    }
    const data_question what{mine.user, page->limit, std::move(page->cursor)};
    auto& oauth = mine.api.oauth;
    if (what.cursor.empty()) {
        auto settled = co_await mine.api.journal.settle(mine.who->org);
        if (settled.has_error()) {
            co_return settled.error();
        }
    }
    auto work = [what, now = oauth.time.now()](sql_session& session) -> result<std::string> {
        return user_data_json(session, what, now);
    };
    auto json = co_await oauth.db.with_org(mine.who->org, access::read, std::move(work));
    if (json.has_error()) {
        co_return json.error();
    }
    co_return json_response(200, std::move(*json));
}

auto erase_user(call& mine) -> answer {
    mine.about = answer_about::nobody;  // a receipt names no one
    auto by = mine.as_actor();
    auto receipt = co_await tenon::host::erase_user(mine.api.oauth, std::move(by));
    if (receipt.has_error()) {
        co_return receipt.error();
    }
    for (const auto& key : receipt->api_keys) {
        mine.api.keys.forget(key);
    }
    co_return json_response(200, receipt_json(*receipt));
}

}  // namespace tenon::host::handlers
