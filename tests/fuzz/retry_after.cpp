// How long an answer says to wait: Retry-After, the dates in it, and the moments in headers of
// providers' own.
#include "fuzz.hpp"

#include <tenon/sdk/oauth.hpp>

#include <array>
#include <string>

namespace {

constexpr std::int64_t now_s = 1'800'000'000;
constexpr std::int64_t fifty_years_s = 51LL * 366 * 86400;

// The answer whose every header says the same.
auto reply_with(const std::string& text) -> tenon::response {
    const auto item = [&text](std::string_view name) {
        return tenon_kv{tenon::borrow(name), tenon::borrow(text), 0, 0};
    };
    const std::array headers = {item("retry-after"), item("date"), item("x-ratelimit-reset")};
    tenon_http_response borrowed = {};
    borrowed.struct_size = sizeof(borrowed);
    borrowed.status = 429;
    borrowed.transport = TENON_TRANSPORT_OK;
    borrowed.headers = {headers.data(), headers.size()};
    return tenon::response(borrowed, now_s * 1000);
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    using tenon::fuzz::must;
    constexpr std::uint32_t day_ms = 86'400'000;
    const std::string input(tenon::fuzz::text_of(data, size));
    const auto reply = reply_with(input);
    must(tenon::retry_after_ms(reply) <= day_ms, "a wait has a ceiling");
    must(tenon::reset_after_ms(reply, "x-ratelimit-reset") <= day_ms, "so has a reset");
    if (const auto at = tenon::parse_http_date(input, now_s)) {
        const bool two_digits = input.find('-') != input.npos;
        must(!two_digits || *at <= now_s + fifty_years_s, "two digits are not far ahead");
        must(tenon::retry_after_ms(reply) == 0, "a date that is the answer's own is no wait");
    }
    return 0;
}
