#include "provider/elf_reader.hpp"

#include "unit/provider/fixture.hpp"

#include <elf.h>

#include <fstream>
#include <iterator>
#include <random>

using namespace tenon::test;

namespace {

auto bytes_of(const std::string& path) -> std::string {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

auto good() -> const std::string& {
    static const std::string bytes = bytes_of(plugin_file("good/well"));
    return bytes;
}

template <class T>
auto with(std::size_t offset, T value) -> std::string {
    auto bytes = good();
    std::memcpy(bytes.data() + offset, &value, sizeof value);
    return bytes;
}

// Where the bytes end that loading looks at: what lies behind is symbols for debuggers and section
// headers.
auto loaded_size() -> std::size_t {
    Elf64_Ehdr header{};
    std::memcpy(&header, good().data(), sizeof header);
    std::size_t out = 0;
    for (std::size_t i = 0; i < header.e_phnum; ++i) {
        Elf64_Phdr segment{};
        std::memcpy(&segment, good().data() + header.e_phoff + i * sizeof segment, sizeof segment);
        out = std::max<std::size_t>(out, segment.p_offset + segment.p_filesz);
    }
    return out;
}

}  // namespace

TEST_CASE("a plugin built by the rules passes") {
    CHECK(check_plugin_file(good()));
}

TEST_CASE("a file cut off at any 64 bytes is refused") {
    for (std::size_t size = 0; size < loaded_size(); size += 64) {
        INFO("at " << size << " of " << good().size());
        CHECK(check_plugin_file(std::string_view(good()).substr(0, size)).has_error());
    }
}

TEST_CASE(
    "a file for another machine, class or byte order, and what is no shared object, is refused"
) {
    const std::uint16_t arm = 40;
    CHECK(check_plugin_file(with(offsetof(Elf64_Ehdr, e_machine), arm)).has_error());
    CHECK(check_plugin_file(with<char>(EI_CLASS, ELFCLASS32)).has_error());
    CHECK(check_plugin_file(with<char>(EI_DATA, ELFDATA2MSB)).has_error());
    CHECK(check_plugin_file(with<std::uint16_t>(offsetof(Elf64_Ehdr, e_type), ET_EXEC)).has_error()
    );
    CHECK(check_plugin_file(with<std::uint16_t>(offsetof(Elf64_Ehdr, e_type), ET_REL)).has_error());
    CHECK(check_plugin_file("#!/bin/sh\n").has_error());
    CHECK(check_plugin_file(std::string(4096, 'x')).has_error());
    const auto refused = check_plugin_file(with(offsetof(Elf64_Ehdr, e_machine), arm));
    CHECK(refused.error().message.find("machine 40") != std::string::npos);
}

TEST_CASE("an executable is not taken for a plugin") {
    CHECK(check_plugin_file(bytes_of("/proc/self/exe")).has_error());
}

TEST_CASE("whatever bytes are changed, the reader comes back") {
    // The dynamic section, tables and headers lie in the first pages: change there, by a fixed
    // seed.
    std::mt19937 random(20);
    const auto size = loaded_size();
    std::size_t refused = 0;
    for (int round = 0; round < 3000; ++round) {
        auto bytes = good();
        for (int i = 0; i < 4; ++i) {
            const auto at = random() % (round % 2 == 0 ? std::min<std::size_t>(size, 1024) : size);
            bytes[at] = static_cast<char>(random());
        }
        refused += check_plugin_file(bytes).has_error() ? 1U : 0U;
    }
    CHECK(refused > 100);
}
