// Against an OpenID provider that we did not write, found by its issuer's metadata alone: what a
// simulator of ours would share with the host in mistakes shows here.
#include "support/foreign_server.hpp"
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <ctime>

namespace tenon::test {
namespace {

using nlohmann::json;

// A host with the foreign server as the provider `foreign`, beside the simulated one.
class foreign_world {
  public:
    explicit foreign_world(engine stored_in = engine::sqlite, const std::string& auth = "")
        : world_(options(stored_in, auth)) {}

    [[nodiscard]] auto provider() -> foreign_server& { return provider_; }
    [[nodiscard]] auto host() -> host_process& { return world_.host(); }
    [[nodiscard]] auto api() -> http_client { return world_.api(); }

    // Through connect, consent and callback: where the browser ends up.
    auto connect() -> std::string {
        const json body{{"redirectUrl", "http://127.0.0.1:9/after"}};
        const auto begun = api().post("/api/integrations/connect/foreign", body);
        INFO(begun.body);
        REQUIRE(begun.status == 200);
        const auto consented = world_.visit(begun.json().at("authUrl"));
        INFO(consented.body);
        REQUIRE(consented.status == 302);
        const auto done = world_.visit(consented.field("location").value());
        INFO(done.body);
        REQUIRE(done.status == 303);
        return done.field("location").value();
    }
    // connect(), which must work out: the connection's id.
    auto connected() -> std::string {
        const auto location = connect();
        INFO(location << '\n' << host().log());
        REQUIRE(query_parameter(location, "status") == "connected");
        return query_parameter(location, "connectionId").value();
    }
    auto read(const std::string& verb, const std::string& rest) -> http_response {
        return api().get("/api/integrations/" + verb + "/foreign/" + rest);
    }
    auto refresh(const std::string& id) -> http_response {
        return api().post("/api/integrations/refresh/foreign/" + id, json::object());
    }
    auto integrations() -> json {
        return api().get("/api/integrations/status").json().at("integrations");
    }

  private:
    auto options(engine stored_in, const std::string& auth) const -> world_options {
        world_options made;
        made.stored_in = stored_in;
        made.provider_config = "  foreign:\n    plugin: oauth2\n    issuer: " + provider_.url() +
                               "\n    client_id: tenon\n    client_secret: foreign-secret\n"
                               "    scopes: [openid, profile, offline_access]\n";
        if (!auth.empty()) {
            made.provider_config += "    token_auth_method: " + auth + "\n";
        }
        return made;
    }

    foreign_server provider_;
    world world_;
};

void check_asked(foreign_server& provider, const std::string& auth) {
    const auto authorized = provider.requests("/authorize");
    REQUIRE(authorized.size() == 1);
    const auto& asked = authorized[0].at("query");
    CHECK(asked.at("client_id") == "tenon");
    CHECK(asked.at("scope") == "openid profile offline_access");
    CHECK(asked.at("code_challenge_method") == "S256");
    CHECK_FALSE(asked.at("nonce").get<std::string>().empty());

    const auto tokens = provider.requests("/token");
    REQUIRE(tokens.size() == 1);
    const auto& form = tokens[0].at("form");
    CHECK(form.at("grant_type") == "authorization_code");
    CHECK(form.at("redirect_uri") == asked.at("redirect_uri"));
    CHECK(form.contains("code_verifier"));
    CHECK_FALSE(form.contains("client_secret"));
    if (auth.empty()) {  // its metadata offer `none`, and nothing else
        CHECK(form.at("client_id") == "tenon");
        CHECK(tokens[0].at("authorization").get<std::string>().empty());
    } else {
        CHECK(tokens[0].at("authorization") == "Basic dGVub246Zm9yZWlnbi1zZWNyZXQ=");
    }
}

auto id_token(const json& claims) -> json {
    return {{"id_token", {{"claims", claims}}}};
}

auto signed_by(const std::string& who) -> json {
    return {{"id_token", {{"signer", who}}}};
}

// The connect ends in an error, and whatever it had come to is gone: the host seals all that it
// keeps of a flow, and keeps nothing but the head of the audit log's chain.
void check_refused(foreign_world& here) {
    const auto location = here.connect();
    INFO(location);
    CHECK(query_parameter(location, "status") == "error");
    CHECK(query_parameter(location, "error") == "PROVIDER_ERROR");
    CHECK_FALSE(query_parameter(location, "connectionId"));
    CHECK(here.integrations().empty());
    const auto config = here.host().config_file().string();
    CHECK(soon([&] {
        return run_tenon({"audit", "verify", "--config", config}).out.find("; 0 not chained yet") !=
               std::string::npos;
    }));
    const auto keys = run_tenon({"keyring", "list", "--config", config});
    INFO(keys.out << keys.err);
    CHECK(keys.out.find("seals 1 values") != std::string::npos);
}

}  // namespace

TEST_CASE("an account at a server that is not ours is connected, read, refreshed, disconnected") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    const auto auth = GENERATE(as<std::string>{}, "", "client_secret_basic");
    CAPTURE(name_of(stored_in), auth);
    foreign_world here(stored_in, auth);
    const auto id = here.connected();
    check_asked(here.provider(), auth);

