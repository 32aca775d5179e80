#include "benches.hpp"
#include "load.hpp"
#include "support/postgres.hpp"

#include <algorithm>
#include <array>
#include <iostream>

namespace tenon::bench {

namespace {

constexpr std::size_t hot_rows = 10'000;
constexpr std::size_t rounds = 3;

// Token reads over the hot rows, in an order that visits each as often.
class token_reads final : public load_source {
  public:
    enum class order { again_and_again, each_once };

    explicit token_reads(order how) : how_(how) {
        for (std::size_t i = 0; i < hot_rows; ++i) {
            const auto path = "/api/integrations/token/demo/account-" + std::to_string(i);
            requests_.push_back(host_stage::get(path, "hot"));
        }
    }
    auto next(std::size_t /*connection*/, std::string& out) -> bool override {
        constexpr std::size_t stride = 7'919;  // prime to the number of rows
        if (how_ == order::each_once && asked_ == hot_rows) {
            return false;
        }
        out = requests_[asked_++ * stride % hot_rows];
        return true;
    }
    auto got(std::size_t /*connection*/, const reply& answer) -> bool override {
        if (answer.status != 200) {
            throw std::runtime_error("token read: " + std::string(answer.body.substr(0, 300)));
        }
        return true;
    }

  private:
    order how_;
    std::vector<std::string> requests_;
    std::size_t asked_ = 0;
};

auto median(std::array<double, rounds> values) -> double {
    std::ranges::sort(values);
    return values[rounds / 2];
}

auto figures(const load_result& result) -> std::string {
    return rounded(result.per_second) + "/s, p50 " + rounded(result.p50_us) + " us, p99 " +
           rounded(result.p99_us) + " us";
}

struct compared {
    double ratio = 0;
    double p99_ratio = 0;
    load_result mine;
    load_result theirs;
};

// Turn by turn, so that whatever else the machine does hits both; the median of the ratios.
auto compare(
    std::uint16_t my_port, load_source& mine, std::uint16_t their_port, load_source& theirs
) -> compared {
    std::array<double, rounds> ratios{};
    std::array<double, rounds> p99s{};
    compared result;
    for (std::size_t round = 0; round < rounds; ++round) {
        load_plan plan;
        plan.measured = std::chrono::milliseconds{3'000};
        plan.port = their_port;
        result.theirs = run_load(plan, theirs);
        plan.port = my_port;
        result.mine = run_load(plan, mine);
        ratios.at(round) = result.mine.per_second / result.theirs.per_second;
        p99s.at(round) = result.mine.p99_us / result.theirs.p99_us;
    }
    result.ratio = median(ratios);
    result.p99_ratio = median(p99s);
    return result;
}

// Rows that are there and that nobody reads; copies of a real one.
void store_a_million(const std::string& database) {
    std::cout << "        storing 1,000,000 connections..." << std::endl;
    test::postgres_command(database, R"sql(
CREATE TEMP TABLE one AS SELECT * FROM connections WHERE account_id = 'account-0';
CREATE TEMP TABLE its AS SELECT g.* FROM grants g JOIN connection_grants l ON l.grant_id = g.id JOIN one ON one.id = l.connection_id;
CREATE TEMP TABLE link AS SELECT l.* FROM connection_grants l JOIN one ON one.id = l.connection_id;
CREATE TEMP TABLE c AS SELECT one.*, n FROM one, generate_series(1, 1000000) n;
UPDATE c SET id = 'm' || n, user_id = 'u' || n, account_id = 'm' || n;
ALTER TABLE c DROP COLUMN n;
INSERT INTO connections SELECT * FROM c;
CREATE TEMP TABLE g AS SELECT its.*, n FROM its, generate_series(1, 1000000) n;
UPDATE g SET id = 'm' || n, account_id = 'm' || n, next_refresh_at = NULL;
ALTER TABLE g DROP COLUMN n;
INSERT INTO grants SELECT * FROM g;
CREATE TEMP TABLE l AS SELECT link.*, n FROM link, generate_series(1, 1000000) n;
UPDATE l SET connection_id = 'm' || n, grant_id = 'm' || n;
ALTER TABLE l DROP COLUMN n;
INSERT INTO connection_grants SELECT * FROM l;
)sql");
}

auto hello_request() -> std::string {
    return "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer none\r\n\r\n";
}

void measure_misses(report& to, host_stage& stage, const std::string& database) {
    stage.stop();
    stage.start();  // nothing is in its memory
    token_reads once(token_reads::order::each_once);
    load_plan plan;
    plan.port = stage.port();
    plan.warm_up = std::chrono::milliseconds{0};
    plan.measured = std::chrono::minutes{2};
    const auto missed = run_load(plan, once);
    const auto lookups = pgbench(database, "-S");
    to.add(
        {"token reads that miss the cache, against pgbench -S", missed.per_second / lookups, 0.5,
         better::more, "", figures(missed) + "; pgbench " + rounded(lookups) + "/s"}
    );
}

// Token reads of the hot set against hello.
auto compare_hot(const host_stage& stage, const peer_process& hello) -> compared {
    token_reads reads(token_reads::order::again_and_again);
    same_request greeting(hello_request(), 200);
    return compare(stage.port(), reads, hello.port(), greeting);
}

void measure_hot(report& to, const host_stage& stage, const peer_process& hello) {
    token_reads reads(token_reads::order::again_and_again);
    same_request greeting(hello_request(), 200);
    const auto token = compare_hot(stage, hello);
    const auto detail = "token " + figures(token.mine) + "; hello " + figures(token.theirs);
    to.add({"token read against hello", token.ratio, 0.7, better::more, "", detail});
    to.add({"token read's p99 against hello's", token.p99_ratio, 2, better::less, "", detail});

    same_request unknown(
        host_stage::get("/api/integrations/token/demo/account-0", "hot", "an-unknown-key"), 401
    );
    const auto strangers = compare(stage.port(), unknown, stage.port(), reads);
    to.add(
        {"unknown API key against a valid one", strangers.ratio, 0.9, better::more, "",
         "unknown " + figures(strangers.mine) + "; valid " + figures(strangers.theirs)}
    );

    same_request status(host_stage::get("/api/integrations/status", "ten"), 200);
    const auto ten = compare(stage.port(), status, hello.port(), greeting);
    to.add(
        {"status of 10 integrations against hello", ten.ratio, 0.4, better::more, "",
         "status " + figures(ten.mine) + "; hello " + figures(ten.theirs)}
    );
}

}  // namespace

void measure_reads(report& to, const programs& where, stored how_much) {
    const std::string name = how_much == stored::million ? "bench_million" : "bench_reads";
    const auto database = fresh_database(name);
    const peer_process provider(where, 1, 0, 1);
    host_stage stage(where, database, provider.url());
    stage.start();
    constexpr long month = 30L * 24 * 3'600;
    stage.import("hot", "account-", hot_rows, month);
    stage.import("ten", "few-", 10, month);
    const auto body = stage.client("hot").get("/api/integrations/token/demo/account-0").body.size();
    const peer_process hello(where, body, 0, server_threads());
    if (how_much == stored::million) {
        const auto few = compare_hot(stage, hello);
        store_a_million(name);
        test::postgres_command(name, "ANALYZE");
        const auto many = compare_hot(stage, hello);
        to.add(
            {"token read with 1,000,000 connections stored, against the same with few",
             many.ratio / few.ratio, 0.9, better::more, "",
             "many " + figures(many.mine) + "; few " + figures(few.mine)}
        );
    }
    test::postgres_command(name, "ANALYZE");  // as autovacuum does within a minute
    measure_misses(to, stage, name);
    measure_hot(to, stage, hello);
    stage.stop();
}

}  // namespace tenon::bench
