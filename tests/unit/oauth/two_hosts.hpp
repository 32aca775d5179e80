// A world of two hosts, in which what one waits for takes time.
#pragma once

#include "absent_database.hpp"
#include "erasing.hpp"
#include "eventful_http.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace tenon::test {

// Another host over the same world; what it waits for takes time.
struct two_hosts : oauth_world {
    two_hosts() : oauth_world(any_engine()) {
        there.options.instance = "another";
        let_time_pass(*this);
    }

    // A connect there, in the middle of which something happens here: its token is recorded, and
    // the account's profile is on its way.
    auto connect_there(std::function<void()> meanwhile) {
        wire.rests = 20;
        wire.meanwhile = [this, meanwhile] { wire.meanwhile = meanwhile; };
        return finish_there();
    }
    auto finish_there() -> result<callback_outcome> {
        callback_request back;
        back.provider = acme;
        back.params = consent(begin(ann), "u1").items();
        return run(finish_connect(there, std::move(back)));
    }
    void begin_erasure_here() {
        boost::asio::co_spawn(
            io, erase_user(context, ann),
            [this](std::exception_ptr, result<erasure_receipt> told) { receipt = std::move(told); }
        );
    }
    auto erase_there() -> result<erasure_receipt> { return run(erase_user(there, ann)); }
    // As a host leaves it that ends after the token was recorded.
    void cut_off_there() {
        let_fail(*this, "/userinfo", 1);
        REQUIRE(finish(consent(begin(ann), "u1")).has_value());
        transact(*this, [&](sql_session& session) {
            return run_statement(session, "UPDATE intents SET owner = 'another'");
        });
    }
    static auto run_statement(sql_session& session, const std::string& statement) -> std::int64_t {
        return host::run(session, statement).affected();
    }

    const actor ann = user(ann_id);
    absent_database storage{store.db(), time};
    eventful_http wire{http};
    oauth_context there = context_with({.db = &storage, .http = &wire});
    std::optional<result<erasure_receipt>> receipt;
};

}  // namespace tenon::test
