// Ids, secrets, results and codes.
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/nearest.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "support/catch.hpp"

#include <cstring>
#include <set>
#include <sstream>

using namespace tenon::host;

namespace {

class fixed_clock final : public tenon::host::clock {
  public:
    explicit fixed_clock(std::int64_t value) : value_(value) {}
    [[nodiscard]] auto now() const noexcept -> time_point override {
        return time_point{milliseconds(value_)};
    }

  private:
    std::int64_t value_;
};

class fixed_random final : public random_source {
  public:
    explicit fixed_random(unsigned char fill) : fill_(fill) {}
    void fill(std::span<std::byte> bytes) override { std::ranges::fill(bytes, std::byte{fill_}); }

  private:
    unsigned char fill_;
};

template <class T>
concept printable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept comparable = requires(const T& value) { value == value; };

}  // namespace

TEST_CASE("a UUID is of version 7: RFC 9562's example") {
    fixed_random ones(0xff);
    fixed_random zeros(0x00);
    CHECK(make_uuid(fixed_clock(0x017F22E279B0), ones) == "017f22e2-79b0-7fff-bfff-ffffffffffff");
    CHECK(make_uuid(fixed_clock(0x017F22E279B0), zeros) == "017f22e2-79b0-7000-8000-000000000000");
    CHECK(is_uuid(make_uuid(fixed_clock(1'000), ones)));
    for (const auto* none :
         {"", "017f22e2", "017f22e2-79b0-7fff-bfff-fffffffffffg",
          "017f22e279b07fffbfffffffffffffff0000"}) {
        CHECK_FALSE(is_uuid(none));
    }
}

TEST_CASE("later UUIDs sort behind earlier ones") {
    fixed_random ones(0xff);
    fixed_random zeros(0x00);
    CHECK(make_uuid(fixed_clock(1'000), ones) < make_uuid(fixed_clock(1'001), zeros));
    CHECK(make_uuid(fixed_clock(0xff), ones) < make_uuid(fixed_clock(0x100), zeros));
}

TEST_CASE("a secret can't be printed or compared by accident") {
    STATIC_REQUIRE_FALSE(printable<secret>);
    STATIC_REQUIRE_FALSE(comparable<secret>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<secret, std::string>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string, secret>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<org_id, user_id>);
}

TEST_CASE("a secret is equal to itself alone") {
    const secret one("abc");
    CHECK(one.equals(secret("abc")));
    CHECK_FALSE(one.equals(secret("abd")));
    CHECK_FALSE(one.equals(secret("xbc")));
    CHECK_FALSE(one.equals(secret("ab")));
    CHECK_FALSE(one.equals(secret("abcd")));
    CHECK(secret().equals(secret("")));
}

TEST_CASE("a secret that is moved from, cleared or overwritten leaves nothing behind") {
    for (const auto& text : {std::string("short"), std::string(100, 'x')}) {
        secret first(text);
        secret second(std::move(first));
        CHECK(first.empty());  // NOLINT: that it is empty is what is promised
        CHECK(second.reveal() == text);
        secret third("old");
        third = second;
        CHECK(third.reveal() == text);
        CHECK(second.reveal() == text);
        third = std::move(second);
        CHECK(third.reveal() == text);
        CHECK(second.empty());  // NOLINT
        auto& self = third;
        third = self;
        CHECK(third.reveal() == text);
        const char* const memory = third.reveal().data();
        third.clear();
        CHECK(third.empty());
        CHECK(std::memchr(memory, text[0], text.size()) == nullptr);
    }
}

TEST_CASE("bytes that are wiped are zero") {
    std::string bytes = "secret";
    wipe(bytes.data(), 3);
    CHECK(bytes == std::string_view("\0\0\0ret", 6));
}

TEST_CASE("every error has a code of its own, in capitals") {
    std::set<std::string_view> seen;
    for (int value = 0; value <= static_cast<int>(errc::invalid_code); ++value) {
        const auto code = code_of(static_cast<errc>(value));
        CHECK(seen.insert(code).second);
        CHECK(code.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos);
    }
    CHECK(code_of(errc::reconnect_required) == "RECONNECT_REQUIRED");
}

TEST_CASE("asking a failure for its value is a bug, and says which failure") {
    const result<int> failed = fail(errc::not_found, "no such thing");
    CHECK_THROWS_WITH(failed.value(), "NOT_FOUND: no such thing");
    CHECK(result<int>(5).value() == 5);
}

TEST_CASE("the nearest word is found for slips, and none for another word") {
    const std::vector<std::string> keys = {"listen", "log.level", "database", "data_dir", "tls"};
    CHECK(nearest_match("lisen", keys) == "listen");
    CHECK(nearest_match("lsiten", keys) == "listen");
    CHECK(nearest_match("LISTEN", keys) == "listen");
    CHECK(nearest_match("datebase", keys) == "database");
    CHECK(nearest_match("datadir", keys) == "data_dir");
    CHECK(nearest_match("lts", keys) == "tls");
    CHECK(nearest_match("port", keys).empty());
    CHECK(nearest_match("", keys).empty());
    CHECK(nearest_match("x", keys).empty());
    CHECK(nearest_match(std::string(100'000, 'l'), keys).empty());
    CHECK(nearest_match("listen", {}).empty());
}
