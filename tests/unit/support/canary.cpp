#include "support/canary.hpp"

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace tenon::test;

namespace {

const std::string known = "k/y?0123+456789";

auto watch_of(const std::string& secret) -> canary_watch {
    canary_watch watch;
    watch.add("the secret", secret);
    return watch;
}

}  // namespace

TEST_CASE("a secret is found in each encoding") {
    const auto watch = watch_of(known);
    // Made by other programs: base64(1), xxd(1) and a URL library; at the three alignments of
    // base64.
    const auto* const hidden = GENERATE(
        "see k/y?0123+456789 there", "6b2f793f303132332b343536373839",
        "6B2F793F303132332B343536373839", "ay95PzAxMjMrNDU2Nzg5",
        "eGsveT8wMTIzKzQ1Njc4OXk=", "eHhrL3k/MDEyMys0NTY3ODl5eQ==", "eHhrL3k_MDEyMys0NTY3ODl5eQ",
        "a=k%2Fy%3F0123%2B456789&b", "%6b%2f%79%3f%30%31%32%33%2b%34%35%36%37%38%39"
    );
    CAPTURE(hidden);
    CHECK_FALSE(watch.search(hidden, "a text").empty());
}

TEST_CASE("another text of the same kind is no find") {
    CHECK(watch_of(make_canary("token")).search(make_canary("token") + known, "a text").empty());
}

TEST_CASE("a find names the secret, its encoding and the place, and never the secret itself") {
    const auto text = describe(watch_of(known).search("x=" + known, "a text"));
    CHECK(text == "the secret (plain) in a text at byte 2\n");
}

TEST_CASE("a directory is searched to its leaves, but for the excepted files") {
    const temp_dir dir;
    static_cast<void>(dir.write("a/b/data.bin", std::string("\0\xff", 2) + known));
    static_cast<void>(dir.write("a/config.yaml", known));
    const auto watch = watch_of(known);
    CHECK(watch.search_tree(dir.path()).size() == 2);
    CHECK(watch.search_tree(dir.path(), {"config.yaml", "data.bin"}).empty());
    CHECK(watch.search_tree(dir.path(), {"config.yaml"}).size() == 1);
}

TEST_CASE("a secret too short to be told from chance is refused") {
    canary_watch watch;
    CHECK_THROWS_AS(watch.add("short", "12345"), std::invalid_argument);
}
