// Where a callback may send the browser: whatever is allowed is on a host that the operator wrote.
#include "base/redirect.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

// As a browser takes it apart: what stands between the two slashes and the next sign of these.
auto authority_of(std::string_view url) -> std::string_view {
    const auto begin = std::min(url.size(), url.find("://") + 3);
    return url.substr(begin, url.find_first_of("/?#\\", begin) - begin);
}

// The host alone, or with a port: any, none behind the colon, or this one.
auto is_host(std::string_view authority, std::string_view host, std::string_view port) -> bool {
    if (!authority.starts_with(host)) {
        return false;
    }
    auto rest = authority.substr(host.size());
    if (rest.empty() || rest == ":") {
        return true;
    }
    const bool digits = rest.size() > 1 && rest.find_first_not_of("0123456789", 1) == rest.npos;
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of('0', 1)));
    return authority[host.size()] == ':' && digits && (port.empty() || rest == port);
}

auto leads_home(std::string_view url) -> bool {
    const auto authority = authority_of(url);
    return (url.starts_with("http://") && is_host(authority, "127.0.0.1", "")) ||
           (url.starts_with("https://") && is_host(authority, "app.example", "443")) ||
           (url.starts_with("myapp://") && is_host(authority, "done", "none"));
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    using namespace tenon::host;  // NOLINT: a target of that namespace
    static const std::vector<std::string> targets{
        "http://127.0.0.1:*", "https://app.example/after", "myapp://done"};
    const auto input = tenon::fuzz::text_of(data, size);
    if (redirect_allowed(targets, input)) {
        const auto url = to_lower(input);
        tenon::fuzz::must(leads_home(url), "it leads where a target leads");
        tenon::fuzz::must(
            input.find_first_of("\\#\t\r\n ") == input.npos, "nothing in it is read in two ways"
        );
    }
    (void)check_redirect_target(input);
    return 0;
}
