// Providers that take a request and say nothing, and one that answers.
#include "oauth/departure.hpp"
#include "oauth/erased.hpp"
#include "oauth/erasure.hpp"
#include "oauth/landing.hpp"
#include "oauth/leaving.hpp"
#include "oauth/owed_revoking.hpp"
#include "oauth/recovery.hpp"
#include "oauth/scheduler.hpp"
#include "store/erasures.hpp"
#include "unit/oauth/flow_case.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenon::test {
namespace {

// Last in every order that there is.
const std::string healthy = "p9";

auto origin_of(const std::string& provider) -> std::string {
    return "http://127.0.0.1:410" + provider.substr(1);
}

// All but one hang, until it is over.
class silent_providers final : public outbound_http {
  public:
    explicit silent_providers(boost::asio::io_context& io)
        : over_(io, boost::asio::steady_timer::time_point::max()) {}

    auto send(outbound_request request) -> boost::asio::awaitable<outbound_response> override {
        outbound_response made;
        made.sent = request_sent::maybe;
        if (fails) {
            made.status = 503;
            co_return made;
        }
        if (request.url.starts_with(origin_of(healthy))) {
            made.status = 200;
            made.headers = {{"content-type", "application/json"}};
            made.body = R"({"access_token":"renewed","token_type":"bearer","expires_in":3600})";
            co_return made;
        }
        ++hung;
        if (!is_over_) {
            co_await over_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        }
        made.outcome = transport::timeout;
        co_return made;
    }
    void end() {
        is_over_ = true;
        over_.cancel();
    }

    std::size_t hung = 0;
    bool fails = false;  // all of them do, at once

  private:
    boost::asio::steady_timer over_;
    bool is_over_ = false;
};

auto section_of(const std::string& name) -> provider_settings {
    provider_settings section;
    section.name = name;
    section.plugin = "oauth2";
    section.client_id = "demo-client";
    section.client_secrets.emplace_back("demo-secret");
    section.scopes = {"read"};
    section.config["authorize_url"] = {origin_of(name) + "/authorize", false};
    section.config["token_url"] = {origin_of(name) + "/token", false};
    section.config["userinfo_url"] = {origin_of(name) + "/userinfo", false};
    section.config["revoke_url"] = {origin_of(name) + "/revoke", false};
    return section;
}

struct many_providers : flow_case {
    many_providers() {
        registry_options options{{}, {}, {}, TENON_PLUGIN_DIR};
        for (int i = 1; i <= 9; ++i) {
            options.providers.push_back(section_of("p" + std::to_string(i)));
        }
        providers.reload(options);
    }

    // Connections there, whose tokens end now; none is due yet. Before anything hangs.
    void connect_at(const std::string& provider, int count, const actor& by = ann) {
        for (int i = 0; i < count; ++i) {
            landing what;
            what.by = by;
            what.provider = provider_id(provider);
            what.client_id = "demo-client";
            what.account = account_id("u" + std::to_string(i));
            granted given;
            given.access_token = secret("token");
            given.refresh_token = secret("refresh-" + std::to_string(i));
            given.expires_at = time.now();
            what.grants.push_back(std::move(given));
            const auto landed = run(land(at, std::move(what)));
            REQUIRE(landed.has_value());
        }
        let_be_due(provider, std::nullopt);
    }
    void let_be_due(const std::string& provider, std::optional<std::int64_t> at_time = 1) {
        set_due("UPDATE grants SET next_refresh_at = $2 WHERE provider = $1", provider, at_time);
    }
    auto due(const std::string& provider) -> std::int64_t {
        return number(
            "SELECT COUNT(*) FROM grants WHERE provider = $1 AND next_refresh_at = 1 AND "
            "status = 'live'",
            provider
        );
    }
    void set_due(
        std::string_view sql, const std::string& provider, std::optional<std::int64_t> at_time
    ) {
        look([&](sql_session& session) -> result<void> {
            host::run(session, sql, provider_id(provider), at_time);
            return {};
        });
    }
    auto number(std::string_view sql, const std::string& of) -> std::int64_t {
        return look([&](sql_session& session) -> result<std::int64_t> {
            return host::run(session, sql, of)[0].integer(0);
        });
    }
    // Its connections, as they were stored.
    auto stored(const std::string& provider) -> std::vector<connection_row> {
        return look([&](sql_session& session) -> result<std::vector<connection_row>> {
            return all_connections(session, ann.user, provider_id(provider));
        });
    }
    void leave_intents(const std::string& provider) {
        for (const auto& one : stored(provider)) {
            leave_intent(grant(one.id));
        }
        time.advance(seconds(1));
    }
    void begin_to_leave(const std::string& provider) {
        for (const auto& one : stored(provider)) {
            look([&](sql_session& session) -> result<std::size_t> {
                return begin_leaving(session, one, consent_end::disconnected, time.now())
                    .grants.size();
            });
        }
        time.advance(seconds(1));
    }

