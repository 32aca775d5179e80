#include "unit/simulator/client.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

using namespace tenon::sim;

namespace {

const fields asking = {
    {"response_type", "code"},
    {"client_id", "demo-client"},
    {"redirect_uri", here},
    {"scope", "openid profile offline_access"},
    {"state", "s1"},
    {"code_challenge", challenge},
    {"code_challenge_method", "S256"},
    {"nonce", "n1"}};

auto code_of(client& c, const fields& asked = asking) -> std::string {
    return c.redirected(c.get("/authorize", asked)).get("code");
}

auto exchange_form(const std::string& code) -> fields {
    return {
        {"grant_type", "authorization_code"},
        {"code", code},
        {"redirect_uri", here},
        {"code_verifier", verifier}};
}

auto refresh_form(const std::string& token) -> fields {
    return {{"grant_type", "refresh_token"}, {"refresh_token", token}};
}

auto tokens(client& c) -> nlohmann::json {
    const auto answer = c.post("/token", exchange_form(code_of(c)), basic());
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return body(answer);
}

auto error_of(const sim_response& answer) -> std::string {
    return body(answer).value("error", "<none>");
}

auto auto_client(nlohmann::json more = nlohmann::json::object()) -> client {
    more["auto_consent"] = true;
    return client("oidc", more);
}

// Verifies RS256 with what the JWKS says, by OpenSSL itself.
auto verifies(const std::string& jwt, const nlohmann::json& jwks) -> bool {
    const auto decode = [](std::string text) {
        std::ranges::replace(text, '-', '+');
        std::ranges::replace(text, '_', '/');
        text.append((4 - text.size() % 4) % 4, '=');
        return from_base64(text).value();
    };
    const auto n = decode(jwks["keys"][0]["n"]);
    const auto e = decode(jwks["keys"][0]["e"]);
    auto* build = OSSL_PARAM_BLD_new();
    const auto number = [](const std::string& bytes) {
        return BN_bin2bn(
            reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()),
            nullptr
        );
    };
    auto* modulus = number(n);
    auto* exponent = number(e);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent);
    auto* params = OSSL_PARAM_BLD_to_param(build);
    auto* from = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(from);
    EVP_PKEY_fromdata(from, &key, EVP_PKEY_PUBLIC_KEY, params);
    auto* context = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key);
    const auto dot = jwt.rfind('.');
    const auto signature = decode(jwt.substr(dot + 1));
    const bool good = EVP_DigestVerify(
                          context, reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(jwt.data()), dot
                      ) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(from);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(modulus);
    BN_free(exponent);
    return good;
}

}  // namespace

TEST_CASE("oidc: a page asks for consent, and its form decides") {
    client c("oidc");
    const auto page = c.get("/authorize", with(asking, "state", "\"<x>"));
    CHECK(page.status == 200);
    CHECK(page.body.find("Allow") != std::string::npos);
    CHECK(page.body.find("demo data") != std::string::npos);
    CHECK(page.body.find("<x>") == std::string::npos);
    fields form = {{"request", encoded(asking)}, {"account", "u2"}, {"decision", "allow"}};
    auto allowed = c.post("/authorize/decision", form);
    CHECK(allowed.status == 303);
    CHECK(allowed.headers.front().second.find("code=") != std::string::npos);
    form["decision"] = "cancel";
    const auto cancelled = c.post("/authorize/decision", form);
    CHECK(cancelled.headers.front().second.find("error=access_denied") != std::string::npos);
    form["request"] = encoded(with(asking, "redirect_uri", "https://evil.example"));
    CHECK(c.post("/authorize/decision", form).status == 400);
    CHECK(c.get("/authorize", asking, {{"x-simulator-consent", "allow"}}).status == 302);
    CHECK(
        c.redirected(c.get("/authorize", with(asking, "deny", "1"))).get("error") == "access_denied"
    );
}

TEST_CASE("oidc: never a redirect to a place that is not registered") {
    auto c = auto_client();
    CHECK(
        c.get("/authorize", with(asking, "redirect_uri", "http://127.0.0.1:8080/callback/"))
            .status == 400
    );
    CHECK(c.get("/authorize", with(asking, "client_id", "other")).status == 400);
    CHECK(c.send({"GET", "/authorize", encoded(asking) + "&state=s2", {}, {}}).status == 400);
    CHECK(c.post("/authorize", asking).status == 405);
}

