// The plugin as it is shipped, driven by a fake host; what Acme answers lies in fixtures/.
#include <tenon-testing/check.hpp>
#include <tenon-testing/plugin_driver.hpp>

using namespace tenon::test;

namespace {

auto acme() -> const tenon_provider& {
    static const plugin_library library(TENON_TEST_PLUGIN);
    return library.provider("acme");
}

void the_browser_is_sent_to_acme() {
    const auto out = drive(acme(), TENON_OP_AUTHORIZE)
                         .param("redirect_uri", "https://app.example/callback")
                         .param("state", "st4te")
                         .param("scope", "contacts.read")
                         .param("code_challenge", "c")
                         .param("code_challenge_method", "S256")
                         .run();
    CHECK(out.done);
    CHECK(out.authorize.url == "https://acme.example/authorize");
    CHECK(get(out.authorize.query, "client_id") == "${client_id}");
    CHECK(get(out.authorize.query, "state") == "st4te");
}

void a_code_is_exchanged_for_tokens() {
    const auto out = drive(acme(), TENON_OP_EXCHANGE)
                         .param("redirect_uri", "https://app.example/callback")
                         .param("code", "c0de")
                         .secret("code_verifier")
                         .reply(200, fixture("token.json"))
                         .run();
    CHECK(out.done);
    CHECK(out.requests.at(0).url == "https://acme.example/token");
    CHECK((out.requests.at(0).flags & TENON_HTTP_CLIENT_AUTH) != 0);
    CHECK(out.grants.at(0).access_token == "at-1");
    CHECK(out.grants.at(0).refresh_token == "rt-1");
}

void a_dead_refresh_token_makes_the_person_reconnect() {
    const auto out = drive(acme(), TENON_OP_REFRESH)
                         .secret("refresh_token")
                         .reply(400, R"({"error":"invalid_grant"})")
                         .run();
    CHECK(!out.done);
    CHECK(out.category == TENON_ERROR_REVOKED);
}

void the_profile_says_whose_account_it_is() {
    const auto out = drive(acme(), TENON_OP_PROFILE).reply(200, fixture("me.json")).run();
    CHECK(out.done);
    CHECK(get(out.fields, "account_id") == "42");
    CHECK(get(out.fields, "username") == "ann");
}

}  // namespace

auto main() -> int {
    return run_checks(
        {the_browser_is_sent_to_acme, a_code_is_exchanged_for_tokens,
         a_dead_refresh_token_makes_the_person_reconnect, the_profile_says_whose_account_it_is}
    );
}
