#include "provider/library.hpp"

#include "unit/provider/fixture.hpp"

#include <tenon/plugin.h>

#include <filesystem>
#include <fstream>

using namespace tenon::test;

namespace {

auto open_descriptors() -> std::ptrdiff_t {
    return std::distance(
        std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator{}
    );
}

// Mappings of plugins' copies.
auto plugin_mappings() -> int {
    std::ifstream maps("/proc/self/maps");
    int out = 0;
    for (std::string line; std::getline(maps, line);) {
        out += line.find("memfd:tenon-plugin") != std::string::npos ? 1 : 0;
    }
    return out;
}

}  // namespace

TEST_CASE("a plugin is loaded, says what it serves, and goes without a trace") {
    const auto descriptors = open_descriptors();
    {
        const auto library = plugin_library::load(plugin_file("good/well"));
        REQUIRE(library);
        REQUIRE((*library)->providers().size() == 1);
        CHECK((*library)->providers()[0].about.id == "well");
        CHECK((*library)->digest().size() == 64);
        CHECK(plugin_mappings() > 0);
        CHECK(open_descriptors() == descriptors + 1);
    }
    CHECK(plugin_mappings() == 0);
    CHECK(open_descriptors() == descriptors);
}

TEST_CASE("loaded and unloaded a hundred times, no descriptor and no mapping is left") {
    const auto descriptors = open_descriptors();
    for (int i = 0; i < 100; ++i) {
        REQUIRE(plugin_library::load(plugin_file("good/well")));
    }
    CHECK(open_descriptors() == descriptors);
    CHECK(plugin_mappings() == 0);
}

TEST_CASE("two copies of one file live side by side and share nothing") {
    const auto first = plugin_library::load(plugin_file("good/well"));
    const auto second = plugin_library::load(plugin_file("good/well"));
    REQUIRE(first);
    REQUIRE(second);
    CHECK((*first)->digest() == (*second)->digest());
    const auto* one = (*first)->providers()[0].raw;
    const auto* two = (*second)->providers()[0].raw;
    CHECK(one != two);
    const std::string name = "test.counters";
    CHECK(
        one->get_extension(one, {name.data(), name.size()}) !=
        two->get_extension(two, {name.data(), name.size()})
    );
}

TEST_CASE("a library that stays mapped is counted, and does not become the next plugin") {
    const auto before = pinned_libraries();
    REQUIRE(plugin_library::load(plugin_file("pinned/pinned")));
    CHECK(pinned_libraries() == before + 1);
    const auto next = plugin_library::load(plugin_file("good/well"));
    REQUIRE(next);
    CHECK((*next)->providers()[0].about.id == "well");
}

TEST_CASE("a file that can't be a plugin is refused in words") {
    struct row {
        const char* file;
        const char* says;
    };
    const auto one = GENERATE(
        row{"refused/other_major", "the plugin speaks ABI 2, this host 1"},
        row{"refused/no_entry", "does not export tenon_plugin_entry_v1"},
        row{"refused/extra_export", "'also_visible'"}, row{"refused/wrong_magic", "magic"},
        row{"refused/execstack", "executable stack"}, row{"refused/rpath", "RPATH"},
        row{"refused/nodelete", "nodelete"}, row{"refused/needs_library", "libresolv"},
        row{"refused/undefined_symbol", "nobody_has_this"}, row{"refused/missing", "can't be read"}
    );
    INFO(one.file);
    const auto descriptors = open_descriptors();
    const auto library = plugin_library::load(plugin_file(one.file));
    REQUIRE(library.has_error());
    INFO(library.error().message);
    CHECK(library.error().message.find(one.says) != std::string::npos);
    CHECK(open_descriptors() == descriptors);
}

#if defined(__x86_64__) && !defined(TENON_SANITIZED)
TEST_CASE("a file with text relocations is refused") {
    const auto library = plugin_library::load(plugin_file("refused/text_relocation"));
    REQUIRE(library.has_error());
    CHECK(library.error().message.find("text relocations") != std::string::npos);
}
#endif

#if defined(__GNUC__) && !defined(__clang__)
TEST_CASE("a file with STB_GNU_UNIQUE symbols is refused") {
    const auto library = plugin_library::load(plugin_file("refused/unique"));
    REQUIRE(library.has_error());
    CHECK(library.error().message.find("STB_GNU_UNIQUE") != std::string::npos);
}
#endif
