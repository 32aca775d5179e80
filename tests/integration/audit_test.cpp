// The audit log as an operator checks it.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <thread>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;

// Once all lines are chained.
auto verified(world& here) -> ended {
    for (int i = 0; i < 100; ++i) {
        auto done = here.verify_audit();
        if (done.code != 0 || done.out.find("; 0 not chained yet") != std::string::npos) {
            return done;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return {};
}

// Past the triggers that keep the log as it is.
auto tampering(const world& here) -> std::string {
    return here.database().empty()
               ? "DROP TRIGGER audit_log_keeps_contents; UPDATE audit_log SET actor = 'nobody' "
                 "WHERE action = 'connection.connected'"
               : "SET session_replication_role = replica; UPDATE audit_log SET actor = 'nobody' "
                 "WHERE action = 'connection.connected'";
}

}  // namespace

TEST_CASE("the audit log is chained while the host runs, and a changed line is told") {
    world_options options;
    options.stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(options.stored_in));
    world here(options);
    const auto id = here.connected();
    const auto sound = verified(here);
    INFO(sound.out + sound.err);
    CHECK(sound.code == 0);
    CHECK_THAT(sound.out, Contains(" hold; "));
    here.host().stop();
    here.change_database(tampering(here));
    const auto broken = here.verify_audit();
    CHECK(broken.code == 1);
    CHECK_THAT(broken.out, Contains("do NOT hold"));
    CHECK_THAT(broken.out, Contains("is not what was sealed"));
    CHECK_THAT(broken.err, Contains("compare with a backup"));
}

}  // namespace tenon::test
