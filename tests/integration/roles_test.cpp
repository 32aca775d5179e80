// Whom PostgreSQL knows the host as.
#include "integration/world.hpp"
#include "support/catch.hpp"
#include "support/postgres.hpp"

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;

}  // namespace

TEST_CASE("a host serves as a role that owns nothing, from a schema that was made for it") {
    world_options options;
    options.stored_in = engine::postgresql;
    options.service_role = "tenon_service";
    world here(options);
    const auto id = here.connected();
    auto ann = here.api();
    CHECK(ann.get(here.token_path(id)).status == 200);
    CHECK(ann.post("/api/integrations/refresh/demo/" + id, nlohmann::json::object()).status == 200);
    CHECK(ann.get("/api/integrations/status").json().at("integrations").size() == 1);
    CHECK(ann.get("/api/audit").status == 200);
    CHECK(ann.del("/api/integrations/disconnect/demo/" + id).status == 200);
    CHECK(http_client(here.host().url()).get("/readyz").status == 200);
    const auto waiting = [&here] {
        return postgres_answer(
            here.database(),
            "SET LOCAL tenon.org = '*'; SELECT COUNT(*) FROM audit_log WHERE position IS NULL"
        );
    };
    CHECK(soon([&] { return waiting() == "0"; }));  // chained
    CHECK(here.host().stop() == 0);
    here.host().start();
    CHECK(here.api().get("/api/integrations/status").json().at("integrations").empty());
}

TEST_CASE("a host does not serve as a role that row-level security does not bind") {
    create_postgres_database("never_served");
    const temp_dir dir;
    const auto config = dir.write(
        "superuser.yaml", "listen: 127.0.0.1:0\ndata_dir: " + (dir.path() / "data").string() +
                              "\ndatabase: \"" + postgres_url("never_served", "postgres") + "\"\n"
    );
    const auto refused = run_tenon(
        {"serve", "--config", config.string()}, {{"TOKEN_ENCRYPTION_KEY", encryption_key}}
    );
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err, Contains("the database role postgres is a superuser"));
    CHECK_THAT(refused.err, Contains("migrations/README.md"));
    CHECK(
        postgres_answer(
            "never_served", "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'"
        ) == "0"
    );
}

}  // namespace tenon::test
