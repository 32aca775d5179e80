// The verbs over a database, the shipped generic plugin and a simulated OpenID provider: no socket,
// no thread, and a clock that stands until it is moved.
#pragma once

#include "crypto/envelope.hpp"
#include "oauth/callback.hpp"
#include "oauth/connect.hpp"
#include "oauth/id_token.hpp"
#include "oauth/observer.hpp"
#include "oauth/rate_governor.hpp"
#include "oauth/refresh.hpp"
#include "oauth/revocation_watch.hpp"
#include "oauth/status_cache.hpp"
#include "oauth/token.hpp"
#include "oauth/token_cache.hpp"
#include "oauth/views.hpp"
#include "provider/registry.hpp"
#include "support/engines.hpp"
#include "support/simulator/in_process_http.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <stdexcept>

namespace tenon::test {

class manual_clock final : public host::clock {
  public:
    [[nodiscard]] auto now() const noexcept -> host::time_point override { return now_; }
    void advance(host::milliseconds by) { now_ += by; }

  private:
    host::time_point now_{host::milliseconds{1'790'000'000'000}};
};

// The same bytes in each run.
class seeded_random final : public host::random_source {
  public:
    void fill(std::span<std::byte> bytes) override;

  private:
    std::mt19937_64 engine_{20'261'121};
};

// Notes what expired, was revoked and was waited for, and is silent about the rest.
class silent_observer final : public host::oauth_observer {
  public:
    void operation_ended(std::string_view, std::string_view, std::string_view, double) override {}
    void connection_expired(std::string_view, host::expiry_cause) override { ++expired; }
    void provider_alarm(std::string_view, host::alarm_cause) override {}
    void revocation_ended(std::string_view, std::string_view outcome) override {
        revocations.emplace_back(outcome);
    }
    void token_read(std::string_view how) override { waited += how == "waited" ? 1 : 0; }

    int expired = 0;
    int waited = 0;                        // reads, for a refresh
    std::vector<std::string> revocations;  // their outcomes
};

// One thread only. The provider's name is `acme`; its accounts are u1 to u100.
class oauth_world {
  public:
    explicit oauth_world(host::sql_engine engine);

    // Runs a coroutine, and what it leaves behind, to the end.
    template <class T>
    auto run(boost::asio::awaitable<T> work) -> T {
        std::optional<T> out;
        std::exception_ptr thrown;
        boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr failed, T value) {
            thrown = failed;
            if (!failed) {
                out.emplace(std::move(value));
            }
        });
        io.restart();
        io.run();
        if (thrown) {
            std::rethrow_exception(thrown);
        }
        if (!out) {
            throw std::logic_error("the coroutine never ended");
        }
        return std::move(*out);
    }

    // Begins a flow with these scopes (none: the configured ones). Throws where it is refused.
    auto begin(const host::actor& by, std::vector<std::string> scopes = {})
        -> host::connect_started;
    // The person consents with that account: what the provider sends the browser back with.
    auto consent(const host::connect_started& begun, const std::string& account) -> sim::parameters;
    auto finish(const sim::parameters& redirect) -> host::result<host::callback_outcome>;
    // All three; the new connection's id. Throws where it does not end connected.
    auto connect(
        const host::actor& by, const std::string& account, std::vector<std::string> scopes = {}
    ) -> host::connection_id;

    // The same of a flow that its user's confirmation is to complete.
    auto begin_to_confirm(const host::actor& by) -> host::connect_started;
    // All three of such a one: the code that confirms it. Throws where it is not parked.
    auto park(const host::actor& by, const std::string& account) -> std::string;

    static constexpr const char* issuer = "http://127.0.0.1:4000";
    // The operator's configuration changes: other client secrets; none: the provider is gone. One
    // of another issuer has not been discovered yet.
    void configure(
        const std::vector<std::string>& client_secrets, const std::string& issued_by = issuer
    );
    // The same with whatever else `change` makes of the provider's section.
    void reconfigure(const std::function<void(host::provider_settings&)>& change);
    // The user's connections as they are shown.
    auto list(const host::actor& by) -> std::vector<host::connection_view>;
    auto read(const host::actor& by, const std::string& account, std::chrono::seconds minimum)
        -> host::result<host::token_answer>;
    // What the provider says to whoever shows this token: null where it refuses it.
    auto userinfo(const host::secret& access_token) -> nlohmann::json;
    // The world's context with others of its parts, which outlive it; null: the world's own.
    struct other_parts {
        host::database* db = nullptr;
        host::outbound_http* http = nullptr;
        const host::clock* time = nullptr;
    };
    [[nodiscard]] auto context_with(const other_parts& other) const -> host::oauth_context;
    // Refreshes of earlier cases are no evidence for later ones: a burst of deaths is suspicious.
    void forget_the_past();

    manual_clock time;
    seeded_random random;
    test_database store;
    boost::asio::io_context io;
    sim::stage scene;
    sim::in_process_http http{scene, time};
    host::sealer seal;
    host::registry providers;
    host::token_cache cache{1'000};
    host::status_cache statuses{cache.marks()};
    host::signing_keys signing;
    host::revocation_watch watch;
    host::rate_governor governor;
    silent_observer observer;
    host::oauth_context context;
    std::unique_ptr<host::refresher> refresh;
    std::unique_ptr<host::token_reader> tokens;
};

inline const host::provider_id acme{"acme"};

}  // namespace tenon::test
