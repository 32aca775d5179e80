// Refreshes that bring an ID token along.
#include "crypto/jwt.hpp"
#include "unit/oauth/flow_case.hpp"

namespace tenon::test {
namespace {

struct renewing_case : flow_case {
    renewing_case()
        : flow_case(json{{"rotation", true}, {"refresh_id_token", true}}),
          id(connect(ann, "u1")),
          before(grant(id)) {}

    void spoil(const char* fault) {
        REQUIRE(scene.configure(json{{"id_token_fault", fault}}).empty());
    }
    auto id_token_of(const grant_row& row) -> std::string {
        return open(row, sealed_column::grant_id_token, row.id_token.value());
    }

    connection_id id;
    grant_row before;
};

}  // namespace

TEST_CASE("the ID token that comes with a refresh takes the place of the first") {
    renewing_case here;
    here.time.advance(hours(1));
    REQUIRE(here.fly(here.before, refresh_reason::asked).has_value());
    const auto after = here.grant(here.id);
    const auto renewed = here.id_token_of(after);
    CHECK(renewed != here.id_token_of(here.before));
    CHECK(unverified_expiry(renewed) > unverified_expiry(here.id_token_of(here.before)));
}

TEST_CASE("a refresh that is answered with another's ID token stores nothing of it") {
    const auto* const fault = GENERATE("subject", "issuer", "audience");
    CAPTURE(fault);
    renewing_case here;
    here.spoil(fault);
    const auto refused = here.fly(here.before, refresh_reason::asked);
    CHECK(refused.error().code == errc::provider_error);
    const auto after = here.grant(here.id);
    CHECK(after.state == grant_state::live);
    CHECK(after.generation == here.before.generation);
    CHECK(after.access_token == here.before.access_token);
    CHECK(after.refresh_token == here.before.refresh_token);
    CHECK(after.id_token == here.before.id_token);
    CHECK(after.failures == 1);
    CHECK(here.intents(after.id).empty());
    CHECK(here.read(ann, "u1", seconds(0)).has_value());
    // The refresh token may be used up: not again while the access token lives.
    CHECK(after.next_refresh_at == here.before.expires_at);
}

TEST_CASE("an ID token that can't be believed costs a refresh nothing but itself") {
    const auto* const fault =
        GENERATE("signature", "alg_none", "expired", "nonce", "azp", "absent");
    CAPTURE(fault);
    renewing_case here;
    here.spoil(fault);
    const auto renewed = here.fly(here.before, refresh_reason::asked);
    REQUIRE(renewed.has_value());
    const auto after = here.grant(here.id);
    CHECK(after.generation == here.before.generation + 1);
    CHECK(after.refresh_token != here.before.refresh_token);
    CHECK(here.id_token_of(after) == here.id_token_of(here.before));
}

TEST_CASE("keys that can't be fetched cost a refresh nothing but its ID token") {
    renewing_case here;
    here.time.advance(hours(25));
    sim::fault gone;
    gone.path = "/jwks";
    gone.kind = sim::fault_kind::status;
    here.scene.inject(gone);
    REQUIRE(here.fly(here.before, refresh_reason::asked).has_value());
    CHECK(here.id_token_of(here.grant(here.id)) == here.id_token_of(here.before));
    REQUIRE(here.fly(here.grant(here.id), refresh_reason::asked).has_value());
    CHECK(here.id_token_of(here.grant(here.id)) != here.id_token_of(here.before));
}

}  // namespace tenon::test
