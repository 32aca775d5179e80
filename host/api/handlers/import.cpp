#include "oauth/import.hpp"

#include "api/catalogue_listing.hpp"
#include "api/error_response.hpp"
#include "api/handlers/handlers.hpp"
#include "api/json_writer.hpp"
#include "base/side_by_side.hpp"
#include "provider/registry.hpp"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <vector>

namespace tenon::host::handlers {

namespace {

constexpr std::size_t most_items = 1'000;
constexpr std::size_t at_once = 16;  // each may ask the provider for a profile

struct wanted_item {
    import_item item;
    result<void> checked;
};

// The outer userId, header or pin serves the items that name nobody.
auto read_item(const call& mine, body_fields& from) -> wanted_item {
    wanted_item wanted{{}, {}};
    auto& item = wanted.item;
    const auto named = from.text("userId");
    item.access_token = secret(from.required_text("accessToken"));
    item.refresh_token = secret(from.text("refreshToken"));
    item.expires_at = from.time("expiresAt");
    item.scope = from.text("scope");
    item.slot = from.text("slot");
    item.params = from.text_map("params");
    if (auto account = from.text("accountId"); !account.empty()) {
        item.account = account_id(std::move(account));
    }
    wanted.checked = from.checked();
    if (wanted.checked.has_error()) {
        return wanted;
    }
    if (named.empty() && !mine.user.empty()) {
        item.user = mine.user;
        return wanted;
    }
    request nobody;  // the item's own userId is all that counts, but for the key's pin
    auto user = acting_user(nobody, *mine.who, named, user_rule::required);
    if (user.has_error()) {
        wanted.checked = user.error();
    } else {
        item.user = std::move(*user);
    }
    return wanted;
}

// An item's failure has no room for details but its message.
auto message_of(const error& failure) -> std::string {
    if (failure.details.empty()) {
        return failure.message;
    }
    std::string message;
    for (const auto& problem : failure.details) {
        message += (message.empty() ? "" : "; ") + problem.field + ": " + problem.message;
    }
    return message;
}

// A key that acts for one user may be that user's own: an account is theirs by the provider's word
// only.
auto validation_of(call& mine) -> result<import_validation> {
    const bool asked = mine.body.flag("validate", true);
    if (!mine.who->pinned_user) {
        return asked ? import_validation::by_profile : import_validation::none;
    }
    if (!asked) {
        return fail(
            errc::insufficient_scope,
            "This API key acts for one user only: what it imports must be validated. Leave out "
            "\"validate\": false."
        );
    }
    return import_validation::proven;
}

// The items, and what became of them.
struct import_work {
    import_validation how;
    std::vector<wanted_item> items;
    std::vector<result<imported>> outcomes;
    std::chrono::steady_clock::time_point begun_until;
    std::size_t next = 0;
};

// One of several that take items until none is left; all on the request's own executor. What
// cancels the request cancels each of them: by itself, co_spawn lets only the terminal kind
// through.
auto import_lane(call& mine, import_work& work) -> boost::asio::awaitable<void> {
    co_await boost::asio::this_coro::reset_cancellation_state(
        boost::asio::enable_total_cancellation()
    );
    while (work.next < work.items.size()) {
        const auto index = work.next++;
        if (index >= at_once && std::chrono::steady_clock::now() > work.begun_until) {
            continue;  // it stays "not tried": an answer that is true comes in time
        }
        if (work.items[index].checked.has_error()) {
            work.outcomes[index] = work.items[index].checked.error();
            continue;
        }
        auto by = mine.as_actor();
        auto provider = provider_id(std::string(mine.http.param("provider")));
        work.outcomes[index] = co_await import_connection(
            mine.api.oauth, std::move(by), std::move(provider), std::move(work.items[index].item),
            work.how
        );
    }
}

auto report_of(const import_work& work) -> std::string {
    json_writer imported;
    json_writer failed;
    imported.begin_array();
    failed.begin_array();
    for (std::size_t index = 0; index < work.outcomes.size(); ++index) {
        const auto& outcome = work.outcomes[index];
        if (outcome.has_error()) {
            failed.begin_object()
                .field("index", index)
                .field("error", code_of(outcome.error().code))
                .field("message", message_of(outcome.error()))
                .end_object();
            continue;
        }
        imported.begin_object()
            .field("connectionId", outcome->connection.text())
            .field("accountId", outcome->account.text())
            .end_object();
    }
    json_writer json;
    json.begin_object()
        .raw_field("imported", imported.end_array().take())
        .raw_field("failed", failed.end_array().take())
        .end_object();
    return json.take();
}

}  // namespace

auto import_tokens(call& mine) -> answer {
    mine.about = answer_about::several;
    const bool is_list = mine.body.has("connections");
    auto items = mine.body.objects("connections");
    const auto how = validation_of(mine);
    if (is_list && mine.body.has("accessToken")) {
        mine.body.note("connections", "goes without accessToken beside it");
    }
    if (items.size() > most_items) {
        mine.body.note("connections", "at most 1000 at once");
    }
    if (auto checked = mine.body.checked(); checked.has_error()) {
        co_return checked.error();
    }
    if (how.has_error()) {
        co_return how.error();
    }
    import_work work{
        *how, {}, {}, std::chrono::steady_clock::now() + mine.api.settings.import_time};
    const auto count = is_list ? items.size() : 1;
    for (std::size_t index = 0; index < count; ++index) {
        work.items.push_back(read_item(mine, is_list ? items[index] : mine.body));
    }
    // A single item is the request itself: what is wrong with its fields is the request's fault.
    if (!is_list && work.items.front().checked.has_error()) {
        co_return work.items.front().checked.error();
    }
    std::string provider(mine.http.param("provider"));
    auto known = co_await mine.api.oauth.providers.acquire(provider);
    if (known.has_error()) {
        co_return mine.api.catalogued.explained(known.error(), provider);
    }
    const auto not_tried =
        fail(errc::provider_timeout, "There was no time left to try this one: import it again.");
    work.outcomes.resize(count, result<imported>(not_tried));
    std::vector<boost::asio::awaitable<void>> lanes;
    for (std::size_t i = 0; i < std::min(at_once, count); ++i) {
        lanes.push_back(import_lane(mine, work));
    }
    co_await side_by_side(std::move(lanes));
    co_return json_response(200, report_of(work));
}

}  // namespace tenon::host::handlers
