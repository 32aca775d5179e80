// Files among the plugins that are none that this host can take: each is told, and the host serves.
#include "integration/harbor.hpp"
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <elf.h>

#include <cstring>
#include <map>

namespace tenon::test {
namespace {

namespace fs = std::filesystem;

// The operator's folder, and what the host has to say of each file in it.
auto fill(const fs::path& folder) -> std::map<std::string, std::string> {
    const auto good = read_file(harbor_build("one"));
    write_file(folder / "harbor.so", good);
    write_file(folder / "second.so", good);
    write_file(folder / "truncated.so", good.substr(0, 3'000));
    auto foreign = good;
    const Elf64_Half arm = EM_ARM;
    std::memcpy(foreign.data() + offsetof(Elf64_Ehdr, e_machine), &arm, sizeof arm);
    write_file(folder / "foreign.so", foreign);
    write_file(folder / "script.so", "#!/bin/sh\n");
    const fs::path refused(TENON_REFUSED_PLUGINS);
    for (const auto* name : {"other_major.so", "no_entry.so"}) {
        fs::copy_file(refused / name, folder / name);
    }
    return {
        {"second.so", "the provider id 'harbor' is already taken by"},
        {"truncated.so", "are cut off or damaged"},
        {"foreign.so", "built for ELF machine 40"},
        {"script.so", "too short for an ELF file"},
        {"other_major.so", "the plugin speaks ABI 2, this host 1"},
        {"no_entry.so", "does not export tenon_plugin_entry_v1"}};
}

// The log's line about that file.
auto line_about(const std::string& log, const std::string& file) -> std::string {
    const auto at = log.find('/' + file + ": ");
    if (at == std::string::npos) {
        return "nothing";
    }
    const auto begin = log.rfind('\n', at) + 1;
    return log.substr(begin, log.find('\n', at) - begin);
}

}  // namespace

TEST_CASE("files that can't be plugins are refused in words, and the host serves on without them") {
    const temp_dir dir;
    const auto expected = fill(dir.path());
    world_options options;
    options.config = "plugins: {require: none}\nplugin_dirs: [\"" + dir.path().string() + "\"]\n";
    world here(options);
    for (const auto& [file, says] : expected) {
        CHECK(here.host().wait_for_log('/' + file + ": "));
        CHECK_THAT(line_about(here.host().log(), file), Catch::Contains(says));
    }
    const auto health = here.api().get("/health").json();
    CHECK(health.at("status") == "degraded");
    CHECK(health.at("checks").at("plugins").at("status") == "degraded");
    const auto listed = here.api().get("/api/integrations/providers").body;
    CHECK_THAT(listed, Catch::Contains("\"harbor\""));  // the first of the two serves
    const auto id = here.connected();
    CHECK(here.api().get(here.token_path(id)).status == 200);
}

}  // namespace tenon::test