    // A user with one connection there, whom a process that ended was about to erase.
    void leave_erasure(const std::string& provider, const char* who) {
        const actor by{org_id("org"), user_id(who), "test", {}};
        connect_at(provider, 1, by);
        look([&](sql_session& session) -> result<std::string> {
            return begin_erasure(session, who_of(at, by), who, time.now());
        });
        time.advance(seconds(1));
    }
    auto erasures_left() -> std::int64_t {
        return number(
            "SELECT COUNT(*) FROM erasures WHERE finished_at IS NULL AND org_id = $1", "org"
        );
    }

    // Revocations that are owed to it, due at that time.
    void owe(const std::string& provider, int count, std::int64_t due_at) {
        connect_at(provider, count);
        begin_to_leave(provider);
        time.advance(at.options.lease);
        wire.fails = true;
        run(finish_abandoned(at, false));
        wire.fails = false;
        set_due("UPDATE owed_revocations SET due_at = $2 WHERE provider = $1", provider, due_at);
    }
    auto owed_to(const std::string& provider) -> std::int64_t {
        return number("SELECT COUNT(*) FROM owed_revocations WHERE provider = $1", provider);
    }

    // All that comes of it before anything times out.
    template <class Work>
    void begin(Work work) {
        boost::asio::co_spawn(io, std::move(work), boost::asio::detached);
        io.restart();
        io.poll();
    }
    // A turn of the scheduler's loop.
    void turn() { begin(scheduler.tick()); }
    // The rest of what was begun.
    void end() {
        wire.end();
        io.restart();
        io.run();
    }

    silent_providers wire{io};
    oauth_context at = context_with({.http = &wire});
    refresher renewing{at};
    refresh_scheduler scheduler{at, renewing};
};

}  // namespace

TEST_CASE("providers that hang do not keep the due tokens of another waiting") {
    many_providers here;
    for (int i = 1; i <= 8; ++i) {
        here.connect_at("p" + std::to_string(i), 60);
        here.let_be_due("p" + std::to_string(i));
    }
    here.connect_at(healthy, 1'000);
    here.turn();
    here.turn();
    // All places but those that are the ninth's.
    CHECK(here.wire.hung == 200 + 8 * (200 / 9));
    here.let_be_due(healthy);
    int turns = 0;
    for (; here.due(healthy) > 0 && turns < 100; ++turns) {
        here.turn();
    }
    CHECK(here.due(healthy) == 0);
    CHECK(turns <= 1'000 / (200 / 9) + 1);
    CHECK(here.scheduler.in_flight() == here.wire.hung);
    here.end();
    CHECK(here.scheduler.in_flight() == 0);
}

TEST_CASE("a provider that is alone has all the places that the operator gave it") {
    many_providers here;
    here.connect_at("p1", 60);
    here.let_be_due("p1");
    here.turn();
    CHECK(here.wire.hung == here.context.options.refresh_concurrency);
    here.end();
}

TEST_CASE("cut-off refreshes of a provider that hangs do not keep another's from being taken up") {
    many_providers here;
    here.connect_at("p1", 20);
    here.leave_intents("p1");
    here.connect_at(healthy, 1);
    here.leave_intents(healthy);
    const auto before = here.grant(here.stored(healthy).at(0).id);
    here.time.advance(here.at.options.lease);
    here.begin(recover_intents(here.at, here.renewing, false));
    const auto after = here.grant(here.stored(healthy).at(0).id);
    CHECK(after.generation == before.generation + 1);
    CHECK(here.intents(after.id).empty());
    CHECK(here.wire.hung == 16);
    here.end();
    CHECK(here.wire.hung == 20);
}

TEST_CASE("disconnects that wait for a provider that hangs do not keep another's from ending") {
    many_providers here;
    here.connect_at("p1", 20);
    here.connect_at(healthy, 1);
    here.begin_to_leave("p1");
    here.begin_to_leave(healthy);
    here.time.advance(here.at.options.lease);
    here.begin(finish_abandoned(here.at, false));
    CHECK(here.stored(healthy).empty());
    CHECK(here.stored("p1").size() == 20);
    CHECK(here.wire.hung == 16);
    here.end();
    CHECK(here.stored("p1").empty());
}

TEST_CASE("an erasure that waits for a provider that hangs does not keep another's from ending") {
    many_providers here;
    here.leave_erasure("p1", "bob");
    here.leave_erasure("p2", "eve");
    here.leave_erasure(healthy, "zoe");
    here.time.advance(here.at.options.lease);
    here.begin(finish_erasures(here.at, false, [] { return false; }));
    CHECK(here.erasures_left() == 2);
    CHECK(here.wire.hung == 2);
    here.end();
    CHECK(here.erasures_left() == 0);
}

TEST_CASE("revocations that are owed to a provider that hangs do not keep another's waiting") {
    many_providers here;
    here.owe("p1", 20, 1);
    here.owe(healthy, 1, 2);
    REQUIRE(here.owed_to("p1") == 20);
    REQUIRE(here.owed_to(healthy) == 1);
    here.begin(make_owed_revocations(here.at));
    CHECK(here.owed_to(healthy) == 0);
    CHECK(here.wire.hung == 16);
    here.end();
    CHECK(here.owed_to("p1") == 20);
}

}  // namespace tenon::test
