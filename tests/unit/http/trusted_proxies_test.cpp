#include "http/trusted_proxies.hpp"

#include "support/catch.hpp"

using tenon::host::header_fields;
using tenon::host::trusted_proxies;

namespace {

auto forwarded(std::initializer_list<const char*> lines, const char* scheme = nullptr)
    -> header_fields {
    header_fields made;
    for (const auto* line : lines) {
        made.add("X-Forwarded-For", line);
    }
    if (scheme != nullptr) {
        made.add("X-Forwarded-Proto", scheme);
    }
    return made;
}

}  // namespace

TEST_CASE("nobody's word counts unless a proxy is trusted") {
    const trusted_proxies none({});
    const auto found = none.sender_of("10.0.0.1", false, forwarded({"1.2.3.4"}, "https"));
    CHECK(found.address == "10.0.0.1");
    CHECK_FALSE(found.secure);
}

TEST_CASE("the client is the rightmost address that isn't a trusted proxy") {
    const trusted_proxies known({"10.0.0.0/8", "fd00::/8", "192.0.2.7"});
    const auto client = [&](const char* peer, const header_fields& fields) {
        return known.sender_of(peer, false, fields).address;
    };
    CHECK(client("10.1.2.3", forwarded({"6.6.6.6, 1.2.3.4"})) == "1.2.3.4");
    CHECK(client("10.1.2.3", forwarded({"6.6.6.6, 1.2.3.4, 10.9.9.9"})) == "1.2.3.4");
    CHECK(client("10.1.2.3", forwarded({"6.6.6.6, 1.2.3.4", "fd00::1, 192.0.2.7"})) == "1.2.3.4");
    CHECK(client("10.1.2.3", forwarded({"rubbish, 10.4.4.4"})) == "10.4.4.4");
    CHECK(client("10.1.2.3", forwarded({})) == "10.1.2.3");
    CHECK(client("192.0.2.8", forwarded({"1.2.3.4"})) == "192.0.2.8");
    CHECK(client("10.1.2.3", forwarded({"2001:db8::1"})) == "2001:db8::1");
}

TEST_CASE("https counts from a trusted proxy only") {
    const trusted_proxies known({"10.0.0.0/8"});
    CHECK(known.sender_of("10.0.0.1", false, forwarded({}, "https")).secure);
    CHECK(known.sender_of("10.0.0.1", false, forwarded({}, "http, https")).secure);
    CHECK_FALSE(known.sender_of("10.0.0.1", false, forwarded({}, "https, http")).secure);
    CHECK_FALSE(known.sender_of("11.0.0.1", false, forwarded({}, "https")).secure);
}

TEST_CASE("prefixes end where they say, and a mapped v4 address is a v4 address") {
    const trusted_proxies known({"10.128.0.0/9", "2001:db8::/33"});
    CHECK(known.trusts("10.128.0.0"));
    CHECK(known.trusts("10.255.255.255"));
    CHECK_FALSE(known.trusts("10.127.255.255"));
    CHECK(known.trusts("::ffff:10.200.0.1"));
    CHECK(known.trusts("2001:db8:7fff::1"));
    CHECK_FALSE(known.trusts("2001:db8:8000::1"));
    CHECK_FALSE(known.trusts("unknown"));
}

TEST_CASE("a prefix that can't be read is refused by name") {
    for (const auto* wrong :
         {"10.0.0.0/33", "10.0.0/8", "proxy", "::/129", "10.0.0.0/", "10.0.0.0/8x"}) {
        INFO(wrong);
        CHECK_THROWS_AS(trusted_proxies({wrong}), std::invalid_argument);
    }
}
