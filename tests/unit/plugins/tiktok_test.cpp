#include "support/plugin_checks.hpp"

using namespace tenon::test;

namespace {

auto tiktok() -> const tenon_provider& {
    static const plugin_library library(PLUGIN);
    return library.provider("tiktok");
}

constexpr auto tokens =
    R"({"access_token":"act.x9","expires_in":7200,"open_id":"-000sr6ziSORM","refresh_expires_in":15552000,"refresh_token":"rft.y8","scope":"user.info.basic,user.info.stats,video.list","token_type":"Bearer"})";
constexpr auto user =
    R"({"data":{"user":{"open_id":"-000sr6ziSORM","union_id":"eec4e4e6-9dd5","avatar_url":"https://p16.tiktokcdn.com/a.jpeg","display_name":"Nia","username":"nia.cooks","follower_count":1024,"following_count":80,"likes_count":55012,"video_count":37}},"error":{"code":"ok","message":"","log_id":"2026052606"}})";

auto oauth_error(const char* code) -> std::string {
    return R"({"error":")" + std::string(code) + R"(","error_description":"no","log_id":"2022"})";
}
auto api_error(const char* code) -> std::string {
    return R"({"data":{},"error":{"code":")" + std::string(code) +
           R"(","message":"no","log_id":"2022"}})";
}
auto described(std::string app_type) -> outcome {
    return drive(tiktok(), TENON_OP_DESCRIBE).config("app_type", std::move(app_type)).run();
}

}  // namespace

TEST_CASE("TikTok is asked for consent with client_key and commas") {
    const auto out = authorize(tiktok(), "user.info.basic video.list").run();
    REQUIRE(out.done);
    CHECK(out.authorize.url == "https://www.tiktok.com/v2/auth/authorize/");
    CHECK(get(out.authorize.query, "client_key") == "${client_id}");
    CHECK_FALSE(has(out.authorize.query, "client_id"));
    CHECK(get(out.authorize.query, "scope") == "user.info.basic,video.list");
    CHECK_FALSE(has(out.authorize.query, "disable_auto_auth"));
    CHECK(
        tenon_str(tiktok().descriptor->client_id_param).len == std::string_view("client_key").size()
    );
}

TEST_CASE("the kind of TikTok app decides about PKCE") {
    const auto web = described("web");
    CHECK(web.descriptor_id == "tiktok");
    CHECK(web.descriptor_pkce_mode == TENON_PKCE_NEVER);
    CHECK(drive(tiktok(), TENON_OP_DESCRIBE).run().descriptor_pkce_mode == TENON_PKCE_NEVER);
    const auto desktop = described("desktop");
    CHECK(desktop.descriptor_pkce_mode == TENON_PKCE_REQUIRED);
    CHECK(desktop.descriptor_pkce_encoding == TENON_PKCE_HEX);
    const auto mobile = described("mobile");
    CHECK(mobile.descriptor_pkce_mode == TENON_PKCE_REQUIRED);
    CHECK(mobile.descriptor_pkce_encoding == TENON_PKCE_BASE64URL);
    const auto wrong = described("fridge");
    check_failure(wrong, TENON_ERROR_MISCONFIGURED, "");
    CHECK(has(wrong.details, "app_type"));
}

TEST_CASE("a challenge and a verifier go where TikTok's apps with PKCE want them") {
    const auto asked = authorize(tiktok(), "user.info.basic")
                           .config("app_type", "desktop")
                           .param("code_challenge", "0a1b")
                           .param("code_challenge_method", "S256")
                           .run();
    CHECK(get(asked.authorize.query, "code_challenge") == "0a1b");
    CHECK(get(asked.authorize.query, "code_challenge_method") == "S256");
    const auto out = exchange(tiktok()).secret("code_verifier").reply(200, tokens).run();
    CHECK(get(out.requests.at(0).form, "code_verifier") == "${code_verifier}");
    CHECK_FALSE(
        has(exchange(tiktok()).reply(200, tokens).run().requests.at(0).form, "code_verifier")
    );
}

