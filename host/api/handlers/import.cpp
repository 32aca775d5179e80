#include "oauth/import.hpp"

#include "api/error_response.hpp"
#include "api/handlers/handlers.hpp"
#include "api/json_writer.hpp"

namespace tenon::host::handlers {

namespace {

constexpr std::size_t most_items = 1'000;

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

struct import_report {
    json_writer imported;
    json_writer failed;
    std::optional<error> first_failure;
};

auto import_one(
    call& mine, wanted_item wanted, import_validation how, std::size_t index, import_report& report
) -> boost::asio::awaitable<void> {
    auto outcome = result<imported>(fail(errc::internal, ""));
    if (wanted.checked.has_error()) {
        outcome = wanted.checked.error();
    } else {
        auto by = mine.as_actor();
        auto provider = provider_id(std::string(mine.http.param("provider")));
        outcome = co_await import_connection(
            mine.api.oauth, std::move(by), std::move(provider), std::move(wanted.item), how
        );
    }
    if (outcome.has_error()) {
        report.failed.begin_object()
            .field("index", index)
            .field("error", code_of(outcome.error().code))
            .field("message", message_of(outcome.error()))
            .end_object();
        if (!report.first_failure) {
            report.first_failure = outcome.error();
        }
        co_return;
    }
    report.imported.begin_object()
        .field("connectionId", outcome->connection.text())
        .field("accountId", outcome->account.text())
        .end_object();
}

}  // namespace

auto import_tokens(call& mine) -> answer {
    const bool is_list = mine.body.has("connections");
    auto items = mine.body.objects("connections");
    const auto how =
        mine.body.flag("validate", true) ? import_validation::by_profile : import_validation::none;
    if (is_list && mine.body.has("accessToken")) {
        mine.body.note("connections", "goes without accessToken beside it");
    }
    if (items.size() > most_items) {
        mine.body.note("connections", "at most 1000 at once");
    }
    if (auto checked = mine.body.checked(); checked.has_error()) {
        co_return checked.error();
    }
    import_report report;
    report.imported.begin_array();
    report.failed.begin_array();
    const auto count = is_list ? items.size() : 1;
    for (std::size_t index = 0; index < count; ++index) {
        auto wanted = read_item(mine, is_list ? items[index] : mine.body);
        co_await import_one(mine, std::move(wanted), how, index, report);
    }
    // A single one that failed is the call's failure; of a list, each tells its own.
    if (!is_list && report.first_failure) {
        co_return *report.first_failure;
    }
    json_writer json;
    json.begin_object()
        .raw_field("imported", report.imported.end_array().take())
        .raw_field("failed", report.failed.end_array().take())
        .end_object();
    co_return json_response(200, json.take());
}

}  // namespace tenon::host::handlers
