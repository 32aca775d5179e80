// The chain of the audit log, against who can write to the database and not to the keyring.
#include "oauth/audit_chain.hpp"

#include "crypto/random.hpp"
#include "support/postgres.hpp"
#include "verbs.hpp"

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;

const org_id ours("org");
const org_id theirs("other");

void write_line(oauth_world& world, const std::string& id, const org_id& org = ours) {
    audit_row row;
    row.id = id;
    row.at = world.time.now();
    row.actor = "test";
    row.action = "connection.connected";
    row.outcome = "ok";
    const auto written =
        world.store->with_org_now(org, access::write, [&](sql_session& session) -> result<void> {
            append_audit(session, row);
            return {};
        });
    REQUIRE(written.has_value());
}

// `a1` to `a5`, of ours; all chained.
void write_five(oauth_world& world) {
    for (int i = 1; i <= 5; ++i) {
        write_line(world, "a" + std::to_string(i));
    }
    REQUIRE_FALSE(world.run(seal_audit_batch(world.context)).value().more);
}

// Past what keeps the log append-only, as the owner of the database can.
void tamper(oauth_world& world, const std::string& statement) {
    if (world.store.engine() == sql_engine::postgresql) {
        postgres_command(
            world.store.name(), "SET session_replication_role = replica; " + statement
        );
        return;
    }
    const auto done =
        world.store->as_service_now(access::write, [&](sql_session& session) -> result<void> {
            session.execute_script(
                "DROP TRIGGER IF EXISTS audit_log_keeps_rows;"
                "DROP TRIGGER IF EXISTS audit_log_keeps_seals;"
                "DROP TRIGGER IF EXISTS audit_log_keeps_contents;" +
                statement
            );
            return {};
        });
    REQUIRE(done.has_value());
}

auto verdict_on(oauth_world& world, const org_id& org = ours) -> audit_verdict {
    for (auto& one : verify_audit(world.store.db(), world.seal).value()) {
        if (one.org == org) {
            return one;
        }
    }
    return {};
}

auto first_problem(oauth_world& world) -> std::string {
    const auto verdict = verdict_on(world);
    return verdict.problems.empty() ? "" : verdict.problems.front();
}

}  // namespace

TEST_CASE("the log is a chain for each organization, and what is not chained yet is no fault") {
    oauth_world world(any_engine());
    write_five(world);
    write_line(world, "b1", theirs);
    REQUIRE(world.run(seal_audit_batch(world.context)).has_value());
    write_line(world, "a6");
    const auto verdict = verdict_on(world);
    CHECK(verdict.problems.empty());
    CHECK(verdict.first == 1);
    CHECK(verdict.last == 5);
    CHECK(verdict.unsealed == 1);
    CHECK(verdict.hash.size() == 32);
    CHECK(verdict_on(world, theirs).last == 1);
    REQUIRE(world.run(seal_audit_batch(world.context)).has_value());
    CHECK(verdict_on(world).last == 6);
    CHECK(verdict_on(world).hash != verdict.hash);
}

TEST_CASE("a line that was changed, dropped, added or put elsewhere is found") {
    struct row {
        std::string statement, says;
    };
    const auto one = GENERATE(values<row>({
        {"UPDATE audit_log SET actor = 'nobody' WHERE id = 'a3'",
         "line 3 (a3) is not what was sealed"},
        {"UPDATE audit_log SET subject = '' WHERE id = 'a3'", "line 3 (a3) is not what was sealed"},
        {"DELETE FROM audit_log WHERE id = 'a3'", "1 line is missing before line 4 (a4)"},
        {"DELETE FROM audit_log WHERE id IN ('a1', 'a2')",
         "2 lines are missing before line 3 (a3)"},
        {"DELETE FROM audit_log WHERE id = 'a5'", "the chain ends with line 4, not line 5"},
        {"DELETE FROM audit_log", "the chain ends with line 0, not line 5"},
        {"UPDATE audit_log SET position = 9 WHERE id = 'a2';"
         "UPDATE audit_log SET position = 2 WHERE id = 'a3';"
         "UPDATE audit_log SET position = 3 WHERE id = 'a2'",
         "line 2 (a3) does not follow the one before it"},
        {"UPDATE audit_log SET hash = previous_hash WHERE id = 'a3'",
         "line 3 (a3) is not what was sealed"},
        {"UPDATE audit_heads SET position = 4",
         "the head of the chain is not the one that was sealed"},
        {"UPDATE audit_heads SET pruned = 2; DELETE FROM audit_log WHERE position <= 2",
         "the head of the chain is not the one that was sealed"},
        {"DELETE FROM audit_heads", "the head of the chain is missing"},
        {"INSERT INTO audit_log (id, org_id, at, actor, action, provider, outcome, detail, "
         "request_id, position) VALUES ('forged', 'org', 1, 'x', 'x', '', 'ok', '{}', '', 9)",
         "1 lines stand outside the chain"},
        {"INSERT INTO audit_log (id, org_id, at, actor, action, provider, outcome, detail, "
         "request_id, position) VALUES ('forged', 'org', 1, 'x', 'x', '', 'ok', '{}', '', -9)",
         "1 lines stand outside the chain"},
    }));
    oauth_world world(any_engine());
    write_five(world);
    INFO(one.statement);
    tamper(world, one.statement);
    CHECK_THAT(first_problem(world), Contains(one.says));
}

