// Dates of HTTP, and the lifetimes that answers state.
#include "fuzz.hpp"
#include "net/retry.hpp"

#include <tenon/sdk/http_date.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tenon::host;  // NOLINT: a target of that namespace
    const auto input = tenon::fuzz::text_of(data, size);
    const time_point now{std::chrono::seconds(1'800'000'000)};
    if (const auto wait = parse_retry_after(input, now)) {
        tenon::fuzz::must(wait->count() >= 0, "a wait is not negative");
        tenon::fuzz::must(*wait <= std::chrono::hours(24), "a wait has a ceiling");
    }
    (void)parse_http_date(input, now);
    (void)tenon::parse_http_date(input);
    return 0;
}
