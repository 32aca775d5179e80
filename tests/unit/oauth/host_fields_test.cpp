#include "oauth/host_fields.hpp"

#include "support/catch.hpp"

namespace tenon::host {

TEST_CASE("connect fields are found that are part of the names of hosts with some role") {
    constexpr origin_roles consent = 1;
    constexpr origin_roles tokens = 2;
    constexpr origin_roles calls = 4;
    descriptor about;
    for (const auto* name : {"shop", "locale", "region"}) {
        about.connect_fields.emplace_back().name = name;
    }
    about.origins = {
        {"https://{shop}.acme.example", consent | tokens}, {"https://{region}.api.example", calls}};
    using names = std::vector<std::string>;
    CHECK(host_fields(about, tokens) == names{"shop"});
    CHECK(host_fields(about, calls) == names{"region"});
    CHECK(host_fields(about, tokens | calls) == names{"shop", "region"});
    CHECK(host_fields(about, 8).empty());
}

}  // namespace tenon::host
