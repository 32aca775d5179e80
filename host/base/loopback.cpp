#include "base/loopback.hpp"

#include "base/strict_url.hpp"

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>

#include <algorithm>

namespace tenon::host {
namespace {

namespace urls = boost::urls;

auto equal_without_case(std::string_view left, std::string_view right) -> bool {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(left, right, {}, lower, lower);
}

}  // namespace

auto is_loopback_host(std::string_view host) -> bool {
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    if (const auto v4 = urls::parse_ipv4_address({host.data(), host.size()})) {
        return v4->is_loopback();
    }
    if (const auto v6 = urls::parse_ipv6_address({host.data(), host.size()})) {
        return v6->is_loopback();
    }
    return equal_without_case(host, "localhost");
}

auto is_https_or_loopback(std::string_view url) -> bool {
    const auto parsed = parse_strictly(url);
    if (!parsed) {
        return false;
    }
    const std::string_view host(parsed->encoded_host().data(), parsed->encoded_host().size());
    return parsed->scheme_id() == urls::scheme::https ||
           (parsed->scheme_id() == urls::scheme::http && is_loopback_host(host));
}

}  // namespace tenon::host
