// Metadata: what descriptors say, judged as the host judges them.
#include "conformance/descriptor_fields.hpp"
#include "conformance/groups.hpp"
#include "conformance/play.hpp"
#include "conformance/subject.hpp"
#include "provider/descriptor_check.hpp"

#include <algorithm>
#include <array>

namespace tenon::host::conformance {
namespace {

// The descriptors as they are stated, before any configuration.
auto stated(const job& about) -> std::vector<descriptor> {
    const opened_plugin plugin(about.chosen.plugin);
    std::vector<descriptor> out;
    for (const auto* provider : plugin.providers()) {
        auto one = read_unjudged(provider->descriptor);
        if (one.has_error()) {
            throw blocked("descriptor-readable", one.error().message);
        }
        out.push_back(std::move(*one));
    }
    return out;
}

void descriptor_readable(const job& about, findings&) {
    (void)stated(about);
}

// What the host finds wrong with the fields that this check answers for.
void judge(const job& about, findings& found) {
    for (const auto& one : stated(about)) {
        found.at(one.id);
        for (const auto& [field, message] : check_descriptor(one, {})) {
            if (check_of_field(field) == found.check()) {
                found.fail(field + ": " + message);
            }
        }
    }
}

void configuration_accepted(const job& about, findings& found) {
    each_subject(about, found, [](const subject& whose, findings& into) {
        const auto& about_it = whose.about;
        if (about_it.supports(operation_kind::authorize) && about_it.origins.empty()) {
            into.fail("in this configuration it has no origins");
        }
    });
}

void quirks_known(const job& about, findings& found) {
    for (const auto& one : stated(about)) {
        found.at(one.id);
        for (const auto& id : one.quirks) {
            if (std::ranges::find(all_quirks(), id, &quirk::id) == all_quirks().end()) {
                found.fail("the quirk '" + id + "' is none that this suite knows");
            }
            if (std::ranges::count(one.quirks, id) > 1) {
                found.fail("the quirk '" + id + "' is there twice");
            }
        }
    }
}

}  // namespace

auto check_of_field(std::string_view field) -> std::string_view {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 10> by_beginning{
        {{"auth_kinds", "descriptor-flow"},
         {"operations", "descriptor-flow"},
         {"host_calls", "descriptor-flow"},
         {"config_fields", "descriptor-forms"},
         {"connect_fields", "descriptor-forms"},
         {"credential_fields", "descriptor-forms"},
         {"slots", "descriptor-forms"},
         {"origins", "descriptor-origins"},
         {"issuer", "descriptor-origins"},
         {"jwks_url", "descriptor-origins"}}};
    const auto* const found = std::ranges::find_if(by_beginning, [field](const auto& one) {
        return field.starts_with(one.first);
    });
    return found == by_beginning.end() ? "descriptor-identity" : found->second;
}

auto descriptor_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"descriptor-readable", "metadata", must, "descriptor.h",
         "every descriptor can be read: sizes, lists, texts, flags and enums are known ones",
         "the host copies it before it judges it; what it can't read it refuses whole",
         "set struct_size of each struct; leave reserved fields 0; texts are UTF-8 without NUL",
         descriptor_readable},
        {"descriptor-identity", "metadata", must,
         "descriptor.h: id, display_name, version, icon, docs_url",
         "id, display name and version are there, the id can be a key and part of a URL, and what "
         "is shown beside them can be shown",
         "the id names the provider in the configuration, the API and the database",
         "an id matches [a-z0-9][a-z0-9_-]{0,63}; docs_url is an https URL, icon one or "
         "the data: URI of an image, or they are empty",
         judge},
        {"descriptor-flow", "metadata", must, "descriptor.h: auth_kinds, operations, host_calls",
         "there is a kind of consent, with the operations that it needs",
         "nobody could connect an account otherwise",
         "a code flow needs AUTHORIZE and EXCHANGE; name only host calls that operation.h lists",
         judge},
        {"descriptor-forms", "metadata", must, "descriptor.h: tenon_field, tenon_slot",
         "forms and slots have names that are there once, and patterns that compile",
         "forms are drawn from them, and values are checked by them",
         "patterns are ECMAScript; no connect field is a secret; the names of credential fields "
         "match [a-z0-9_]+",
         judge},
        {"descriptor-origins", "metadata", must, "descriptor.h: tenon_origin",
         "every origin is https://host[:port], a full name without wildcard and no address",
         "secrets go to origins, and to nothing else",
         "list each origin by its name with its roles; {name} stands for a connect field with a "
         "pattern",
         judge},
        {"configuration-accepted", "metadata", must, "operation.h: TENON_OP_DESCRIBE",
         "the configuration that is given is accepted, and has origins",
         "a provider that refuses its configuration is never enabled",
         "give what it needs by --config or in cassettes; name each wrong key in error.details",
         configuration_accepted},
        {"quirks-known", "metadata", severity::should, "descriptor.h: quirks",
         "declared quirks are known ones, each once",
         "a quirk relaxes the check that it names; one without a check relaxes nothing",
         "take the ids from the suite's list of quirks", quirks_known}};
}

}  // namespace tenon::host::conformance
