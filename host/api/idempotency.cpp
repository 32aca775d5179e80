#include "api/idempotency.hpp"

#include "api/error_response.hpp"
#include "crypto/envelope.hpp"
#include "crypto/hash.hpp"
#include "oauth/erased.hpp"
#include "store/database.hpp"
#include "store/idempotency.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

namespace tenon::host {

namespace {

// Longer than any handler may take; a crash blocks the key for no longer.
constexpr milliseconds running_lifetime{300'000};

auto check_key(const header_fields& headers) -> result<void> {
    const auto key = headers.find("Idempotency-Key");
    const bool printable = std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7F; });
    if (key.empty() || key.size() > 255 || !printable || headers.count("Idempotency-Key") > 1) {
        return fail(
            errc::invalid_request,
            "Idempotency-Key must be there once, with 1 to 255 printable ASCII characters."
        );
    }
    return {};
}

// Whose key it is, and what was asked: hashes, so that neither a key nor a body is stored.
struct once_key {
    std::string of_key;
    std::string of_request;
};

auto once_key_of(const call& mine) -> once_key {
    const auto& from = mine.http;
    std::string key = mine.who->key.text() + '\n';
    key += from.headers.find("Idempotency-Key");
    const auto request =
        from.method + '\n' + from.target + '\n' + mine.user.text() + '\n' + from.body;
    return {sha256(key), sha256(request)};
}

auto place_of(const call& mine, const std::string& row) -> sealed_place {
    return {mine.who->org.text(), row, "idempotency.response"};
}

auto begin(call& mine, once_key key) -> boost::asio::awaitable<result<idempotent_outcome>> {
    const auto now = mine.api.oauth.time.now();
    auto work = [key, now](sql_session& session) -> result<idempotent_outcome> {
        return begin_idempotent(session, key.of_key, key.of_request, now, now + running_lifetime);
    };
    co_return co_await mine.api.oauth.db.with_org(mine.who->org, access::write, std::move(work));
}

// Empty id: several users'.
auto owner_of_answer(const call& mine) -> std::optional<user_id> {
    switch (mine.about) {
        case answer_about::its_user:
            return mine.user.empty() ? std::nullopt : std::optional(mine.user);
        case answer_about::several: return user_id();
        case answer_about::nobody: break;
    }
    return std::nullopt;
}

auto finish(call& mine, std::string key, const response& answer)
    -> boost::asio::awaitable<result<bool>> {
    const auto row = to_hex(key);
    const auto place = place_of(mine, row);
    kept_answer kept;
    kept.status = static_cast<std::int64_t>(answer.status);
    kept.sealed = mine.api.oauth.seal.seal(place, pack_answer(answer));
    kept.user = owner_of_answer(mine);
    if (kept.user && !kept.user->empty()) {
        kept.about = who_of(mine.api.oauth, {mine.who->org, *kept.user, {}, {}});
    }
    kept.expires_at = mine.api.oauth.time.now() + mine.api.settings.idempotency_lifetime;
    auto work = [key, kept](sql_session& session) -> result<bool> {
        return keep_answer(session, key, kept);
    };
    co_return co_await mine.api.oauth.db.with_org(mine.who->org, access::write, std::move(work));
}

auto abandon(call& mine, std::string key) -> boost::asio::awaitable<result<bool>> {
    auto work = [key](sql_session& session) -> result<bool> {
        return abandon_idempotent(session, key);
    };
    co_return co_await mine.api.oauth.db.with_org(mine.who->org, access::write, std::move(work));
}

auto replay(const call& mine, const std::string& key, const idempotent_finished& kept)
    -> result<response> {
    const auto row = to_hex(key);
    const auto opened = mine.api.oauth.seal.open(place_of(mine, row), kept.sealed);
    if (opened.has_error()) {
        return opened.error();
    }
    auto answer = unpack_answer(static_cast<unsigned>(kept.status), opened->reveal());
    if (!answer) {
        return fail(
            errc::internal, "The stored answer can't be read. Use another Idempotency-Key."
        );
    }
    answer->add_header("Idempotency-Replayed", "true");
    return std::move(*answer);
}

// The answer without running anything; nothing: go ahead.
auto answer_without_running(
    const call& mine, const std::string& key, const idempotent_outcome& seen
) -> std::optional<result<response>> {
    if (std::holds_alternative<idempotent_different>(seen)) {
        return fail(
            errc::conflict, "This Idempotency-Key was used for another request. Take a new one."
        );
    }
    if (std::holds_alternative<idempotent_running>(seen)) {
        auto wait =
            fail(errc::conflict, "The first request of this Idempotency-Key is still at work.");
        wait.retry_after = std::chrono::seconds{1};
        return wait;
    }
    if (std::holds_alternative<idempotent_erased>(seen)) {
        return fail(
            errc::conflict,
            "This was done, but the answer is no longer kept: a user whom it was about, or may "
            "have been, was erased. Look at what there is now; to do it again take another "
            "Idempotency-Key."
        );
    }
    if (const auto* kept = std::get_if<idempotent_finished>(&seen)) {
        return replay(mine, key, *kept);
    }
    return std::nullopt;
}

}  // namespace

auto run_once(call& mine, handler run) -> boost::asio::awaitable<result<response>> {
    if (auto good = check_key(mine.http.headers); good.has_error()) {
        co_return good.error();
    }
    const auto key = once_key_of(mine);
    auto begun = co_await begin(mine, key);
    if (begun.has_error()) {
        co_return begun.error();
    }
    if (auto known = answer_without_running(mine, key.of_key, *begun)) {
        co_return std::move(*known);
    }
    std::exception_ptr thrown;
    std::optional<response> answer;
    try {
        auto outcome = co_await run(mine);
        answer = outcome.has_error() ? failed(outcome.error(), mine.http.id) : std::move(*outcome);
    } catch (...) {
        thrown = std::current_exception();
    }
    // A client that hung up, or a deadline, ended the handler; the record of it must not end as
    // well, or the key stays blocked.
    co_await boost::asio::this_coro::reset_cancellation_state();
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    if (thrown || answer->status == 429 || answer->status >= 500) {
        // If this fails as well, the key is blocked for running_lifetime.
        [[maybe_unused]] const auto ended = co_await abandon(mine, key.of_key);
    } else {
        [[maybe_unused]] const auto ended = co_await finish(mine, key.of_key, *answer);
    }
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    co_return std::move(*answer);
}

auto keep_answer(sql_session& session, const std::string& key, const kept_answer& kept) -> bool {
    if (kept.user) {
        hold_user(session, *kept.user);
    }
    return finish_idempotent(session, key, kept);
}

auto pack_answer(const response& answer) -> std::string {
    std::string packed;
    for (const auto& [name, value] : answer.headers) {
        packed += name + ": " + value + '\n';
    }
    return packed + '\n' + answer.body;
}

auto unpack_answer(unsigned status, std::string_view packed) -> std::optional<response> {
    std::vector<std::pair<std::string, std::string>> headers;
    while (true) {
        const auto end = packed.find('\n');
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        const auto line = packed.substr(0, end);
        packed.remove_prefix(end + 1);
        if (line.empty()) {
            break;
        }
        const auto colon = line.find(": ");
        if (colon == std::string_view::npos) {
            return std::nullopt;
        }
        headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    auto answer = json_response(status, std::string(packed));
    answer.no_store = true;
    answer.headers = std::move(headers);
    return answer;
}

}  // namespace tenon::host