TEST_CASE("oidc: wrong authorization requests go back with the error, state and iss") {
    auto c = auto_client();
    const auto error = [&](const std::string& name, const std::string& value) {
        const auto back = c.redirected(c.get("/authorize", with(asking, name, value)));
        CHECK(back.get("state") == "s1");
        CHECK(back.get("iss") == "http://127.0.0.1");
        return back.get("error");
    };
    CHECK(error("response_type", "token") == "unsupported_response_type");
    CHECK(error("response_type", "") == "invalid_request");
    CHECK(error("scope", "openid,profile") == "invalid_scope");
    CHECK(error("code_challenge", "") == "invalid_request");
    CHECK(error("code_challenge", hex_challenge) == "invalid_request");
    CHECK(error("code_challenge_method", "plain") == "invalid_request");
    CHECK(error("code_challenge_method", "") == "invalid_request");
}

TEST_CASE("oidc: the token endpoint takes one registered way of client authentication") {
    auto c = auto_client();
    const auto form = exchange_form(code_of(c));
    auto in_body = with(form, "client_id", "demo-client");
    in_body["client_secret"] = "demo-secret";
    CHECK(c.post("/token", in_body).status == 401);  // registered: basic
    CHECK(error_of(c.post("/token", in_body, basic())) == "invalid_request");
    const auto wrong = c.post("/token", form, basic("ZGVtby1jbGllbnQ6d3Jvbmc="));
    CHECK(wrong.status == 401);
    CHECK(error_of(wrong) == "invalid_client");
    CHECK(c.post("/token", form).status == 401);
    CHECK(c.post("/token", form, basic()).status == 200);
}

TEST_CASE("oidc: the token endpoint is strict about method, type, place and names") {
    auto c = auto_client();
    const auto form = exchange_form(code_of(c));
    CHECK(c.get("/token", form, basic()).status == 405);
    auto headers = basic();
    headers.emplace_back("content-type", "application/json");
    CHECK(error_of(c.send({"POST", "/token", {}, headers, "{}"})) == "invalid_request");
    headers.back().second = "application/x-www-form-urlencoded";
    CHECK(
        error_of(c.send({"POST", "/token", "code=x", headers, encoded(form)})) == "invalid_request"
    );
    CHECK(
        error_of(c.send({"POST", "/token", {}, headers, encoded(form) + "&code=x"})) ==
        "invalid_request"
    );
    CHECK(error_of(c.post("/token", with(form, "grant_type", ""), basic())) == "invalid_request");
    CHECK(
        error_of(c.post("/token", with(form, "grant_type", "password"), basic())) ==
        "unsupported_grant_type"
    );
    CHECK(c.post("/token", form, basic()).status == 200);
}

TEST_CASE("oidc: a code works once, in time, with its redirect URI and verifier") {
    auto c = auto_client();
    const auto refused = [&](const std::string& name, const std::string& value) {
        return error_of(c.post("/token", with(exchange_form(code_of(c)), name, value), basic())) ==
               "invalid_grant";
    };
    CHECK(refused("redirect_uri", "http://127.0.0.1:8080/other"));
    CHECK(refused("redirect_uri", ""));
    CHECK(refused("code_verifier", ""));
    CHECK(refused("code_verifier", "short"));
    CHECK(refused("code_verifier", std::string(43, 'a')));
    CHECK(refused("code", "unknown"));
    const auto late = exchange_form(code_of(c));
    c.now += std::chrono::seconds(600);
    CHECK(error_of(c.post("/token", late, basic())) == "invalid_grant");

    const auto form = exchange_form(code_of(c));
    const auto granted = body(c.post("/token", form, basic()));
    CHECK(error_of(c.post("/token", form, basic())) == "invalid_grant");
    CHECK(c.actor->count().code_reuses == 1);
    // What was issued for it dies with it.
    CHECK(c.get("/userinfo", {}, bearer_of(granted["access_token"])).status == 401);
}