TEST_CASE("a chain that was made anew over a changed line does not end as the sealed one did") {
    oauth_world world(any_engine());
    write_five(world);
    auto lines = world.store
                     ->as_service_now(
                         access::read,
                         [](sql_session& session) -> result<std::vector<sealed_audit_row>> {
                             return sealed_audit_after(session, ours, 0, 10);
                         }
                     )
                     .value();
    std::string previous;
    for (auto& line : lines) {
        line.row.actor = line.position == 3 ? "nobody" : line.row.actor;
        line.previous_hash = previous;
        line.hash = previous = audit_hash(line.row, line.position, previous);
    }
    tamper(
        world,
        "UPDATE audit_log SET position = NULL, actor = 'test'; UPDATE audit_log SET actor = "
        "'nobody' WHERE id = 'a3'"
    );
    const auto sealed =
        world.store->as_service_now(access::write, [&](sql_session& session) -> result<void> {
            for (const auto& line : lines) {
                seal_audit(session, line);
            }
            return {};
        });
    REQUIRE(sealed.has_value());
    CHECK_THAT(first_problem(world), Contains("line 5 is not the one that the chain ended with"));
}

TEST_CASE("nothing is chained to a head that is not what was sealed, and others go on") {
    const auto broken = GENERATE(
        as<std::string>{}, "UPDATE audit_heads SET position = 7 WHERE org_id = 'org'",
        "DELETE FROM audit_heads WHERE org_id = 'org'"
    );
    oauth_world world(any_engine());
    write_five(world);
    tamper(world, broken);
    for (int i = 6; i < 520; ++i) {  // more than a batch
        write_line(world, "a" + std::to_string(i));
    }
    write_line(world, "b1", theirs);
    CHECK(world.run(seal_audit_batch(world.context)).value().broken);
    CHECK_FALSE(verdict_on(world).problems.empty());
    CHECK(verdict_on(world, theirs).last == 1);
    CHECK(verdict_on(world, theirs).problems.empty());
}

TEST_CASE("an end that was noted must still be there") {
    oauth_world world(any_engine());
    write_five(world);
    const auto end = verdict_on(world);
    write_line(world, "a6");
    REQUIRE(world.run(seal_audit_batch(world.context)).has_value());
    const auto problems = [&](const std::vector<noted_end>& noted) {
        std::size_t found = 0;
        for (const auto& one : verify_audit(world.store.db(), world.seal, noted).value()) {
            found += one.problems.size();
        }
        return found;
    };
    CHECK(problems({{ours, end.last, end.hash}}) == 0);
    CHECK(problems({{ours, end.last, std::string(32, 'x')}}) == 1);
    CHECK(problems({{ours, 7, end.hash}}) == 1);
    CHECK(problems({{org_id("gone"), 1, end.hash}}) == 1);
}

TEST_CASE("one host at a time chains the log; another one goes on where its lease ended") {
    oauth_world world(any_engine());
    write_five(world);
    write_line(world, "a6");
    world.context.options.instance = "another";
    CHECK_FALSE(world.run(seal_audit_batch(world.context)).value().more);
    CHECK(verdict_on(world).last == 5);
    world.time.advance(std::chrono::minutes(1));
    CHECK_FALSE(world.run(seal_audit_batch(world.context)).value().more);
    CHECK(verdict_on(world).last == 6);
    CHECK(verdict_on(world).problems.empty());
}

TEST_CASE("old lines go when the operator wants it so, and the chain holds from there on") {
    oauth_world world(any_engine());
    write_five(world);
    world.time.advance(std::chrono::days(10));
    write_line(world, "a6");
    REQUIRE(world.run(seal_audit_batch(world.context)).has_value());
    REQUIRE_FALSE(world.run(prune_audit_batch(world.context)).value().more);
    CHECK(verdict_on(world).first == 1);
    world.context.options.audit_lifetime = std::chrono::days(5);
    REQUIRE_FALSE(world.run(prune_audit_batch(world.context)).value().more);
    const auto verdict = verdict_on(world);
    CHECK(verdict.problems.empty());
    CHECK(verdict.first == 6);
    CHECK(verdict.last == 6);
    CHECK(count(world, "audit_log") == 1);
}

TEST_CASE("a head whose key is not there is told") {
    oauth_world world(any_engine());
    write_five(world);
    system_random random;
    keyring others;
    REQUIRE(others.generate(random).has_value());
    const sealer stranger(std::move(others), random);
    const auto verdicts = verify_audit(world.store.db(), stranger).value();
    REQUIRE(verdicts.size() == 1);
    CHECK_THAT(verdicts.front().problems.front(), Contains("key"));
}

}  // namespace tenon::test
