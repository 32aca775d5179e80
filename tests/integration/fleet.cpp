#include "integration/fleet.hpp"

#include "base/clock.hpp"
#include "support/catch.hpp"

#include <random>

namespace tenon::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

auto options_of(const fleet_measure& measure) -> world_options {
    world_options chosen;
    chosen.stored_in = engine::postgresql;
    chosen.settings =
        json{{"rotation", true}, {"access_lifetime_s", 7'200}, {"accounts", measure.accounts}};
    // And so are leases: 15 seconds more.
    chosen.config = "timeouts: {operation: " + std::to_string(measure.operation.count()) + "s}\n";
    chosen.provider_config = "    refresh: {rotates: true}\n";
    return chosen;
}

auto client_of(const std::string& url, const read_target& one) -> http_client {
    return http_client(url, {{"X-API-Key", operator_key}, {"X-Tenon-User", one.user}});
}

}  // namespace

fleet::fleet(std::size_t size, const fleet_measure& measure)
    : measure_(measure), here_(options_of(measure)) {
    for (std::size_t i = 1; i < size; ++i) {
        others_.push_back(here_.replica());
    }
}

void fleet::connect_everybody() {
    connect(measure_.accounts);
}

void fleet::connect(int count) {
    for (int account = 1; account <= count; ++account) {
        for (int one = 1; one <= (account <= measure_.shared ? 2 : 1); ++one) {
            read_target made{"user-" + std::to_string(one), "u" + std::to_string(account), {}};
            made.connection = here_.connected(made.user, made.account);
            targets_.push_back(std::move(made));
        }
    }
}

void fleet::slow_down_provider(int refreshes, int one_of) {
    for (int i = 0; i < refreshes; ++i) {
        sim::fault slow;
        slow.path = "/token";
        slow.delay_ms = i % one_of == 0 ? measure_.provider_takes.count() : 0;
        here_.provider().inject(slow);
    }
}

void fleet::let_all_be_due() {
    here_.change_database(
        "UPDATE grants SET next_refresh_at = 1;"
        "CREATE TABLE before AS SELECT id, generation FROM grants;"
        "GRANT SELECT ON before TO PUBLIC"
    );
}

auto fleet::forgotten() -> std::int64_t {
    return here_.count(
        "SELECT COUNT(*) FROM grants JOIN before USING (id) "
        "WHERE grants.generation = before.generation AND last_failure = ''"
    );
}

auto fleet::cut_off() -> std::int64_t {
    return here_.count("SELECT COUNT(*) FROM grants WHERE last_failure <> ''");
}

auto fleet::under_way() -> std::int64_t {
    return here_.count("SELECT COUNT(*) FROM intents");
}

auto fleet::generations() -> std::vector<std::int64_t> {
    std::vector<std::int64_t> found;
    for (const auto& one : targets_) {
        const auto answer = read(host(0).url(), one);
        found.push_back(
            answer.status == 200 ? answer.json().at("generation").get<std::int64_t>() : -1
        );
    }
    return found;
}

auto fleet::sound() -> std::set<std::string> {
    std::set<std::string> found;
    for (const auto* user : {"user-1", "user-2"}) {
        const auto listed = here_.api(user).get("/api/integrations/status").json();
        for (const auto& one : listed.at("integrations")) {
            if (one.at("health") == "healthy") {
                found.insert(one.at("connectionId"));
            }
        }
    }
    return found;
}

void fleet::check_refresh_tokens() {
    const auto in_order = sound();
    CHECK_FALSE(in_order.empty());
    CHECK(
        static_cast<std::int64_t>(targets_.size() - in_order.size()) ==
        here_.count("SELECT COUNT(*) FROM grants JOIN connection_grants ON grant_id = grants.id "
                    "WHERE last_failure <> ''")
    );
    const auto before = count().refreshes;
    for (const auto& one : targets_) {
        if (in_order.contains(one.connection)) {
            auto client = client_of(host(0).url(), one);
            const auto renew = "/api/integrations/refresh/" + here_.name() + "/" + one.connection;
            const auto answer = client.post(renew, json::object());
            CAPTURE(one.account, answer.body);
            CHECK(answer.status == 200);
        }
    }
    CHECK(count().refreshes == before + in_order.size());
    CHECK(count().refresh_reuses == 0);
    CHECK(count().families_revoked == 0);
}

auto fleet::read(const std::string& url, const read_target& one) -> http_response {
    return client_of(url, one).get(here_.token_path(one.connection));
}

auto fleet::is_live(const std::string& token, const std::string& account) -> bool {
    sim::sim_request request;
    request.method = "GET";
    request.path = "/userinfo";
    request.headers = {{"authorization", "Bearer " + token}};
    const auto told = here_.provider().handle(request, host::system_clock().now()).response;
    return told.status == 200 && json::parse(told.body).at("sub") == account;
}

auto fleet::host(std::size_t which) -> host_process& {
    return which == 0 ? here_.host() : *others_.at(which - 1);
}

auto token_judge::reads_well(const std::string& url, const read_target& one) -> bool {
    const auto asked = moment::clock::now();
    const auto answer = all_.read(url, one);
    return answer.status == 200 && is_right(one, answer.json(), asked);
}

auto token_judge::is_right(const read_target& one, const json& told, moment asked) -> bool {
    const auto generation = told.at("generation").get<std::int64_t>();
    const auto text = told.at("accessToken").get<std::string>();
    {
        const std::lock_guard lock(guard_);
        auto& newest = newest_[one.account];
        if (generation == newest.generation) {
            return text == newest.text;
        }
        if (generation < newest.generation && asked > newest.since + 1s) {
            return false;
        }
        if (generation > newest.generation) {
            newest = {generation, text, moment::clock::now()};
        }
    }
    return all_.is_live(text, one.account);
}

readers::readers(fleet& all) : all_(all), judge_(all) {
    for (std::size_t i = 0; i < all.size(); ++i) {
        urls_.push_back(all.host(i).url());
    }
    for (unsigned i = 0; i < 4; ++i) {
        threads_.emplace_back([this, i] { run(i); });
    }
}

void readers::moved(std::size_t which, std::string url) {
    const std::lock_guard lock(guard_);
    urls_.at(which) = std::move(url);
}

void readers::stop() {
    going_ = false;
    threads_.clear();
}

void readers::run(unsigned seed) {
    std::mt19937 random(seed);
    while (going_) {
        std::string url;
        {
            const std::lock_guard lock(guard_);
            url = urls_.at(random() % urls_.size());
        }
        try {
            const auto& one = all_.targets().at(random() % all_.targets().size());
            judge_.reads_well(url, one) ? ++right : ++wrong;
        } catch (const std::exception&) {
            continue;  // that host was killed just now
        }
    }
}

}  // namespace tenon::test
