// What the tests of whole refreshes have in common.
#pragma once

#include "base/pause.hpp"
#include "oauth/intents.hpp"
#include "oauth/sealing.hpp"
#include "store/connection_grants.hpp"
#include "store/database.hpp"
#include "store/grants.hpp"
#include "store/intents.hpp"
#include "support/catch.hpp"
#include "support/oauth_world.hpp"

namespace tenon::test {

using namespace tenon::host;  // NOLINT: tests of that namespace
using nlohmann::json;
using std::chrono::hours;
using std::chrono::seconds;

inline const actor ann{org_id("org"), user_id("ann"), "test", {}};

// A pause that takes no time.
inline auto at_once(milliseconds) -> boost::asio::awaitable<void> {
    co_return;
}

// A world whose provider has these settings.
struct flow_case : oauth_world {
    explicit flow_case(
        const json& settings = json{{"rotation", true}}, sql_engine engine = sql_engine::sqlite
    )
        : oauth_world(engine) {
        REQUIRE(scene.configure(settings).empty());
    }

    template <class Fn>
    auto look(Fn fn) {
        return store->with_org_now(ann.org, access::write, std::move(fn)).value();
    }
    auto grant(const connection_id& of) -> grant_row {
        return look([&](sql_session& session) -> result<grant_row> {
            return find_grant_of(session, of, "").value();
        });
    }
    auto intents(const grant_id& of) -> std::vector<intent_row> {
        return look([&](sql_session& session) -> result<std::vector<intent_row>> {
            return intents_of_grant(session, of);
        });
    }
    auto open(const grant_row& row, sealed_column column, const std::string& sealed)
        -> std::string {
        return std::string(open_from(seal, row.org, row.id.text(), column, sealed).value().reveal()
        );
    }
    auto fly(const grant_row& row, refresh_reason reason) -> result<shared_grant> {
        refresh_order order{row.org, row.id, row.provider, reason, row.generation};
        return run(refresh->refresh(std::move(order)));
    }

    // The provider's answer to a refresh, as it is recorded in that intent.
    auto answer_of_refresh(
        const grant_row& row, const std::string& intent, std::uint32_t status = 200
    ) -> intent_reply {
        const auto refresh_token =
            open(row, sealed_column::grant_refresh_token, *row.refresh_token);
        outbound_request request;
        request.method = "POST";
        request.url = "http://127.0.0.1:4000/token";
        request.headers = {
            {"Content-Type", "application/x-www-form-urlencoded"},
            {"Authorization", "Basic ZGVtby1jbGllbnQ6ZGVtby1zZWNyZXQ="}};
        request.body = "grant_type=refresh_token&refresh_token=" + refresh_token;
        auto response = run(http.send(std::move(request)));
        INFO(response.body);
        REQUIRE(response.status == status);
        const recorded_reply reply{time.now(), std::move(response)};
        intent_reply sealed;
        sealed.sealed = seal_for(
            seal, row.org, reply_row(intent, 0), sealed_column::intent_reply, serialize(reply)
        );
        sealed.received_at = time.now();
        return sealed;
    }
    // What a process leaves that was killed between a refresh's answer, sealed, and its commit:
    // the intent's id.
    auto leave_recorded_refresh(const grant_row& row, std::uint32_t status = 200) -> std::string {
        auto id = leave_intent(row);
        const auto sealed = answer_of_refresh(row, id, status);
        look([&](sql_session& session) -> result<void> {
            add_intent_reply(session, id, sealed);
            return {};
        });
        return id;
    }
    // … that was killed before any answer came.
    auto leave_intent(const grant_row& row) -> std::string {
        intent_row left;
        left.id = make_uuid(time, random);
        left.kind = intent_kind::refresh;
        left.provider = row.provider;
        left.grant = row.id;
        left.generation = row.generation;
        left.sealed = seal_for(seal, row.org, left.id, sealed_column::intent, "{}");
        left.owner = "another";
        boost::asio::use_service<pause_service>(io).wait = at_once;
        left.created_at = left.updated_at = time.now();
        look([&](sql_session& session) -> result<void> {
            insert_intent(session, left);
            return {};
        });
        return left.id;
    }
};

}  // namespace tenon::test
