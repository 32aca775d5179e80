// What one host at a time does.
#include "store/leases.hpp"

#include "samples.hpp"

namespace tenon::test {

TEST_CASE("a lease is one owner's, who may renew it, until it ends", "[store]") {
    test_database store(any_engine());
    as_service(store.db(), access::write, [](sql_session& session) {
        const auto take = [&](const char* name, const char* owner, std::int64_t now) {
            return take_lease(session, name, owner, at(now + 1'000), at(now));
        };
        CHECK(take("work", "host-1", 5'000));
        CHECK_FALSE(take("work", "host-2", 5'000));
        CHECK(take("other work", "host-2", 5'000));
        CHECK(take("work", "host-1", 5'500));
        CHECK_FALSE(take("work", "host-2", 6'499));
        CHECK(take("work", "host-2", 6'500));
        CHECK_FALSE(take("work", "host-1", 6'500));
    });
}

}  // namespace tenon::test
