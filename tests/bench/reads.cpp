#include "benches.hpp"
#include "reading.hpp"

namespace tenon::bench {

namespace {

void measure_misses(report& to, reading_stage& stage, const std::string& database) {
    stage.host().stop();
    stage.host().start();  // nothing is in its memory
    requests_in_turn once(stage.token_reads(), 200, requests_in_turn::times::once);
    load_plan plan;
    plan.port = stage.host().port();
    plan.warm_up = std::chrono::milliseconds{0};
    plan.measured = std::chrono::minutes{2};
    const auto missed = run_load(plan, once);
    const auto lookups = pgbench(database, "-S");
    to.add(
        {"token reads that miss the cache, against pgbench -S", missed.per_second / lookups, 0.5,
         better::more, "", figures(missed) + "; pgbench " + rounded(lookups) + "/s"}
    );
}

void measure_strangers(report& to, reading_stage& stage) {
    requests_in_turn reads(stage.token_reads(), 200);
    requests_in_turn unknown(
        {host_stage::get("/api/integrations/token/demo/account-0", "hot", "an-unknown-key")}, 401
    );
    const auto port = stage.host().port();
    const auto strangers = compare(port, unknown, port, reads);
    to.add(
        {"unknown API key against a valid one", strangers.ratio, 0.9, better::more, "",
         "unknown " + figures(strangers.mine) + "; valid " + figures(strangers.theirs)}
    );
}

}  // namespace

void measure_reads(report& to, const programs& where) {
    const std::string database = "bench_reads";
    reading_stage stage(where, database);
    measure_misses(to, stage, database);
    const auto token = stage.token_against_hello();
    const auto detail = "token " + figures(token.mine) + "; hello " + figures(token.theirs);
    to.add({"token read against hello", token.ratio, 0.7, better::more, "", detail});
    to.add({"token read's p99 against hello's", token.p99_ratio, 2, better::less, "", detail});
    measure_strangers(to, stage);
    const auto ten = stage.status_against_hello();
    to.add(
        {"status of 10 integrations against hello", ten.ratio, 0.4, better::more, "",
         "status " + figures(ten.mine) + "; hello " + figures(ten.theirs)}
    );
    stage.host().stop();
}

}  // namespace tenon::bench
