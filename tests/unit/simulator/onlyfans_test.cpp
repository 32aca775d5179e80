#include "unit/simulator/client.hpp"

using namespace tenon::sim;

namespace {

constexpr auto key = "ofapi_demo_0123456789abcdef";

struct aggregator {
    auto ask(const std::string& method, const std::string& path, const std::string& used = key)
        -> sim_response {
        return actor->handle({method, path, {}, bearer_of(used), {}}, {});
    }
    std::unique_ptr<simulator> actor = make_simulator("onlyfans");
};

}  // namespace

TEST_CASE("the aggregator lists a key's accounts, and tells each one's creator") {
    aggregator c;
    const auto list = body(c.ask("GET", "/api/accounts")).at("data");
    REQUIRE(list.size() == 2);
    CHECK(list[0].at("id") == "acct_demo1");
    const auto me = body(c.ask("GET", "/api/acct_demo2/me")).at("data");
    CHECK(me.at("id") == 1002);
    CHECK(c.actor->count().profiles == 1);
}

TEST_CASE("the aggregator knows nobody without the key, and no account that is not the key's") {
    aggregator c;
    CHECK(c.ask("GET", "/api/accounts", "ofapi_other").status == 401);
    CHECK(c.actor->handle({"GET", "/api/accounts", {}, {}, {}}, {}).status == 401);
    CHECK(c.ask("GET", "/api/acct_demo3/me").status == 404);
    CHECK(c.ask("POST", "/api/accounts").status == 405);
    CHECK(c.actor->handle({"GET", "/api/accounts", "a=b", bearer_of(key), {}}, {}).status == 422);
    CHECK(c.actor->count().refused == 5);
}

TEST_CASE("the aggregator forgets an account, and says when the creator's session is over") {
    aggregator c;
    CHECK(c.ask("DELETE", "/api/accounts/acct_demo1").status == 200);
    CHECK(c.ask("DELETE", "/api/accounts/acct_demo1").status == 404);
    CHECK(c.ask("GET", "/api/acct_demo1/me").status == 404);
    CHECK(body(c.ask("GET", "/api/accounts")).at("data").size() == 1);
    REQUIRE(apply_settings(c.actor->settings(), {{"session_over", true}}).empty());
    const auto over = c.ask("GET", "/api/acct_demo2/me");
    CHECK(over.status == 401);
    CHECK(body(over).at("error") == "session_expired");
}
