#include "unit/provider/fixture.hpp"

using namespace tenon::test;
using namespace std::chrono_literals;

namespace {

auto acme(std::string issuer) -> provider_settings {
    auto out = section("acme");
    out.plugin = "discovering";
    if (!issuer.empty()) {
        out.config = {{"issuer", {std::move(issuer), false}}};
    }
    return out;
}

auto metadata(const std::string& issuer, const std::string& endpoint) -> std::string {
    return R"({"issuer":")" + issuer + R"(","token_endpoint":")" + endpoint + R"("})";
}

auto state_of(const registry& all) -> provider_state {
    return all.snapshot()->providers.at("acme").state;
}

}  // namespace

TEST_CASE("a provider without its issuer's metadata is fetched for when it is first wanted") {
    world all({acme("https://id.test")});
    CHECK(state_of(all.providers) == provider_state::undiscovered);
    CHECK(all.providers.find("acme").error().code == errc::provider_unavailable);
    all.http.answer(200, metadata("https://id.test", "https://token.id.test/t"));
    const auto found = run(all.providers.acquire("acme"));
    REQUIRE(found);
    CHECK((*found)->about().id == "acme");
    CHECK((*found)->about().origins.at(0).url == "https://token.id.test");
    CHECK(all.http.seen.at(0).url == "https://id.test/.well-known/openid-configuration");
    CHECK(run(all.providers.acquire("acme")).has_value());
    CHECK(all.http.seen.size() == 1);
}

TEST_CASE("a failed fetch is not repeated before its backoff, and says why") {
    world all({acme("https://id.test")});
    all.http.answer(503, "");
    all.http.answer(503, "");
    const auto failed = run(all.providers.acquire("acme"));
    REQUIRE(failed.has_error());
    CHECK(failed.error().code == errc::provider_unavailable);
    CHECK(failed.error().message.find("503") != std::string::npos);
    CHECK(all.http.seen.size() == 2);
    CHECK(run(all.providers.acquire("acme")).has_error());
    CHECK(all.http.seen.size() == 2);
    all.time.advance(1001ms);
    all.http.answer(200, metadata("https://id.test", "https://id.test/t"));
    CHECK(run(all.providers.acquire("acme")).has_value());
}

TEST_CASE("metadata of another issuer enables nothing") {
    world all({acme("https://id.test")});
    all.http.answer(200, metadata("https://evil.test", "https://id.test/t"));
    all.http.answer(404, "");
    CHECK(run(all.providers.acquire("acme")).has_error());
    CHECK(state_of(all.providers) == provider_state::undiscovered);
}

TEST_CASE("plain http endpoints are taken only from an issuer on loopback") {
    world local({acme("http://127.0.0.1:9000")});
    local.http.answer(200, metadata("http://127.0.0.1:9000", "http://127.0.0.1:9001/t"));
    CHECK(run(local.providers.acquire("acme")).has_value());
    world remote({acme("https://id.test")});
    remote.http.answer(200, metadata("https://id.test", "http://127.0.0.1:9001/t"));
    remote.http.answer(404, "");
    CHECK(run(remote.providers.acquire("acme")).has_error());
}

TEST_CASE("an issuer whose origin is mapped is asked where the mapping leads") {
    auto mapped = acme("https://id.test");
    mapped.origins = {{"https://id.test", "http://127.0.0.1:9000"}};
    world all({mapped});
    all.http.answer(200, metadata("https://id.test", "http://127.0.0.1:9000/t"));
    CHECK(run(all.providers.acquire("acme")).has_value());
    CHECK(all.http.seen.at(0).url.starts_with("http://127.0.0.1:9000/.well-known/"));
}

TEST_CASE("what DESCRIBE says against a section is told by key") {
    world all({acme("")});
    const auto entry = all.providers.snapshot()->providers.at("acme");
    CHECK(entry.state == provider_state::misconfigured);
    REQUIRE(entry.problems.size() == 1);
    CHECK(entry.problems[0].field == "issuer");
    CHECK(entry.message == "providers.acme.issuer: is missing");
}

TEST_CASE("a plugin that makes sense only with a configuration is not listed without one") {
    world all(std::vector<provider_settings>{});
    CHECK_FALSE(all.providers.snapshot()->providers.contains("discovering"));
}

TEST_CASE("a reload keeps the metadata of an issuer that stays the same") {
    world all({acme("https://id.test")});
    all.http.answer(200, metadata("https://id.test", "https://id.test/t"));
    REQUIRE(run(all.providers.acquire("acme")).has_value());
    const std::vector<std::filesystem::path> folders{std::string(TENON_TEST_PLUGINS) + "/good"};
    all.providers.reload(in_process(folders, {acme("https://id.test")}));
    CHECK(state_of(all.providers) == provider_state::enabled);
    all.providers.reload(in_process(folders, {acme("https://other.test")}));
    CHECK(state_of(all.providers) == provider_state::undiscovered);
}

TEST_CASE("metadata are asked for at once, and again the day after") {
    world all({acme("https://id.test")});
    all.http.answer(200, metadata("https://id.test", "https://id.test/t"));
    all.http.answer(200, metadata("https://id.test", "https://new.id.test/t"));
    boost::asio::io_context context;
    boost::asio::co_spawn(context, all.providers.keep_discovered(), boost::asio::detached);
    context.poll();
    CHECK(state_of(all.providers) == provider_state::enabled);
    CHECK(all.http.seen.size() == 1);
    all.time.advance(24h);
    boost::asio::io_context next_day;
    boost::asio::co_spawn(next_day, all.providers.keep_discovered(), boost::asio::detached);
    next_day.poll();
    CHECK(all.http.seen.size() == 2);
    CHECK(all.instance("acme")->about().origins.at(0).url == "https://new.id.test");
}

TEST_CASE("metadata that can no longer be used don't take away what served yesterday") {
    world all({acme("https://id.test")});
    all.http.answer(200, metadata("https://id.test", "https://id.test/t"));
    REQUIRE(run(all.providers.acquire("acme")).has_value());
    all.time.advance(24h);
    all.http.answer(200, metadata("https://id.test", "https://10.0.0.1/t"));
    boost::asio::io_context context;
    boost::asio::co_spawn(context, all.providers.keep_discovered(), boost::asio::detached);
    context.poll();
    CHECK(state_of(all.providers) == provider_state::enabled);
    CHECK(all.instance("acme")->about().origins.at(0).url == "https://id.test");
}
