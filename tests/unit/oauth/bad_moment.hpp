// A world in which storage goes away, and things happen, while a provider is asked.
#pragma once

#include "absent_database.hpp"
#include "eventful_http.hpp"
#include "flow_case.hpp"

namespace tenon::test {

// A host of its own over a world's storage and provider.
struct bad_moment : flow_case {
    explicit bad_moment(sql_engine engine = sql_engine::sqlite)
        : flow_case(json{{"rotation", true}}, engine) {
        boost::asio::use_service<pause_service>(io).wait = [this](milliseconds span) {
            return pass(time, span);
        };
    }
    auto renew(const grant_row& row, refresh_reason reason = refresh_reason::asked)
        -> result<shared_grant> {
        refresh_order order{row.org, row.id, row.provider, reason};
        return run(late.refresh(std::move(order)));
    }

    absent_database db{store.db(), time};
    eventful_http wire{http};
    oauth_context at = context_with({.db = &db, .http = &wire});
    refresher late{at};
};

}  // namespace tenon::test