    const auto token = here.read("token", "johndoe");
    INFO(token.body);
    REQUIRE(token.status == 200);
    const std::int64_t generation = token.json().at("generation");

    const auto profile = here.read("profile", id);
    INFO(profile.body);
    REQUIRE(profile.status == 200);
    CHECK(profile.json().at("accountId") == "johndoe");

    const auto refreshed = here.refresh(id);
    INFO(refreshed.body);
    CHECK(refreshed.status == 200);
    const auto renewed = here.read("token", id).json();
    CHECK(renewed.at("generation") == generation + 1);
    CHECK(renewed.at("accessToken") != token.json().at("accessToken"));

    const auto mine = here.integrations();
    REQUIRE(mine.size() == 1);
    CHECK(mine[0].at("connectionId") == id);
    CHECK(mine[0].at("providerAccountId") == "johndoe");
    CHECK(mine[0].at("isConnected") == true);

    const auto gone = here.api().del("/api/integrations/disconnect/foreign/" + id);
    INFO(gone.body);
    REQUIRE(gone.status == 200);
    CHECK(gone.json().at("revocations").at(0).at("outcome") == "revoked");
    const auto revoked = here.provider().requests("/revoke");
    REQUIRE(revoked.size() == 2);
    CHECK(revoked[0].at("form").at("token_type_hint") == "refresh_token");
    CHECK(revoked[1].at("form").at("token") == renewed.at("accessToken"));
    CHECK(here.read("token", id).status == 404);
    CHECK(here.integrations().empty());
    CHECK(here.host().stop() == 0);
}

TEST_CASE("an ID token that does not hold is refused, and nothing is stored") {
    foreign_world here;
    const auto long_ago = static_cast<std::int64_t>(std::time(nullptr)) - 600;
    const std::vector<std::pair<json, std::string>> cases{
        {id_token({{"aud", "somebody-else"}}), "`aud` is not our client id"},
        {id_token({{"aud", {"tenon", "somebody-else"}}}), "`azp` is not our client id"},
        {id_token({{"nonce", "another"}}), "`nonce` is not the one that was sent"},
        {id_token({{"nonce", nullptr}}), "`nonce` is not the one that was sent"},
        {id_token({{"exp", long_ago}}), "it has expired"},
        {id_token({{"iss", "http://127.0.0.1:1"}}), "`iss` is not the issuer"},
        {id_token({{"sub", nullptr}}), "it has no `sub`"},
        {signed_by("stranger"), "no fitting key of its `kid`"},
        {signed_by("impostor"), "its signature does not match"},
        {signed_by("nobody"), "its signature algorithm is none of those that are taken"},
    };
    for (const auto& [misbehaviour, problem] : cases) {
        CAPTURE(misbehaviour.dump());
        const auto seen = here.host().log().size();
        here.provider().misbehave(misbehaviour);
        check_refused(here);
        CHECK(here.host().log().find(problem, seen) != std::string::npos);
        CHECK(here.provider().requests("/userinfo").empty());
    }
    here.provider().behave();
    here.connected();
}

TEST_CASE("a refresh with an ID token of another account stores nothing") {
    foreign_world here;
    const auto id = here.connected();
    const auto before = here.read("token", id).json();
    here.provider().misbehave(id_token({{"sub", "janedoe"}}));
    const auto refused = here.refresh(id);
    INFO(refused.body);
    CHECK(refused.status == 502);
    CHECK(refused.json().at("error") == "PROVIDER_ERROR");
    CHECK(here.read("token", id).json() == before);
    CHECK(here.integrations().at(0).at("status") == "connected");
}

