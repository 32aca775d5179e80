// The ID token that the tests begin with, and what is expected of it.
#pragma once

#include "crypto/jwt.hpp"
#include "signer.hpp"

namespace tenon::test {

constexpr long issued_second = 1'800'000'000;
inline const host::time_point token_now{std::chrono::seconds(issued_second + 60)};

[[nodiscard]] inline auto good_claims() -> nlohmann::json {
    return {{"iss", "https://id.example"}, {"sub", "user-1"},      {"aud", "tenon"},
            {"exp", issued_second + 3600}, {"iat", issued_second}, {"nonce", "n-1"}};
}

[[nodiscard]] inline auto expectation() -> host::id_token_expectation {
    host::id_token_expectation expected;
    expected.issuers = {"https://id.example"};
    expected.client_id = "tenon";
    expected.nonce = "n-1";
    return expected;
}

// One key pair of each kind a test program: making RSA keys is slow.
[[nodiscard]] inline auto rsa_signer() -> const signer& {
    static const signer made = signer::rsa(2048);
    return made;
}
[[nodiscard]] inline auto curve_signer() -> const signer& {
    static const signer made = signer::curve("P-256");
    return made;
}

}  // namespace tenon::test