TEST_CASE("TikTok's code is exchanged in the form, and both lifetimes are taken") {
    const auto out = exchange(tiktok(), "v*x!2").reply(200, tokens).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).url == "https://open.tiktokapis.com/v2/oauth/token/");
    CHECK(out.requests.at(0).flags == (TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY));
    CHECK(get(out.requests.at(0).form, "code") == "v*x!2");
    CHECK(get(out.requests.at(0).headers, "Cache-Control") == "no-cache");
    CHECK(tiktok().descriptor->client_auth == TENON_CLIENT_AUTH_POST);
    const granted& got = out.grants.at(0);
    CHECK(got.access_token == "act.x9");
    CHECK(got.refresh_token == "rft.y8");
    CHECK(got.account_id == "-000sr6ziSORM");
    CHECK(got.scope == "user.info.basic user.info.stats video.list");
    CHECK(got.metadata == R"({"open_id":"-000sr6ziSORM"})");
    CHECK(got.expires_at_ms == drive::now + second + 7200 * second);
    CHECK(got.refresh_expires_at_ms == drive::now + second + 15552000 * second);
}

TEST_CASE("the scopes of TikTok's callback count where its answer names none") {
    const auto out = exchange(tiktok())
                         .param("callback.scopes", "user.info.basic,video.list")
                         .reply(200, R"({"access_token":"act.x9","open_id":"o"})")
                         .run();
    CHECK(out.grants.at(0).scope == "user.info.basic video.list");
    const auto both = exchange(tiktok()).param("callback.scopes", "other").reply(200, tokens).run();
    CHECK(both.grants.at(0).scope == "user.info.basic user.info.stats video.list");
}

TEST_CASE("a TikTok error is an error under status 200 too") {
    for (const std::uint32_t status : {200U, 400U}) {
        check_failure(
            exchange(tiktok()).reply(status, oauth_error("invalid_grant")).run(),
            TENON_ERROR_INVALID_CODE, "invalid_grant"
        );
        check_failure(
            exchange(tiktok()).reply(status, oauth_error("invalid_client")).run(),
            TENON_ERROR_MISCONFIGURED, "invalid_client"
        );
        check_failure(
            exchange(tiktok()).reply(status, oauth_error("access_denied")).run(),
            TENON_ERROR_ACCESS_DENIED, "access_denied"
        );
        check_failure(
            exchange(tiktok()).reply(status, oauth_error("temporarily_unavailable")).run(),
            TENON_ERROR_UNAVAILABLE, "temporarily_unavailable"
        );
        check_failure(
            refresh(tiktok()).reply(status, oauth_error("invalid_grant")).run(),
            TENON_ERROR_REVOKED, "invalid_grant"
        );
        check_failure(
            exchange(tiktok()).reply(status, oauth_error("brand_new")).run(), TENON_ERROR_PROVIDER,
            "brand_new"
        );
    }
    check_common_failures(exchange(tiktok()));
    check_common_failures(refresh(tiktok()));
}

TEST_CASE("TikTok's refresh tokens rotate at once") {
    const auto out = refresh(tiktok()).reply(200, tokens).run();
    REQUIRE(out.done);
    CHECK(get(out.requests.at(0).form, "grant_type") == "refresh_token");
    CHECK(get(out.requests.at(0).form, "refresh_token") == "${refresh_token}");
    CHECK(out.requests.at(0).flags == (TENON_HTTP_CLIENT_AUTH | TENON_HTTP_GRANT_REPLY));
    CHECK(out.grants.at(0).refresh_token == "rft.y8");
    const auto* policy = tiktok().descriptor->refresh;
    REQUIRE(policy != nullptr);
    CHECK(policy->flags == TENON_REFRESH_ROTATES);
    CHECK(policy->reuse_grace_s == 0);
    check_failure(
        drive(tiktok(), TENON_OP_REFRESH).secret("access_token").run(), TENON_ERROR_REVOKED, ""
    );
}

