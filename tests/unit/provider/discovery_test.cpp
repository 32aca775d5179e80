#include "provider/discovery.hpp"

#include "unit/provider/fixture.hpp"

using namespace tenon::test;

namespace {

constexpr std::string_view document =
    R"({"issuer":"https://id.test","authorization_endpoint":"https://id.test/a","token_endpoint":"https://id.test/t"})";

}  // namespace

TEST_CASE("metadata is looked for where OpenID Connect and RFC 8414 put it") {
    CHECK(
        discovery_urls("https://id.test") ==
        std::vector<std::string>{
            "https://id.test/.well-known/openid-configuration",
            "https://id.test/.well-known/oauth-authorization-server"}
    );
    CHECK(
        discovery_urls("https://id.test/tenant/") ==
        std::vector<std::string>{
            "https://id.test/tenant/.well-known/openid-configuration",
            "https://id.test/.well-known/oauth-authorization-server/tenant"}
    );
    CHECK(discovery_urls("id.test").empty());
}

TEST_CASE("metadata must be the issuer's own, character by character") {
    CHECK(check_metadata("https://id.test", document, false));
    CHECK(check_metadata("https://id.test/", document, false).has_error());
    CHECK(check_metadata("https://ID.test", document, false).has_error());
    CHECK(check_metadata("https://id.test", "[]", false).has_error());
    CHECK(check_metadata("https://id.test", "{}", false).has_error());
    CHECK(check_metadata("https://id.test", "not json", false).has_error());
}

TEST_CASE("endpoints in metadata are https, or loopback where the issuer is") {
    const std::string local = R"({"issuer":"i","token_endpoint":"http://127.0.0.1:1/t"})";
    const std::string remote = R"({"issuer":"i","jwks_uri":"http://keys.test/"})";
    CHECK(check_metadata("i", local, false).has_error());
    CHECK(check_metadata("i", local, true));
    CHECK(check_metadata("i", remote, true).has_error());
    CHECK(check_metadata("i", R"({"issuer":"i","token_endpoint":7})", true).has_error());
    CHECK(check_metadata("i", R"({"issuer":"i","token_endpoint":null})", true));
}

TEST_CASE("the second place is asked where the first has nothing") {
    standing_clock time;
    scripted_http http(time);
    http.answer(404, "");
    http.answer(200, std::string(document));
    const discovery_request request{
        "acme", "https://id.test", {"https://id.test/1", "http://127.0.0.1:5/2"}};
    const auto found = run(fetch_metadata(request, http));
    REQUIRE(found);
    CHECK(found->json == document);
    CHECK(found->loopback);
    CHECK(http.seen.size() == 2);
    CHECK(http.seen[0].label == "acme discovery");
}

TEST_CASE("no answer is told as such") {
    standing_clock time;
    scripted_http http(time);
    http.fail(transport::dns, request_sent::no);
    http.answer(500, "");
    const discovery_request request{
        "acme", "https://id.test", {"https://id.test/1", "https://id.test/2"}};
    const auto found = run(fetch_metadata(request, http));
    REQUIRE(found.has_error());
    CHECK(found.error().code == errc::provider_unavailable);
    CHECK(found.error().message.find("500") != std::string::npos);
}
