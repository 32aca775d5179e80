// Metadata: the entry and the structs that it leads to.
#include "conformance/groups.hpp"
#include "conformance/play.hpp"
#include "conformance/subject.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

namespace tenon::host::conformance {
namespace {

void entry_plugin(const job& about, findings& found) {
    const opened_plugin plugin(about.chosen.plugin);
    abi_reader reader;
    const auto one = reader.structure(plugin.entry()(), "tenon_plugin");
    if (!reader.ok()) {
        found.fail(reader.problem());
        return;
    }
    if (one.magic != TENON_PLUGIN_MAGIC) {
        found.fail("magic is not TENON_PLUGIN_MAGIC");
    }
    if (one.abi_minor > 1000) {
        found.fail("abi_minor is " + std::to_string(one.abi_minor) + ", which is no version");
    }
    if (one.provider_count == 0 || one.provider_count > 1024 || one.providers == nullptr) {
        found.fail(
            "provider_count is " + std::to_string(one.provider_count) + "; expected 1 to 1024"
        );
    }
}

void entry_pure(const job& about, findings& found) {
    const opened_plugin plugin(about.chosen.plugin);
    const auto* const first = plugin.entry()();
    if (first == nullptr || first->struct_size < 8 || first->struct_size > abi_reader::max_struct) {
        throw blocked("entry-plugin", "the entry answers no struct");
    }
    const std::string before(reinterpret_cast<const char*>(first), first->struct_size);
    const auto* const second = plugin.entry()();
    if (second != first) {
        found.fail("a second call answers another address");
    } else if (std::memcmp(first, before.data(), before.size()) != 0) {
        found.fail("a second call changes what the first one answered");
    }
}

void provider_functions(const job& about, findings& found) {
    const opened_plugin plugin(about.chosen.plugin);
    abi_reader reader;
    const auto one = reader.structure(plugin.entry()(), "tenon_plugin");
    if (!reader.ok() || one.providers == nullptr || one.provider_count > 1024) {
        throw blocked("entry-plugin", "the entry answers no list of providers");
    }
    for (std::size_t i = 0; i < one.provider_count; ++i) {
        found.at("provider " + std::to_string(i));
        const auto provider = reader.structure(one.providers[i], "tenon_provider");
        reader.reserved(provider.reserved, "tenon_provider");
        if (!reader.ok()) {
            found.fail(reader.problem());
            return;
        }
        if (provider.op_begin == nullptr || provider.op_step == nullptr ||
            provider.op_destroy == nullptr || provider.get_extension == nullptr) {
            found.fail("op_begin, op_step, op_destroy and get_extension must all be set");
        }
        if (provider.descriptor == nullptr) {
            found.fail("descriptor is null");
        }
    }
}

void extensions_known(const job& about, findings& found) {
    const opened_plugin plugin(about.chosen.plugin);
    for (const auto* provider : plugin.providers()) {
        if (provider->get_extension == nullptr) {
            throw blocked("provider-functions", "get_extension is null");
        }
        constexpr std::string_view unknown = "org.example.no-such-extension/1";
        const running now("get_extension");
        if (provider->get_extension(provider, {unknown.data(), unknown.size()}) != nullptr) {
            found.fail("get_extension answers something for an id that nobody has defined");
        }
    }
}

void provider_ids_unique(const job& about, findings& found) {
    const opened_plugin plugin(about.chosen.plugin);
    std::set<std::string> seen;
    for (const auto* provider : plugin.providers()) {
        const auto one = read_unjudged(provider->descriptor);
        if (one.has_error()) {
            throw blocked("descriptor-readable", one.error().message);
        }
        if (!seen.insert(one->id).second) {
            found.fail("two providers have the id '" + one->id + "'");
        }
    }
}

void operations_declared(const job& about, findings& found) {
    each_sample(about, found, [](const subject& whose, const sample& one, findings& into) {
        const auto run = play(whose, one);
        if (run.done() == nullptr) {
            into.fail("with the answers of '" + one.name + "' it " + run.ending());
        }
    });
}

void operations_undeclared(const job& about, findings& found) {
    each_subject(about, found, [](const subject& whose, findings& into) {
        constexpr std::array<std::uint32_t, 11> kinds{1, 2, 3, 4, 5, 6, 10, 11, 63, 64, 0xFFFFFFFF};
        for (const auto kind : kinds) {
            if (kind < 64 && (whose.about.operations >> kind & 1U) != 0) {
                continue;
            }
            live_op op(whose.raw);
            op_call call;
            call.raw_kind = kind;
            call.config = whose.config;
            const auto status = op.begin(call);
            const auto name = "kind " + std::to_string(kind);
            if (status != TENON_UNSUPPORTED) {
                into.fail(
                    name + ": op_begin answers " + std::to_string(status) + ", not UNSUPPORTED"
                );
            } else if (op.has_op()) {
                into.fail(name + ": UNSUPPORTED, and yet there is an operation");
            }
        }
    });
}

}  // namespace

auto entry_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"entry-plugin", "metadata", must, "plugin.h: tenon_plugin",
         "the entry answers a struct with the magic, its size, a version and providers",
         "the host can tell a plugin from anything else by nothing but this",
         "use TENON_PLUGIN, or fill in every member of tenon_plugin", entry_plugin},
        {"entry-pure", "metadata", must, "plugin.h: pure … the same answer always",
         "the entry answers the same, unchanged, each time",
         "the host keeps what it was told for as long as the library is loaded",
         "return the address of one static struct", entry_pure},
        {"provider-functions", "metadata", must, "plugin.h: tenon_provider",
         "every provider has its four functions and a descriptor",
         "the host calls them without asking", "use TENON_PLUGIN, or set all of them",
         provider_functions},
        {"extensions-known", "metadata", must, "plugin.h: get_extension",
         "get_extension answers null for an id that it does not know",
         "a later host asks for what it knows, and calls what it is given",
         "compare the whole id; answer null for all else", extensions_known},
        {"provider-ids-unique", "metadata", must, "descriptor.h: id",
         "no two providers of the plugin have one id", "the second one could never be reached",
         "give each its own id", provider_ids_unique},
        {"operations-declared", "metadata", must, "descriptor.h: operations",
         "every operation that is declared works, answered as by a provider in good order",
         "the host offers what is declared",
         "declare only what is there; where the provider answers in a shape of its own, give "
         "cassettes",
         operations_declared},
        {"operations-undeclared", "metadata", must, "base.h: TENON_UNSUPPORTED",
         "an operation that is not declared is UNSUPPORTED, whatever its number",
         "newer hosts know kinds that this plugin was never told of",
         "answer UNSUPPORTED by default, and set no operation", operations_undeclared}};
}

}  // namespace tenon::host::conformance
