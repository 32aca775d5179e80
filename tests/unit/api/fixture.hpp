// A whole API over a database, without a socket: requests go through the router as a session would
// send them.
#pragma once

#include "api/access_journal.hpp"
#include "api/api.hpp"
#include "api/authenticator.hpp"
#include "api/catalogue_listing.hpp"
#include "api/key_minting.hpp"
#include "api/metrics.hpp"
#include "api/rate_limiter.hpp"
#include "crypto/envelope.hpp"
#include "crypto/random.hpp"
#include "http/router.hpp"
#include "oauth/id_token.hpp"
#include "oauth/rate_governor.hpp"
#include "oauth/refresh.hpp"
#include "oauth/revocation_watch.hpp"
#include "oauth/status_cache.hpp"
#include "oauth/token.hpp"
#include "oauth/token_cache.hpp"
#include "provider/registry.hpp"
#include "support/engines.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

namespace tenon::test {

class standing_clock final : public host::clock {
  public:
    [[nodiscard]] auto now() const noexcept -> host::time_point override { return now_.load(); }
    void advance(host::milliseconds by) { now_.store(now_.load() + by); }

  private:
    std::atomic<host::time_point> now_{host::time_point{host::milliseconds{1'790'000'000'000}}};
};

// Nothing outside answers.
class silent_http final : public host::outbound_http {
  public:
    auto send(host::outbound_request request)
        -> boost::asio::awaitable<host::outbound_response> override;
};

// What a request may bring along.
struct asking {
    std::string key = {};
    std::string user = {};
    std::string body = {};
    std::string idempotency_key = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
};

// NOLINTNEXTLINE(bugprone-exception-escape): no move of JSON throws
struct answered {
    host::response http;
    nlohmann::json json;  // discarded where the body is none

    [[nodiscard]] auto error() const -> std::string { return json.value("error", ""); }
    [[nodiscard]] auto header(std::string_view name) const -> std::string;
};

class api_fixture {
  public:
    explicit api_fixture(
        host::rate_limits rates = {}, host::registry_options provider_options = {},
        bool admin_listener = false, host::sql_engine engine = host::sql_engine::sqlite
    );
    ~api_fixture();
    api_fixture(const api_fixture&) = delete;
    auto operator=(const api_fixture&) -> api_fixture& = delete;

    auto ask(std::string method, std::string target, const asking& with = {}) -> answered;

    // A key of the organization `default` with these scopes, stored.
    auto make_key(host::key_scopes scopes, std::optional<host::user_id> pinned = {}) -> std::string;

    // Runs a coroutine to its end.
    template <class T>
    auto run(boost::asio::awaitable<T> work) -> T {
        return boost::asio::co_spawn(io, std::move(work), boost::asio::use_future).get();
    }

    standing_clock time;
    host::system_random random;
    test_database store;
    boost::asio::io_context io;
    silent_http http;
    host::sealer seal;
    host::registry providers;
    host::token_cache cache{1'000};
    host::status_cache statuses{cache.marks()};
    host::signing_keys signing;
    host::revocation_watch watch;
    host::rate_governor governor;
    host::api_metrics metrics{"1.2.3"};
    host::catalogue_listing catalogued{
        host::read_catalogue("catalogued: {\"category\": \"crm\"}\n").value()};
    host::oauth_context oauth;
    host::refresher refresh{oauth};
    host::token_reader tokens{oauth, refresh};
    host::rate_limiter limits;
    host::authenticator keys{store.db(), time, limits, metrics, cache};
    host::access_journal journal{store.db(), time};
    host::api_context api;
    host::router router;

  private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy_;
    std::thread thread_;
};

// All scopes but those left out.
[[nodiscard]] auto scopes_without(host::key_scope left_out) -> host::key_scopes;
[[nodiscard]] auto only(host::key_scope scope) -> host::key_scopes;

}  // namespace tenon::test
