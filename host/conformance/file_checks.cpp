// Loading: the file, judged without loading it, by the rules that the host judges it by.
#include "conformance/findings.hpp"
#include "conformance/groups.hpp"
#include "conformance/job.hpp"
#include "conformance/sanitized.hpp"
#include "provider/elf_reader.hpp"

namespace tenon::host::conformance {
namespace {

template <file_rule Rule>
void by_rule(const job& about, findings& found) {
    const auto checked = check_plugin_file(about.bytes, Rule);
    if (checked.has_error()) {
        found.fail(checked.error().message);
    }
}

// A file without the form has no rules of its own to break.
template <file_rule Rule>
void by_later_rule(const job& about, findings& found) {
    if (const auto form = check_plugin_file(about.bytes, file_rule::form); form.has_error()) {
        throw blocked("elf-shared-object", form.error().message);
    }
    by_rule<Rule>(about, found);
}

// A sanitizer's runtime is there for the test alone.
void needed(const job& about, findings& found) {
    const auto runtime = preloaded_runtime();
    const auto checked = check_plugin_file(about.bytes, file_rule::needed);
    const bool tolerated = checked.has_error() && !runtime.empty() &&
                           checked.error().message.find("'" + runtime + "'") != std::string::npos;
    if (!tolerated) {
        by_later_rule<file_rule::needed>(about, found);
    }
}

}  // namespace

auto file_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"elf-shared-object", "loading", must, "PLUGIN-ABI rule 12",
         "the file is a whole 64-bit shared object for this machine",
         "the host reads a file before it loads it, and refuses all else",
         "link with -shared, for the machine that the host runs on", by_rule<file_rule::form>},
        {"elf-one-export", "loading", must, "plugin.h: the one exported function",
         "the file exports tenon_plugin_entry_v1 and nothing else",
         "other exports can be taken for another library's, and merge two versions of a plugin",
         "build with tenon_add_plugin, or with its linker version script tenon-plugin.map",
         by_later_rule<file_rule::exports>},
        {"elf-no-unique", "loading", must, "PLUGIN-ABI rule 11",
         "the file has no STB_GNU_UNIQUE symbols",
         "they pin the library in the process for ever, and merge the statics of two versions",
         "compile with -fno-gnu-unique, and hide what libstdc++'s templates make visible",
         by_later_rule<file_rule::unique>},
        {"elf-hardened", "loading", must, "PLUGIN-ABI rule 12",
         "no segment is writable and executable, nor is the stack",
         "whoever finds an overflow in the plugin would run code in the host",
         "link with -z noexecstack, and without -N or -z execstack",
         by_later_rule<file_rule::hardening>},
        {"elf-plain-loading", "loading", must, "PLUGIN-ABI rules 12 and 13",
         "there are no text relocations, no RPATH, no auditor, and the library can be unloaded",
         "such a file changes what the loader does for the whole process",
         "compile with -fPIC; link without -rpath, -z nodelete, --audit and --filter",
         by_later_rule<file_rule::flags>},
        {"elf-needed", "loading", must, "PLUGIN-ABI rule 12",
         "the file needs no library but libc, libm, libstdc++, libgcc_s and the loader",
         "another machine may have another version of the library, or none",
         "link what else is needed in statically", needed}};
}

}  // namespace tenon::host::conformance
