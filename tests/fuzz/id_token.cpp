// ID tokens and key sets: the first line is the token, what follows the issuer's keys.
#include "crypto/encoding.hpp"
#include "crypto/jwt.hpp"
#include "fuzz.hpp"

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    using namespace tenon::host;  // NOLINT: a target of that namespace
    using tenon::fuzz::must;
    const auto [token, keys] = tenon::fuzz::first_line(tenon::fuzz::text_of(data, size));
    id_token_expectation expected;
    expected.issuers = {"https://id.example"};
    expected.client_id = "tenon";
    const time_point now{std::chrono::seconds(1'800'000'000)};
    const auto verdict = verify_id_token(token, keys, expected, now);
    must(
        (verdict.outcome == id_token_outcome::accepted) == verdict.problem.empty(),
        "a refusal has a reason"
    );
    (void)unverified_expiry(token);
    (void)unverified_subject(token);
    (void)compare_renewed_id_token(token, keys, expected);
    if (const auto bytes = from_base64url(token)) {
        must(to_base64url(*bytes) == token, "base64url has one text for each value");
    }
    if (const auto bytes = from_base64(token)) {
        must(to_base64(*bytes) == token, "base64 has one text for each value");
    }
    return 0;
}
