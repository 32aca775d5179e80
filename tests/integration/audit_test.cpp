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

// What somebody may do to the log who has the database, and how it is told.
struct tampering {
    const char* name;
    const char* statement;
    std::vector<std::string> told;
};

auto tamperings() -> std::vector<tampering> {
    return {
        {"a line is changed",
         "UPDATE audit_log SET actor = 'nobody' WHERE position = 2",
         {"line 2 (", "is not what was sealed"}},
        {"a line is dropped",
         "DELETE FROM audit_log WHERE position = 2",
         {"1 line is missing before line 3 ("}},
        {"two lines change places",
         "UPDATE audit_log SET position = -1 WHERE position = 2;"
         "UPDATE audit_log SET position = 2 WHERE position = 3;"
         "UPDATE audit_log SET position = 3 WHERE position = -1",
         {"line 2 (", "does not follow the one before it", "is not what was sealed", "line 3 ("}},
    };
}

// Past the triggers that keep the log as it is.
auto unhindered(const world& here) -> std::string {
    return here.database().empty() ? "DROP TRIGGER audit_log_keeps_contents;"
                                     "DROP TRIGGER audit_log_keeps_seals;"
                                     "DROP TRIGGER audit_log_keeps_rows;"
                                   : "SET session_replication_role = replica;";
}

}  // namespace

TEST_CASE("the audit log is chained while the host runs, and what is done to its lines is told") {
    const auto done = GENERATE(from_range(tamperings()));
    world_options options;
    options.stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(options.stored_in), done.name);
    world here(options);
    here.connected("ann", "u1");
    here.connected("ann", "u2");
    here.connected("ann", "u3");
    const auto sound = verified(here);
    INFO(sound.out + sound.err);
    CHECK(sound.code == 0);
    CHECK_THAT(sound.out, Contains(" hold; "));
    here.host().stop();
    here.change_database(unhindered(here) + done.statement);
    const auto broken = here.verify_audit();
    CHECK(broken.code == 1);
    CHECK_THAT(broken.out, Contains("do NOT hold"));
    for (const auto& words : done.told) {
        CHECK_THAT(broken.out, Contains(words));
    }
    CHECK_THAT(broken.err, Contains("compare with a backup"));
}

}  // namespace tenon::test
