// Whose key is it? By SHA-256, from memory where it was seen before, known or not.
#pragma once

#include "api/key_scopes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/lru.hpp"
#include "base/result.hpp"

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::host {

class api_metrics;
class database;
class rate_limiter;
class token_cache;
struct request;

// A key, as it was when it was looked up. Immutable but for the time of its last use.
struct caller {
    api_key_id key;
    org_id org;
    std::string name;  // `key:ID`, for the audit log
    key_scopes scopes;
    std::optional<user_id> pinned_user;
    time_point read_at{};
    mutable std::atomic<std::int64_t> last_noted{0};  // of the journal's
};
using caller_handle = std::shared_ptr<const caller>;

struct authenticator_options {
    std::size_t entries = 50'000;         // of keys, and as many of what is no key
    milliseconds known_lifetime{60'000};  // then it is read again, feed or not; while the tokens'
                                          // cache is bypassed, each time
    milliseconds unknown_lifetime{10'000};
};

// Any thread.
class authenticator {
  public:
    authenticator(
        database& db, const clock& time, rate_limiter& limits, api_metrics& metrics,
        const token_cache& tokens, authenticator_options options = {}
    );

    // The answer from memory; nothing where the database must be asked. Never blocks. Errors: as
    // authenticate.
    [[nodiscard]] auto cached(const request& from) -> std::optional<result<caller_handle>>;

    // Errors: unauthenticated (no key, unknown, revoked), invalid_request (two different keys),
    // rate_limited (an address that tries key after key), storage_unavailable.
    auto authenticate(const request& from) -> boost::asio::awaitable<result<caller_handle>>;

    // A key was made, changed or revoked, here or by another host.
    void forget(const api_key_id& key);
    void forget_all();

  private:
    struct unknown_key {
        time_point read_at;
    };

    [[nodiscard]] auto remembered(std::string_view hash) -> std::optional<result<caller_handle>>;
    auto look_up(std::string hash) -> boost::asio::awaitable<result<caller_handle>>;

    void drop_if_outdated(std::string_view hash, std::uint64_t epoch);

    database& db_;
    const clock& time_;
    rate_limiter& limits_;
    api_metrics& metrics_;
    const token_cache& tokens_;
    authenticator_options options_;
    lru_map<caller_handle> known_;
    lru_map<unknown_key> unknown_;
    // Counts what was forgotten: what was read before is not remembered after.
    std::atomic<std::uint64_t> epoch_{0};
};

// The key that the request carries: `Authorization: Bearer KEY` or `X-API-Key: KEY`. Errors:
// unauthenticated (none), invalid_request (two that differ).
[[nodiscard]] auto presented_key(const request& from) -> result<std::string_view>;

}  // namespace tenon::host
