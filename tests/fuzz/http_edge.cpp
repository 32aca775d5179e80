// Headers that say who sends: cookies, and what proxies add. The first line is the cookie, the
// second X-Forwarded-For, the third X-Forwarded-Proto.
#include "api/flow_cookie.hpp"
#include "fuzz.hpp"
#include "http/request.hpp"
#include "http/trusted_proxies.hpp"

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    using namespace tenon::host;  // NOLINT: a target of that namespace
    static const trusted_proxies proxies({"10.0.0.0/8", "fd00::/8", "127.0.0.1"});
    const auto [cookie, rest] = tenon::fuzz::first_line(tenon::fuzz::text_of(data, size));
    const auto [forwarded, scheme] = tenon::fuzz::first_line(rest);
    request from;
    from.headers.add("Cookie", cookie);
    from.headers.add("X-Forwarded-For", forwarded);
    from.headers.add("X-Forwarded-Proto", scheme);
    const auto found = flow_cookie_of("https://tenon.example", from);
    tenon::fuzz::must(cookie.find(found) != cookie.npos, "a cookie is a part of the header");
    const auto stranger = proxies.sender_of("192.0.2.1", false, from.headers);
    tenon::fuzz::must(
        stranger.address == "192.0.2.1" && !stranger.secure, "a stranger's word counts for nothing"
    );
    const auto sender = proxies.sender_of("10.0.0.1", false, from.headers);
    tenon::fuzz::must(!sender.address.empty(), "somebody sent it");
    return 0;
}
