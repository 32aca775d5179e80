#include "provider/egress.hpp"
#include "support/catch.hpp"
#include "unit/provider/show.hpp"

#include <tenon/descriptor.h>

using namespace tenon::host;

namespace {

auto shop_provider() -> descriptor {
    descriptor out;
    out.origins = {
        {"https://login.example.test", TENON_ROLE_AUTHORIZE},
        {"https://api.example.test", TENON_ROLE_API},
        {"https://api.example.test", TENON_ROLE_REVOKE},
        {"https://{shop}.shops.test:8443", TENON_ROLE_TOKEN},
        {"https://{a}-x.{b}.pair.test", TENON_ROLE_API},
        {"https://login.shops.test:8443", TENON_ROLE_AUTHORIZE},
    };
    field_descriptor shop;
    shop.name = "shop";
    shop.pattern = "[A-Za-z0-9.-]+";
    field_descriptor a = shop;
    a.name = "a";
    a.pattern = "[a-z]+";
    field_descriptor b;
    b.name = "b";
    b.type = field_type::choice;
    b.choices = {"eu", "us"};
    out.connect_fields = {shop, a, b};
    return out;
}

auto policy(const std::map<std::string, std::string>& mapping = {}) -> egress_policy {
    return egress_policy::make(shop_provider(), mapping).value();
}

}  // namespace

TEST_CASE("a declared origin is admitted with all the roles it is declared with") {
    const auto found = policy().admit("https://API.example.test/me?x=1", {});
    REQUIRE(found);
    CHECK(found->roles == (TENON_ROLE_API | TENON_ROLE_REVOKE));
    CHECK(found->address == "https://api.example.test/me?x=1");
    CHECK(found->addresses == address_policy::any);
}

TEST_CASE("an origin that is declared as it stands has none of a template's roles") {
    const auto found = policy().admit("https://login.shops.test:8443/", {});
    REQUIRE(found);
    CHECK(found->roles == TENON_ROLE_AUTHORIZE);
    CHECK(found->addresses == address_policy::any);
    const auto filled = policy().admit("https://{shop}.shops.test:8443/", {{"shop", "Login"}});
    REQUIRE(filled);
    CHECK(filled->roles == TENON_ROLE_AUTHORIZE);
}

TEST_CASE("what is not declared is denied") {
    const auto* url = GENERATE(
        "http://api.example.test/me", "https://api.example.test:8443/me",
        "https://api.example.test.evil.test/", "https://evil.test/api.example.test",
        "https://xapi.example.test/", "https://example.test/", "https://user@api.example.test/",
        "https://shops.test:8443/", "https://a.shops.test/", "not a url"
    );
    INFO(url);
    const auto found = policy().admit(url, {{"shop", "a"}});
    REQUIRE(found.has_error());
    CHECK(found.error().kind == refusal_kind::denied);
}

TEST_CASE(
    "a template's own text is filled from the connect parameters, and its address must be public"
) {
    const auto found = policy().admit("https://{shop}.shops.test:8443/token", {{"shop", "Blue"}});
    REQUIRE(found);
    CHECK(found->url == "https://blue.shops.test:8443/token");
    CHECK(found->roles == TENON_ROLE_TOKEN);
    CHECK(found->addresses == address_policy::public_only);
}

TEST_CASE("a template is not filled with what would change the address") {
    const auto* value = GENERATE(
        "", "a/b", "a:1", "evil.test/", "a@b", "a..b", ".a", "a.", "a b", "a%2fb", "\xc3\xa4"
    );
    INFO(value);
    CHECK(policy().admit("https://{shop}.shops.test:8443/", {{"shop", value}}).has_error());
}

TEST_CASE("a missing connect parameter is named") {
    const auto found = policy().admit("https://{shop}.shops.test:8443/", {});
    REQUIRE(found.has_error());
    CHECK(found.error().message.find("'shop'") != std::string::npos);
}

TEST_CASE("a name that a reply brought is checked against the template") {
    CHECK(
        policy().admit("https://green.shops.test:8443/x", {})->addresses ==
        address_policy::public_only
    );
    CHECK(policy().admit("https://green.shops.test:8443/x", {{"shop", "green"}}).has_value());
    CHECK(policy().admit("https://green.shops.test:8443/x", {{"shop", "GREEN"}}).has_value());
    CHECK(policy().admit("https://green.shops.test:8443/x", {{"shop", "blue"}}).has_error());
    CHECK(policy().admit("https://one-x.eu.pair.test/", {}).has_value());
    CHECK(policy().admit("https://one-x.de.pair.test/", {}).has_error());
    CHECK(policy().admit("https://o1e-x.eu.pair.test/", {}).has_error());
    CHECK(policy().admit("https://-x.eu.pair.test/", {}).has_error());
}

TEST_CASE("the operator's mapping is applied behind the check, not before it") {
    const auto mapped = policy(
        {{"https://api.example.test", "http://127.0.0.1:9001"},
         {"https://{shop}.shops.test:8443", "http://localhost:9002"}}
    );
    const auto api = mapped.admit("https://api.example.test/me", {});
    REQUIRE(api);
    CHECK(api->address == "http://127.0.0.1:9001/me");
    CHECK(api->url == "https://api.example.test/me");
    const auto shop = mapped.admit("https://{shop}.shops.test:8443/t", {{"shop", "blue"}});
    REQUIRE(shop);
    CHECK(shop->address == "http://localhost:9002/t");
    CHECK(shop->addresses == address_policy::any);
    CHECK(mapped.admit("http://127.0.0.1:9001/me", {}).has_error());
    CHECK(mapped.mapped("https://api.example.test/jwks?x") == "http://127.0.0.1:9001/jwks?x");
    CHECK(mapped.mapped("https://other.test/") == "https://other.test/");
}

TEST_CASE("a mapping that is no pair of origins is refused by name") {
    const auto pair = GENERATE(
        std::pair{"https://api.example.test/path", "http://127.0.0.1:1"},
        std::pair{"api.example.test", "http://127.0.0.1:1"},
        std::pair{"https://api.example.test", "http://10.0.0.1:1"},
        std::pair{"https://api.example.test", "http://example.test"},
        std::pair{"https://api.example.test", "https://other.test/path"}
    );
    const auto made = egress_policy::make(shop_provider(), {{pair.first, pair.second}});
    REQUIRE(made.has_error());
    CHECK(made.error().details.at(0).field == "origins");
}