TEST_CASE("TikTok's profile asks only for the fields of granted scopes") {
    const auto fields = [](std::string scope) {
        const auto out = profile(tiktok()).param("scope", std::move(scope)).reply(200, user).run();
        return get(out.requests.at(0).query, "fields");
    };
    CHECK(fields("user.info.basic") == "open_id,union_id,avatar_url,display_name");
    CHECK(
        fields("user.info.basic user.info.stats") ==
        "open_id,union_id,avatar_url,display_name,follower_count,following_count,likes_count,video_"
        "count"
    );
    CHECK(
        fields("user.info.basic user.info.profile") ==
        "open_id,union_id,avatar_url,display_name,username,bio_description,profile_deep_link,is_"
        "verified"
    );
}

TEST_CASE("TikTok's profile is mapped and keeps TikTok's own keys") {
    const auto out =
        profile(tiktok()).param("scope", "user.info.basic,user.info.stats").reply(200, user).run();
    REQUIRE(out.done);
    CHECK(out.requests.at(0).flags == TENON_HTTP_BEARER);
    CHECK(get(out.fields, "account_id") == "-000sr6ziSORM");
    CHECK(get(out.fields, "open_id") == "-000sr6ziSORM");
    CHECK(get(out.fields, "union_id") == "eec4e4e6-9dd5");
    CHECK(get(out.fields, "username") == "nia.cooks");
    CHECK(get(out.fields, "display_name") == "Nia");
    CHECK(get(out.fields, "followers") == "1024");
    CHECK(get(out.fields, "likes_count") == "55012");
    CHECK(get(out.fields, "raw") == user);
    CHECK_FALSE(has(out.fields, "email"));
}

TEST_CASE("TikTok's profile makes do with the basic fields where the scopes are not known") {
    for (const auto* code : {"scope_not_authorized", "scope_permission_missed"}) {
        const auto out = profile(tiktok()).reply(401, api_error(code)).reply(200, user).run();
        REQUIRE(out.done);
        CHECK(
            get(out.requests.at(1).query, "fields") == "open_id,union_id,avatar_url,display_name"
        );
    }
    const auto known =
        profile(tiktok()).param("scope", "x").reply(401, api_error("scope_not_authorized")).run();
    check_failure(known, TENON_ERROR_SCOPE, "scope_not_authorized");
}

TEST_CASE("TikTok's API tells what is wrong by its code, not by its status") {
    const auto refused = [](std::uint32_t status, const char* code) {
        return profile(tiktok())
            .param("scope", "user.info.basic")
            .reply(status, api_error(code))
            .run();
    };
    check_failure(
        refused(401, "access_token_invalid"), TENON_ERROR_TOKEN_REJECTED, "access_token_invalid"
    );
    check_failure(
        refused(200, "access_token_invalid"), TENON_ERROR_TOKEN_REJECTED, "access_token_invalid"
    );
    check_failure(
        refused(401, "scope_permission_missed"), TENON_ERROR_SCOPE, "scope_permission_missed"
    );
    check_failure(
        refused(429, "rate_limit_exceeded"), TENON_ERROR_RATE_LIMITED, "rate_limit_exceeded"
    );
    check_failure(refused(500, "internal_error"), TENON_ERROR_UNAVAILABLE, "internal_error");
    check_failure(refused(400, "invalid_params"), TENON_ERROR_PROVIDER, "invalid_params");
    check_common_failures(profile(tiktok()).param("scope", "user.info.basic"));
}

TEST_CASE("TikTok revokes by the access token, in the form") {
    for (const char* body : {"", "{}"}) {
        const auto out = revoke(tiktok()).reply(200, body).run();
        CHECK(out.done);
        CHECK(out.requests.at(0).url == "https://open.tiktokapis.com/v2/oauth/revoke/");
        CHECK(get(out.requests.at(0).form, "token") == "${access_token}");
        CHECK(out.requests.at(0).flags == TENON_HTTP_CLIENT_AUTH);
    }
    check_failure(
        revoke(tiktok()).reply(200, oauth_error("invalid_client")).run(), TENON_ERROR_MISCONFIGURED,
        "invalid_client"
    );
    check_failure(revoke(tiktok()).reply(503, "").run(), TENON_ERROR_UNAVAILABLE, "");
}
