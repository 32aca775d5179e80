// The generic plugin's reading of what real providers answer to a refresh and to a revocation.
#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto oauth2() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("oauth2");
}

auto configured(drive operation, const std::string& rules = "{}") -> drive {
    return operation.config("authorize_url", "https://acme.example/authorize")
        .config("token_url", "https://acme.example/token")
        .config("userinfo_url", "https://acme.example/me")
        .config("revoke_url", "https://acme.example/revoke")
        .config("refresh", rules);
}

struct answered {
    std::uint32_t status;
    const char* body;
};

auto refreshed(const std::string& rules, const answered& reply) -> outcome {
    return configured(refresh(oauth2()), rules).reply(reply.status, reply.body).run();
}

auto revoked(const answered& first) -> outcome {
    return configured(revoke(oauth2())).reply(first.status, first.body).run();
}
auto revoked(const answered& first, const answered& second) -> outcome {
    return configured(revoke(oauth2()))
        .reply(first.status, first.body)
        .reply(second.status, second.body)
        .run();
}

constexpr answered unsupported{400, R"({"error":"unsupported_token_type"})"};
constexpr answered fine{200, "{}"};

}  // namespace

TEST_CASE("a dead refresh token is known by what the provider is configured to say") {
    const answered jira{
        403, R"({"error":"unauthorized_client","error_description":"refresh_token is invalid"})"};
    const answered twitch{
        401, R"({"status":401,"message":"Invalid refresh token","error":"Bad Request"})"};
    const answered x{
        400,
        R"({"error":"invalid_request","error_description":"Value passed for the token was invalid."})"};
    const answered reddit{400, R"({"message":"Bad Request","error":400})"};
    CHECK(refreshed("{}", jira).category == TENON_ERROR_MISCONFIGURED);
    CHECK(refreshed(R"({"dead":"unauthorized_client"})", jira).category == TENON_ERROR_REVOKED);
    CHECK(refreshed("{}", twitch).category == TENON_ERROR_MISCONFIGURED);
    CHECK(refreshed(R"({"dead":"401"})", twitch).category == TENON_ERROR_REVOKED);
    CHECK(refreshed("{}", x).category == TENON_ERROR_PROVIDER);
    CHECK(refreshed(R"({"dead":"invalid_request"})", x).category == TENON_ERROR_REVOKED);
    const char* const reddits = R"({"dead":"invalid_request, 400"})";
    CHECK(refreshed(reddits, reddit).category == TENON_ERROR_REVOKED);
    CHECK(
        refreshed(reddits, {200, R"({"error":"invalid_request"})"}).category == TENON_ERROR_REVOKED
    );
}

TEST_CASE("GitHub's names for a dead grant, a bad code and a bad secret are known, under 200") {
    const answered dead{200, R"({"error":"bad_refresh_token"})"};
    const answered secret{200, R"({"error":"incorrect_client_credentials"})"};
    const answered code{200, R"({"error":"bad_verification_code"})"};
    check_failure(refreshed("{}", dead), TENON_ERROR_REVOKED, "bad_refresh_token");
    CHECK(refreshed("{}", secret).category == TENON_ERROR_MISCONFIGURED);
    CHECK(
        configured(exchange(oauth2())).reply(code.status, code.body).run().category ==
        TENON_ERROR_INVALID_CODE
    );
}

TEST_CASE("what people fill in beside the client's id names no secret, whatever it looks like") {
    const auto asked = [](const std::string& written) {
        const auto out = configured(authorize(oauth2(), "read"))
                             .config("connect_params", R"({"hint":".*"})")
                             .config("authorize_params", R"({"for":")" + written + "\"}")
                             .connect("hint", "$1 ${access_token}")
                             .run();
        REQUIRE(out.done);
        return get(out.authorize.query, "for");
    };
    CHECK(asked("{client_id}:{hint}") == "${client_id}:$$1 $${access_token}");
    CHECK(asked("$5 ${client_id}") == "$$5 $$${client_id}");
    CHECK(asked("$5 {hint}") == "$5 $1 ${access_token}");
}

TEST_CASE("what a provider is busy with is never taken for a dead grant") {
    CHECK(refreshed(R"({"dead":"503"})", {503, "{}"}).category == TENON_ERROR_UNAVAILABLE);
    CHECK(
        refreshed(R"({"dead":"slow"})", {429, R"({"error":"slow"})"}).category ==
        TENON_ERROR_RATE_LIMITED
    );
    // The list is of refreshes only.
    const auto done = configured(exchange(oauth2()), R"({"dead":"400"})").reply(400, "{}").run();
    CHECK(done.category == TENON_ERROR_PROVIDER);
}

TEST_CASE("the usual headers of limits tell when one ends, in whichever form") {
    for (const auto& [header, value] : std::vector<std::pair<std::string, std::string>>{
             {"x-ratelimit-reset", "30"},
             {"x-rate-limit-reset", "1790000031"},
             {"ratelimit-reset", "1790000031"},
             {"retry-after", "2026-09-21T14:13:51Z"}}) {
        INFO(header);
        const auto token = configured(exchange(oauth2()));
        check_limit(token, 429, R"({"error":"slow"})", {{header, value}}, 30);
        check_limit(token, 429, R"({"code":429,"message":"slow"})", {{header, value}}, 30);
    }
}

TEST_CASE("where refresh tokens can't be revoked, the access token is (RFC 7009 2.2.1)") {
    const auto out = revoked(unsupported, fine);
    REQUIRE(out.done);
    CHECK(get(out.requests.at(0).form, "token") == "${refresh_token}");
    CHECK(get(out.requests.at(1).form, "token") == "${access_token}");
    check_failure(
        revoked(unsupported, unsupported), TENON_ERROR_UNSUPPORTED, "unsupported_token_type"
    );
    // The other way round: the access token died with the refresh token.
    CHECK(revoked(fine, unsupported).done);
}

TEST_CASE("a revocation that hides a failure under 200 has failed, whichever of the two it is") {
    const answered hidden{200, R"({"ok":false,"error":"invalid_client"})"};
    check_failure(revoked(hidden), TENON_ERROR_MISCONFIGURED, "invalid_client");
    check_failure(revoked(fine, hidden), TENON_ERROR_MISCONFIGURED, "invalid_client");
    CHECK(revoked({503, "{}"}).category == TENON_ERROR_UNAVAILABLE);
    CHECK(revoked({400, R"({"error":"invalid_token"})"}, fine).done);
}
