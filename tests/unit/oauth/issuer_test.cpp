#include "oauth/issuer.hpp"

#include "support/catch.hpp"

namespace tenon::host {
namespace {

using names = std::vector<std::string>;

constexpr auto of_tenants = "https://login.microsoftonline.com/{tenantid}/v2.0";
constexpr auto tid = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const std::string of_one = std::string("https://login.microsoftonline.com/") + tid + "/v2.0";

}  // namespace

TEST_CASE("a callback's issuer is the declared one, byte for byte") {
    CHECK(is_issuer("https://id.example", "https://id.example"));
    CHECK_FALSE(is_issuer("https://id.example", "https://id.example/"));
    CHECK_FALSE(is_issuer("https://accounts.google.com", "accounts.google.com"));
}

TEST_CASE("an issuer of each tenant is known by the tenant's id, and by nothing longer") {
    CHECK(is_issuer(of_tenants, of_one));
    for (const std::string wrong :
         {"", "https://login.microsoftonline.com/v2.0", "https://login.microsoftonline.com//v2.0",
          "https://login.microsoftonline.com/{tenantid}/v2.0",
          "https://login.microsoftonline.com/common/v2.0",
          "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/x/v2.0",
          "https://login.microsoftonline.com/72f988bf/86f1-41af-91ab-2d7cd011db47/v2.0",
          "https://other.example/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0"}) {
        INFO(wrong);
        CHECK_FALSE(is_issuer(of_tenants, wrong));
    }
}

TEST_CASE("an ID token's issuer is the declared one, that of its own tenant, or a second name") {
    CHECK(issuers_of("https://id.example", tid) == names{"https://id.example"});
    CHECK(issuers_of(of_tenants, tid) == names{of_one});
    CHECK(issuers_of(of_tenants, "").empty());
    CHECK(issuers_of(of_tenants, "72f988bf/../x1-41af-91ab-2d7cd011db47").empty());
    CHECK(
        issuers_of("https://accounts.google.com", "") ==
        names{"https://accounts.google.com", "accounts.google.com"}
    );
    CHECK(issuers_of("https://www.linkedin.com/oauth", "").size() == 2);
}

}  // namespace tenon::host
