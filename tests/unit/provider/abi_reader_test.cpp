#include "provider/abi_reader.hpp"
#include "base/utf8.hpp"
#include "support/catch.hpp"

#include <sys/mman.h>
#include <tenon/request.h>
#include <unistd.h>
#include <array>

using namespace tenon::host;

namespace {

// Memory whose end is the end of the world: the page behind can't be read.
class last_bytes {
  public:
    explicit last_bytes(std::size_t size) {
        const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        pages_ =
            ::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        size_ = 2 * page;
        ::mprotect(static_cast<char*>(pages_) + page, page, PROT_NONE);
        start_ = static_cast<char*>(pages_) + page - size;
    }
    ~last_bytes() { ::munmap(pages_, size_); }
    last_bytes(const last_bytes&) = delete;
    auto operator=(const last_bytes&) -> last_bytes& = delete;
    [[nodiscard]] auto start() const -> char* { return start_; }

  private:
    void* pages_;
    std::size_t size_;
    char* start_;
};

}  // namespace

TEST_CASE("a struct of an older plugin is read as far as it states, and the rest is zero") {
    const std::uint32_t size = 8;
    const last_bytes memory(size);
    const std::array<std::uint32_t, 2> fields{size, TENON_HTTP_BEARER};
    std::memcpy(memory.start(), fields.data(), sizeof fields);
    abi_reader reader;
    const auto read =
        reader.structure(reinterpret_cast<const tenon_http_request*>(memory.start()), "request");
    CHECK(reader.ok());
    CHECK(read.flags == TENON_HTTP_BEARER);
    CHECK(read.url.ptr == nullptr);
    CHECK(read.max_body_bytes == 0);
}

TEST_CASE("a struct of a newer plugin is read as far as this host knows it") {
    struct {
        tenon_http_request known;
        std::array<char, 64> newer;
    } from{};
    from.known.struct_size = sizeof from;
    from.known.timeout_ms = 7;
    from.newer.fill('\xff');
    abi_reader reader;
    CHECK(reader.structure(&from.known, "request").timeout_ms == 7);
    CHECK(reader.ok());
}

TEST_CASE("text is read up to its length and no further, without a terminator") {
    const last_bytes memory(3);
    std::memcpy(memory.start(), "abc", 3);
    abi_reader reader;
    CHECK(reader.text({memory.start(), 3}, "x") == "abc");
    CHECK(reader.text({nullptr, 0}, "x").empty());
    CHECK(reader.ok());
}

TEST_CASE("the first departure is kept, and all that follows reads as empty") {
    abi_reader reader;
    CHECK(reader.text({nullptr, 1}, "first").empty());
    CHECK(reader.text({"b", 1}, "second").empty());
    CHECK(reader.problem().starts_with("first:"));
}

TEST_CASE("only UTF-8 without NUL is text") {
    for (const auto* text :
         {"", "abc", "é", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
        CHECK(is_text(text));
    }
    using namespace std::string_view_literals;
    for (const auto text :
         {"\0"sv, "a\0b"sv, "\x80"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xc3"sv, "\xe0\x80\x80"sv,
          "\xe2\x82"sv, "\xed\xa0\x80"sv, "\xf0\x80\x80\x80"sv, "\xf4\x90\x80\x80"sv,
          "\xf5\x80\x80\x80"sv, "\xff"sv, "\xe2\x28\xa1"sv}) {
        CHECK_FALSE(is_text(text));
    }
}