TEST_CASE("an ID token that can't be believed does not cost a refresh its tokens") {
    const auto* const signer = GENERATE("stranger", "impostor", "nobody");
    CAPTURE(signer);
    foreign_world here;
    const auto id = here.connected();
    const auto before = here.read("token", id).json();
    here.provider().misbehave(signed_by(signer));
    CHECK(here.refresh(id).status == 200);
    CHECK(here.read("token", id).json().at("accessToken") != before.at("accessToken"));
    here.provider().behave();
    CHECK(here.read("profile", id + "?fresh=true").status == 200);
}

TEST_CASE("userinfo about somebody else than the ID token is refused") {
    foreign_world here;
    const json of_another{{"userinfo", {{"body", {{"sub", "janedoe"}, {"name", "Jane"}}}}}};

    SECTION("at the connect, and nothing is stored") {
        here.provider().misbehave(of_another);
        check_refused(here);
        CHECK(here.provider().requests("/userinfo").size() == 1);
    }
    SECTION("when the profile is asked anew, and the connection stays as it was") {
        const auto id = here.connected();
        const auto before = here.read("profile", id).json();
        here.provider().misbehave(of_another);
        const auto refused = here.read("profile", id + "?fresh=true");
        INFO(refused.body);
        CHECK(refused.status == 502);
        CHECK(refused.json().at("error") == "PROVIDER_ERROR");
        CHECK(here.read("profile", id).json() == before);
        CHECK(here.read("token", id).status == 200);
    }
}

TEST_CASE("a server that fails at a refresh does not cost the connection") {
    // 503 did nothing, and may be asked again; after 500 the refresh token may be used up.
    const auto status = GENERATE(503, 500);
    CAPTURE(status);
    foreign_world here;
    const auto id = here.connected();
    const auto before = here.read("token", id).json();
    here.provider().misbehave({{"refresh", {{"status", status}, {"body", {{"error", "oops"}}}}}});
    const auto failed = here.refresh(id);
    INFO(failed.body);
    CHECK(failed.status == 503);
    CHECK(failed.json().at("error") == "PROVIDER_UNAVAILABLE");
    CHECK(failed.field("retry-after"));
    CHECK(here.provider().requests("/token").size() == 1);
    CHECK(here.integrations().at(0).at("status") == "connected");
    CHECK(here.read("token", id).json() == before);

    here.provider().behave();
    const bool again = status == 503;
    CHECK(here.refresh(id).status == (again ? 200 : 503));
    CHECK(here.provider().requests("/token").size() == (again ? 1 : 0));
    const auto generation = before.at("generation").get<std::int64_t>();
    CHECK(here.read("token", id).json().at("generation") == generation + (again ? 1 : 0));
}

TEST_CASE("a server that calls the grant dead is believed, and the user must reconnect") {
    foreign_world here;
    const auto id = here.connected();
    here.provider().misbehave(
        {{"refresh", {{"status", 400}, {"body", {{"error", "invalid_grant"}}}}}}
    );
    const auto refused = here.refresh(id);
    INFO(refused.body);
    CHECK(refused.status == 409);
    CHECK(refused.json().at("error") == "RECONNECT_REQUIRED");
    CHECK(here.integrations().at(0).at("status") == "expired");
    CHECK(here.integrations().at(0).at("isConnected") == false);
    CHECK(here.read("token", id).json().at("error") == "RECONNECT_REQUIRED");

    here.provider().behave();
    CHECK(here.connected() == id);
    CHECK(here.read("token", id).status == 200);
}

TEST_CASE("a server that fails at the revocation keeps nobody connected") {
    foreign_world here;
    const auto id = here.connected();
    here.provider().misbehave({{"revoke", {{"status", 500}}}});
    const auto gone = here.api().del("/api/integrations/disconnect/foreign/" + id);
    INFO(gone.body);
    CHECK(gone.status == 200);
    CHECK(gone.json().at("revocations").at(0).at("outcome") == "pending");
    CHECK(here.read("token", id).status == 404);
    CHECK(here.integrations().empty());
}

}  // namespace tenon::test
