// Loading: what happens in a process that loads the library.
#include "conformance/confined_load.hpp"
#include "conformance/groups.hpp"
#include "conformance/image_memory.hpp"
#include "conformance/play.hpp"
#include "conformance/process_state.hpp"
#include "conformance/sanitized.hpp"
#include "conformance/subject.hpp"
#include "provider/elf_reader.hpp"

#include <algorithm>

namespace tenon::host::conformance {
namespace {

void load_now(const job& about, findings& found) {
    if (const auto form = check_plugin_file(about.bytes, file_rule::form); form.has_error()) {
        throw blocked("elf-shared-object", form.error().message);
    }
    try {
        const opened_plugin plugin(about.chosen.plugin);
    } catch (const blocked& by) {
        if (by.by() != found.check()) {
            throw;
        }
        found.fail(by.what());
    }
}

void load_quiet(const job& about, findings& found) {
    const auto before = look_at_process();
    const opened_plugin plugin(about.chosen.plugin);
    (void)plugin.providers();
    const auto after = look_at_process();
    if (after.threads != before.threads) {
        found.fail("a thread was started as it was loaded");
    }
    for (const auto& one : after.descriptors) {
        if (!before.descriptors.contains(one)) {
            found.fail("a descriptor was opened as it was loaded: " + one);
        }
    }
    if (after.printed != before.printed) {
        found.fail(
            std::to_string(after.printed - before.printed) + " bytes were printed as it was loaded"
        );
    }
    // What left no trace may be forbidden all the same. What a worker would not even begin to load
    // is for the checks of the file.
    if (!found.failed() && !check_plugin_file(about.bytes).has_error() &&
        !is_sanitized(about.bytes)) {
        if (const auto lost = lost_in_a_worker(about.bytes)) {
            found.fail(*lost);
        }
    }
}

void load_copies_apart(const job& about, findings& found) {
    if (const auto unique = check_plugin_file(about.bytes, file_rule::unique); unique.has_error()) {
        throw blocked("elf-no-unique", unique.error().message);
    }
    const file_copy copy(about.bytes);
    const opened_plugin first(about.chosen.plugin);
    const opened_plugin second(copy.path());
    const auto one = memory_of(reinterpret_cast<const void*>(first.entry()));
    const auto other = memory_of(reinterpret_cast<const void*>(second.entry()));
    (void)first.providers();
    (void)second.providers();
    if (one.begin == other.begin) {
        found.fail("a second copy of the file was not loaded beside the first");
        return;
    }
    for (const auto& [reader, target] : {std::pair(&other, &one), std::pair(&one, &other)}) {
        if (points_into(*reader, *target)) {
            found.fail("one copy holds addresses of the other: they share statics");
            return;
        }
    }
}

}  // namespace

auto loading_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"load-now", "loading", must, "PLUGIN-ABI rule 12",
         "the library loads with all its symbols bound at once",
         "bound later, a missing symbol would end the host in the middle of a call",
         "link with -z defs: it names what is missing", load_now},
        {"load-quiet", "loading", must, "plugin.h: [loader] pure: no I/O, no thread",
         "loading starts no thread, opens no file and prints nothing, and a worker bears it",
         "constructors run before anything of the plugin was approved; in a worker, a system call "
         "that is not the loader's is their last",
         "do nothing in constructors of globals, nor in the entry", load_quiet},
        {"load-copies-apart", "loading", must, "PLUGIN-ABI rule 12",
         "two copies that are loaded side by side share nothing",
         "at a reload the old version serves its operations to their end beside the new one",
         "hide all symbols but the entry; keep nothing in the environment or in other libraries",
         load_copies_apart}};
}

}  // namespace tenon::host::conformance
