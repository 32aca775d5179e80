#include "crypto/encoding.hpp"
#include "support/catch.hpp"

#include <utility>
#include <vector>

using namespace tenon::host;

TEST_CASE("the vectors of RFC 4648 hold, padded and not") {
    const std::vector<std::pair<std::string, std::string>> vectors{
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        CAPTURE(bytes);
        CHECK(to_base64(bytes) == text);
        CHECK(from_base64(text) == bytes);
        const auto unpadded = text.substr(0, text.find('='));
        CHECK(to_base64url(bytes) == unpadded);
        CHECK(from_base64url(unpadded) == bytes);
    }
}

TEST_CASE("every byte value survives each text form") {
    std::string all;
    for (int i = 0; i < 256; ++i) {
        all += static_cast<char>(i);
    }
    for (std::size_t size = 0; size <= all.size(); ++size) {
        const auto bytes = all.substr(all.size() - size);
        REQUIRE(from_hex(to_hex(bytes)) == bytes);
        REQUIRE(from_base64(to_base64(bytes)) == bytes);
        REQUIRE(from_base64url(to_base64url(bytes)) == bytes);
    }
}

TEST_CASE("the two alphabets differ where they should") {
    CHECK(to_base64("\xfb\xff\xfe") == "+//+");
    CHECK(to_base64url("\xfb\xff\xfe") == "-__-");
    CHECK_FALSE(from_base64("-__-"));
    CHECK_FALSE(from_base64url("+//+"));
}

TEST_CASE("base64 that is not exactly what an encoder writes is refused") {
    for (const char* const text :
         {"Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zm9v====", "Zm9vYg= =", "Zm9v\n", " Zm9v",
          "Zh==", "Zm9=", "Zm=v", "Z=g="}) {
        CAPTURE(text);
        CHECK_FALSE(from_base64(text));
    }
    for (const char* const text : {"Z", "Zg==", "Zm9vY", "Zh", "Zm9", "Zm 9", "Zm9v\n", "Zm.v"}) {
        CAPTURE(text);
        CHECK_FALSE(from_base64url(text));
    }
    CHECK_FALSE(from_base64url(std::string_view("Zm9\0", 4)));
}

TEST_CASE("hexadecimal takes either case and nothing else") {
    CHECK(to_hex(std::string_view("\x00\x0f\xa0\xff", 4)) == "000fa0ff");
    CHECK(from_hex("DEADbeef") == "\xde\xad\xbe\xef");
    for (const char* const text : {"a", "0g", "0x12", " 12", "12 ", "-1", "1G"}) {
        CAPTURE(text);
        CHECK_FALSE(from_hex(text));
    }
}
