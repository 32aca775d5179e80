// The README's first provider, loaded as a plugin and driven through the C ABI.
#include "support/catch.hpp"
#include "support/plugin_driver.hpp"

using namespace tenon::test;

namespace {

auto acme() -> const tenon_provider& {
    static const plugin_library library(FIRST_PROVIDER);
    return library.provider("acme");
}

}  // namespace

TEST_CASE("the first provider asks for consent as RFC 6749 and RFC 7636 say") {
    const outcome out = drive(acme(), TENON_OP_AUTHORIZE)
                            .param("redirect_uri", "https://app.example/cb")
                            .param("state", "st")
                            .param("scope", "contacts.read contacts.write")
                            .param("code_challenge", "ch")
                            .param("code_challenge_method", "S256")
                            .run();
    REQUIRE(out.done);
    CHECK(out.authorize.method == "GET");
    CHECK(out.authorize.url == "https://acme.example/authorize");
    CHECK(get(out.authorize.query, "response_type") == "code");
    CHECK(get(out.authorize.query, "client_id") == "${client_id}");
    CHECK(get(out.authorize.query, "redirect_uri") == "https://app.example/cb");
    CHECK(get(out.authorize.query, "state") == "st");
    CHECK(get(out.authorize.query, "scope") == "contacts.read contacts.write");
    CHECK(get(out.authorize.query, "code_challenge") == "ch");
    CHECK(get(out.authorize.query, "code_challenge_method") == "S256");
}

TEST_CASE("the first provider exchanges a code") {
    const outcome out =
        drive(acme(), TENON_OP_EXCHANGE)
            .param("code", "c0de")
            .param("redirect_uri", "https://app.example/cb")
            .secret("code_verifier")
            .reply(
                200,
                R"({"access_token":"at","token_type":"Bearer","expires_in":"3600","refresh_token":"rt"})"
            )
            .run();
    REQUIRE(out.done);
    REQUIRE(out.requests.size() == 1);
    CHECK(out.requests[0].flags == (TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY));
    CHECK(get(out.requests[0].form, "code") == "c0de");
    CHECK(get(out.requests[0].form, "code_verifier") == "${code_verifier}");
    REQUIRE(out.grants.size() == 1);
    CHECK(out.grants[0].access_token == "at");
    CHECK(out.grants[0].refresh_token == "rt");
    CHECK(out.grants[0].expires_at_ms == drive::now + 1000 + 3600 * 1000);
}

TEST_CASE("the first provider does not declare what it does not define") {
    CHECK((acme().descriptor->operations & (1U << TENON_OP_REVOKE)) == 0);
    CHECK(drive(acme(), TENON_OP_REVOKE).run().status == TENON_UNSUPPORTED);
    CHECK(drive(acme(), TENON_OP_SYNC).run().status == TENON_UNSUPPORTED);
    CHECK(drive(acme(), 4711).run().status == TENON_UNSUPPORTED);
}
