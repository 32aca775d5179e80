// Unload: what is left when a library is closed.
#include "conformance/groups.hpp"
#include "conformance/image_memory.hpp"
#include "conformance/misfortune.hpp"
#include "conformance/process_state.hpp"
#include "provider/elf_reader.hpp"

#include <algorithm>
#include <array>

namespace tenon::host::conformance {
namespace {

// Libraries that say themselves that they stay are another check's business.
void require_unloadable(const job& about) {
    constexpr std::array<std::pair<file_rule, std::string_view>, 2> rules{
        {{file_rule::unique, "elf-no-unique"}, {file_rule::flags, "elf-plain-loading"}}};
    for (const auto& [rule, by] : rules) {
        if (const auto checked = check_plugin_file(about.bytes, rule); checked.has_error()) {
            throw blocked(by, checked.error().message);
        }
    }
}

void use(const opened_plugin& plugin, const job& about) {
    for (const auto& whose : subjects_of(plugin, about)) {
        for (const auto& one : whose.samples) {
            (void)play(whose, one);
        }
    }
}

void unload_unmaps(const job& about, findings& found) {
    require_unloadable(about);
    opened_plugin plugin(about.chosen.plugin);
    use(plugin, about);
    const auto* const entry = reinterpret_cast<const void*>(plugin.entry());
    plugin.close();
    if (memory_of(entry).begin != 0) {
        found.fail("the library stays mapped after it was closed");
    }
}

void reload_once(const job& about) {
    const file_copy copy(about.bytes);
    opened_plugin plugin(copy.path());
    use(plugin, about);
    const auto* const entry = reinterpret_cast<const void*>(plugin.entry());
    plugin.close();
    if (memory_of(entry).begin != 0) {
        throw blocked("unload-unmaps", "the library stays mapped after it was closed");
    }
}

void reloads_flat(const job& about, findings& found) {
    require_unloadable(about);
    for (int i = 0; i < 3; ++i) {
        reload_once(about);
    }
    const auto before = look_at_process();
    const auto rounds = about.rounds(100);
    for (std::size_t i = 0; i < rounds; ++i) {
        reload_once(about);
    }
    const auto after = look_at_process();
    const auto times = std::to_string(rounds) + " reloads";
    if (after.descriptors.size() > before.descriptors.size()) {
        found.fail(times + " leave descriptors open");
    }
    if (after.threads > before.threads) {
        found.fail(times + " leave threads behind");
    }
    if (after.mappings > before.mappings) {
        found.fail(
            times + " leave " + std::to_string(after.mappings - before.mappings) +
            " mappings behind"
        );
    }
}

// One operation in flight in each generation; the older one ends last.
void interleave(
    const subject& old_one, const subject& new_one, std::size_t index, findings& found
) {
    const auto& one = old_one.samples[index];
    const auto alone = everything_told(old_one, one).front();
    performance old_run;
    performance new_run;
    live_op old_op(old_one.raw);
    (void)old_op.begin(call_of(old_one, one));
    live_op new_op(new_one.raw);
    (void)new_op.begin(call_of(new_one, one));
    while (perform(new_one, one.kind, new_op, answers_of(one), new_run)) {}
    while (perform(old_one, one.kind, old_op, answers_of(one), old_run)) {}
    if (told(old_run) != alone || told(new_run) != alone) {
        found.at(old_one.name + " " + std::string(name_of(one.kind)));
        found.fail("beside another generation it ends otherwise than alone");
    }
}

void generations(const job& about, findings& found) {
    const file_copy copy(about.bytes);
    const opened_plugin old_one(about.chosen.plugin);
    const auto old_subjects = subjects_of(old_one, about);
    const opened_plugin new_one(copy.path());
    const auto new_subjects = subjects_of(new_one, about);
    for (std::size_t i = 0; i < old_subjects.size(); ++i) {
        for (std::size_t index = 0; index < old_subjects[i].samples.size(); ++index) {
            interleave(old_subjects[i], new_subjects.at(i), index, found);
        }
    }
}

}  // namespace

auto unload_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"unload-unmaps", "unload", must, "PLUGIN-ABI rule 13",
         "the library is gone from memory when it is closed",
         "each reload would leave a copy in the process",
         "no thread_local with a destructor, no thread, no unique symbol", unload_unmaps},
        {"reloads-flat", "unload", must, "PLUGIN-ABI rule 13",
         "100 reloads leave no descriptor, thread or mapping behind",
         "plugins are reloaded while the host runs for months",
         "free in destructors of globals what was made for good", reloads_flat},
        {"generations-side-by-side", "unload", must, "PLUGIN-ABI rule 12",
         "an old generation ends its operations while a new one works, and the other way round",
         "that is how a reload loses no request", "share nothing with another copy of yourself",
         generations}};
}

}  // namespace tenon::host::conformance
