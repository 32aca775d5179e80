// Where a callback may send the browser: whatever is allowed begins as the operator wrote it.
#include "base/redirect.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

// A browser takes the text up to the first of these for the authority.
auto is_at(std::string_view url, std::string_view target) -> bool {
    const auto rest = url.substr(target.size());
    return url.starts_with(target) && (rest.empty() || rest.front() == '/' || rest.front() == '?');
}

auto is_on_loopback(std::string_view url) -> bool {
    constexpr std::string_view begin = "http://127.0.0.1";
    if (!url.starts_with(begin)) {
        return false;
    }
    url.remove_prefix(begin.size());
    if (url.starts_with(':')) {
        const auto end = std::min(url.size(), url.find_first_not_of("0123456789", 1));
        url.remove_prefix(end);
    }
    return url.empty() || url.front() == '/' || url.front() == '?';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tenon::host;  // NOLINT: a target of that namespace
    static const std::vector<std::string> targets{
        "http://127.0.0.1:*", "https://app.example/after", "myapp://done"};
    const auto input = tenon::fuzz::text_of(data, size);
    if (redirect_allowed(targets, input)) {
        const auto url = to_lower(input);
        tenon::fuzz::must(
            is_on_loopback(url) || is_at(url, "https://app.example/after") ||
                is_at(url, "https://app.example:443/after") || is_at(url, "myapp://done"),
            "it leads where a target leads"
        );
        tenon::fuzz::must(
            input.find_first_of("\\#@\t\r\n") == input.npos, "nothing in it is read in two ways"
        );
    }
    (void)check_redirect_target(input);
    return 0;
}
