// What was approved of a plugin, and what goes beyond it.
#include "provider/approval.hpp"

#include "support/catch.hpp"

#include <tenon/descriptor.h>

using namespace tenon::host;

namespace {

auto shop() -> descriptor {
    descriptor out;
    out.id = "shop";
    out.origins = {
        {"https://shop.example", TENON_ROLE_AUTHORIZE | TENON_ROLE_TOKEN},
        {"https://{name}.shop.example", TENON_ROLE_API}};
    field_descriptor name;
    name.name = "name";
    name.pattern = "[a-z]+";
    out.connect_fields = {name};
    out.issuer = "https://shop.example";
    out.jwks_url = "https://keys.shop.example/jwks";
    return out;
}

auto problems(const descriptor& about, const trusted_origins& named = {}) -> std::string {
    const auto approved = approval_of(shop());
    std::string out;
    for (const auto& one : beyond_approval(about, &approved, named)) {
        out += one.field + ": " + one.message + "\n";
    }
    return out;
}

}  // namespace

TEST_CASE("what was approved stays so, and less of it too") {
    CHECK(problems(shop()).empty());
    auto less = shop();
    less.origins[0].roles = TENON_ROLE_TOKEN;
    less.origins.pop_back();
    less.issuer.clear();
    CHECK(problems(less).empty());
}

TEST_CASE("a further origin, a further role and another pattern go beyond what was approved") {
    auto more = shop();
    more.origins.push_back({"https://evil.example", TENON_ROLE_TOKEN | TENON_ROLE_API});
    CHECK(problems(more) == "origins: https://evil.example (token, api) was not approved\n");
    auto role = shop();
    role.origins[0].roles |= TENON_ROLE_REVOKE;
    CHECK(problems(role) == "origins: https://shop.example (revoke) was not approved\n");
    auto wider = shop();
    wider.connect_fields[0].pattern = ".*";
    CHECK(problems(wider) == "origins: https://{name}.shop.example (api) was not approved\n");
}

TEST_CASE("addresses that the host asks on a plugin's word are approved, too") {
    auto other = shop();
    other.issuer = "https://evil.example";
    other.jwks_url = "https://evil.example/jwks";
    CHECK(
        problems(other) ==
        "issuer: https://evil.example was not approved\n"
        "jwks_url: https://evil.example/jwks was not approved\n"
    );
    CHECK(problems(other, {"https://evil.example"}).empty());
}

TEST_CASE("what the operator's configuration names needs no other approval") {
    auto more = shop();
    more.origins.push_back({"https://id.acme.example", TENON_ROLE_TOKEN});
    CHECK(problems(more, {"https://id.acme.example"}).empty());
    CHECK_FALSE(problems(more, {"https://acme.example"}).empty());
}

TEST_CASE("a provider that was not there when the plugin was approved has nothing approved") {
    CHECK(beyond_approval(shop(), nullptr, {}).size() == 4);
}

TEST_CASE("roles have names, and secrets that go there") {
    CHECK(
        role_names(TENON_ROLE_TOKEN | TENON_ROLE_API) == std::vector<std::string>{"token", "api"}
    );
    for (const auto* name : {"authorize", "token", "revoke", "api"}) {
        CHECK(role_names(role_named(name)) == std::vector<std::string>{name});
    }
    CHECK(role_named("all") == 0);
    CHECK(secrets_for(TENON_ROLE_AUTHORIZE).empty());
    CHECK(
        secrets_for(TENON_ROLE_API) ==
        std::vector<std::string>{"access tokens", "credentials that users fill in"}
    );
    CHECK(secrets_for(TENON_ROLE_TOKEN).front() == "the client secret");
}
