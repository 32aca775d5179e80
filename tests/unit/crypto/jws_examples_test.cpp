// The examples that the RFCs print.
#include "crypto/encoding.hpp"
#include "crypto/jwk.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace tenon::host;
using nlohmann::json;

namespace {

auto holds(const json& key, jws_algorithm algorithm, const std::string& token) -> bool {
    const auto keys = keys_for(json{{"keys", {key}}}, algorithm);
    const auto dot = token.rfind('.');
    return keys.size() == 1 && signature_matches(
                                   keys[0], algorithm, token.substr(0, dot),
                                   from_base64url(token.substr(dot + 1)).value()
                               );
}

const std::string joe =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";

}  // namespace

TEST_CASE("the RS256 example of RFC 7515 A.2 holds") {
    const json key = {
        {"kty", "RSA"},
        {"n",
         "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-"
         "4qPCJrcS2mJPMEzP1Pt0Bm4d4Ql"
         "L-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"
         "bSf63kpaSHSXndS5z5rexMdbBYUs"
         "LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-"
         "DWNmoud"
         "F8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},
        {"e", "AQAB"}};
    const auto token = "eyJhbGciOiJSUzI1NiJ9." + joe +
                       ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-"
                       "0Qc_lF5YKt_O8W2Fp5jujGbds9"
                       "uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
                       "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB"
                       "_eSN9383LcOLn6_dO--xi12jzDwusC-"
                       "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rq"
                       "Vt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    CHECK(holds(key, jws_algorithm::rs256, token));
    CHECK_FALSE(holds(key, jws_algorithm::rs384, token));
    CHECK_FALSE(holds(key, jws_algorithm::ps256, token));
}

TEST_CASE("the ES256 example of RFC 7515 A.3 holds") {
    const json key = {
        {"kty", "EC"},
        {"crv", "P-256"},
        {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
        {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}};
    const auto token =
        "eyJhbGciOiJFUzI1NiJ9." + joe +
        ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    CHECK(holds(key, jws_algorithm::es256, token));
    CHECK_FALSE(holds(key, jws_algorithm::es384, token));
}

TEST_CASE("the Ed25519 example of RFC 8037 A.4 holds") {
    const json key = {
        {"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}};
    const std::string token =
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    CHECK(holds(key, jws_algorithm::ed25519, token));
    auto altered = token;
    altered[25] = 'Y';
    CHECK_FALSE(holds(key, jws_algorithm::ed25519, altered));
}