TEST_CASE("oidc: a rotated refresh token kills the family when it is used again") {
    auto c = auto_client();
    const auto first = tokens(c);
    const auto second = body(c.post("/token", refresh_form(first["refresh_token"]), basic()));
    CHECK(second["refresh_token"] != first["refresh_token"]);
    CHECK(
        error_of(c.post("/token", refresh_form(first["refresh_token"]), basic())) == "invalid_grant"
    );
    CHECK(c.actor->count().refresh_reuses == 1);
    CHECK(c.actor->count().families_revoked == 1);
    CHECK(
        error_of(c.post("/token", refresh_form(second["refresh_token"]), basic())) ==
        "invalid_grant"
    );
    CHECK(c.get("/userinfo", {}, bearer_of(second["access_token"])).status == 401);
}

TEST_CASE("oidc: within the grace a rotated refresh token is taken again") {
    auto c = auto_client({{"reuse_grace_s", 30}});
    const auto first = tokens(c);
    CHECK(c.post("/token", refresh_form(first["refresh_token"]), basic()).status == 200);
    c.now += std::chrono::seconds(29);
    CHECK(c.post("/token", refresh_form(first["refresh_token"]), basic()).status == 200);
    CHECK(c.actor->count().refresh_reuses == 0);
    c.now += std::chrono::seconds(2);
    CHECK(c.post("/token", refresh_form(first["refresh_token"]), basic()).status == 400);
}

TEST_CASE("oidc: a refresh never widens the scope, and needs offline_access") {
    auto c = auto_client();
    const auto first = tokens(c);
    auto wider = refresh_form(first["refresh_token"]);
    wider["scope"] = "openid email";
    CHECK(error_of(c.post("/token", wider, basic())) == "invalid_scope");
    const auto online =
        body(c.post("/token", exchange_form(code_of(c, with(asking, "scope", "openid"))), basic()));
    CHECK_FALSE(online.contains("refresh_token"));
    CHECK(
        error_of(c.post("/token", refresh_form(first["access_token"]), basic())) == "invalid_grant"
    );
}

TEST_CASE("oidc: an API takes a live token in the header, and nothing else") {
    auto c = auto_client();
    const std::string token = tokens(c)["access_token"];
    CHECK(body(c.get("/userinfo", {}, bearer_of(token)))["sub"] == "u1");
    CHECK(c.get("/userinfo", {{"access_token", token}}).status == 401);
    CHECK(c.get("/userinfo", {}, bearer_of(token + "x")).status == 401);
    CHECK(c.send({"DELETE", "/userinfo", {}, bearer_of(token), {}}).status == 405);
    c.now += std::chrono::seconds(3600);
    CHECK(c.get("/userinfo", {}, bearer_of(token)).status == 401);
}

TEST_CASE("oidc: revoking the refresh token ends all; an unknown one is as good as revoked") {
    auto c = auto_client();
    const auto granted = tokens(c);
    CHECK(c.post("/revoke", {{"token", granted["refresh_token"]}}).status == 401);
    CHECK(c.post("/revoke", {{"token", "unknown"}}, basic()).status == 200);
    CHECK(error_of(c.post("/revoke", {{"hint", "x"}}, basic())) == "invalid_request");
    CHECK(c.post("/revoke", {{"token", granted["refresh_token"]}}, basic()).status == 200);
    CHECK(c.get("/userinfo", {}, bearer_of(granted["access_token"])).status == 401);
    CHECK(c.actor->count().revokes == 1);
}

TEST_CASE("oidc: ID tokens are signed by the key of the JWKS, unless they are to be spoilt") {
    auto c = auto_client();
    const std::string good = tokens(c)["id_token"];
    const auto jwks = body(c.get("/jwks"));
    CHECK(verifies(good, jwks));
    REQUIRE(apply_settings(c.actor->settings(), {{"id_token_fault", "signature"}}).empty());
    CHECK_FALSE(verifies(tokens(c)["id_token"], jwks));
}

TEST_CASE("settings are all set or none, and wrong ones are named") {
    client c("oidc");
    CHECK(
        apply_settings(c.actor->settings(), {{"rotation", "no"}}) ==
        "setting rotation has the wrong type"
    );
    CHECK(
        apply_settings(
            c.actor->settings(), {{"accounts", 3}, {"rotations", false}}
        ).find("rotations") != std::string::npos
    );
    CHECK(settings_to_json(c.actor->settings())["accounts"] == 100);
    CHECK(make_simulator("nobody") == nullptr);
}
