#include "unit/conformance/mutants.hpp"

#include "support/temp_dir.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tenon::test {
namespace {

namespace fs = std::filesystem;

auto read(const fs::path& file) -> std::string {
    std::ifstream from(file, std::ios::binary);
    std::string out{std::istreambuf_iterator<char>(from), {}};
    if (out.empty()) {
        throw std::runtime_error(file.string() + " can't be read");
    }
    return out;
}

// Broken in the file's head: e_machine says another machine.
void break_form(std::string& bytes) {
    bytes.at(18) = 8;
}

void patch(std::string& bytes, const std::string& mutation) {
    constexpr std::string_view mark = "TENON-MUTATION: ";
    const auto at = bytes.find(mark);
    if (at == std::string::npos) {
        throw std::runtime_error("the mutant has no mark to patch");
    }
    bytes.replace(at + mark.size(), mutation.size() + 1, mutation + '\0');
}

}  // namespace

auto all_mutants() -> const std::vector<mutant>& {
    static const std::vector<mutant> out{
        {"elf-shared-object", "head"},
        {"elf-one-export", "none", "exports"},
#ifdef TENON_HAS_UNIQUE
        {"elf-no-unique", "none", "unique"},
#endif
        {"elf-hardened", "none", "execstack"},
        {"elf-plain-loading", "none", "rpath"},
        {"elf-needed", "none", "needs"},
        {"load-now", "none", "undefined"},
        {"load-quiet", ""},
        {"load-quiet", "reads-early"},
        {"load-copies-apart", ""},
        {"entry-plugin", ""},
        {"entry-pure", ""},
        {"provider-functions", ""},
        {"extensions-known", ""},
        {"provider-ids-unique", ""},
        {"operations-declared", ""},
        {"operations-undeclared", ""},
        {"descriptor-readable", ""},
        {"descriptor-identity", ""},
        {"descriptor-identity", "docs-url"},
        {"descriptor-identity", "icon"},
        {"descriptor-flow", ""},
        {"descriptor-forms", ""},
        {"descriptor-forms", "credential-fields"},
        {"descriptor-origins", ""},
        {"configuration-accepted", ""},
        {"quirks-known", ""},
        {"actions-well-formed", ""},
        {"requests-sendable", ""},
        {"nothing-throws", ""},
        {"strings-unterminated", ""},
        {"inputs-borrowed", ""},
        {"newer-host", ""},
        {"older-host", ""},
        {"step-after-end", ""},
        {"reply-not-awaited", ""},
        {"destroy-anywhere", ""},
        {"deterministic", ""},
        {"no-surroundings", ""},
        {"any-thread", ""},
        {"operations-independent", ""},
        {"no-syscalls", ""},
        {"no-syscalls", "yields"},
        {"authorize-request", ""},
        {"authorize-response-type", ""},
        {"authorize-redirect-uri", ""},
        {"authorize-state", ""},
        {"authorize-state", "pushed-state"},
        {"authorize-client-id", ""},
        {"authorize-scope", ""},
        {"authorize-scope", "declares-scope-separator"},
        {"authorize-scope", "declares-no-scope"},
        {"authorize-no-duplicates", ""},
        {"authorize-pkce", ""},
        {"authorize-pkce", "pushed-pkce"},
        {"authorize-nonce", ""},
        {"token-required", ""},
        {"expires-in", ""},
        {"expires-in", "expires-early"},
        {"expiry-past", ""},
        {"narrower-scope", ""},
        {"refresh-token-kept", ""},
        {"revoke-outcomes", ""},
        {"revoke-outcomes", "reads-revocation"},
        {"exchange-request", ""},
        {"exchange-request", "other-grant-type"},
        {"refresh-request", ""},
        {"refresh-request", "refreshes-by-access"},
        {"profile-authenticated", ""},
        {"account-told", ""},
        {"granted-slots", ""},
        {"one-client-auth", ""},
        {"verifier-to-token", ""},
        {"token-request-form", ""},
        {"token-request-form", "declares-json-token-request"},
        {"bearer-in-header", ""},
        {"bearer-in-header", "key-in-query"},
        {"grant-replies-marked", ""},
        {"grant-replies-marked", "renews-by-bearer"},
        {"errors-keep-secrets", ""},
        {"urls-keep-secrets", ""},
        {"secrets-marked", ""},
        {"results-keep-secrets", ""},
        {"references-are-not-data", ""},
        {"references-are-not-data", "connect-in-template"},
        {"references-are-not-data", "callback-in-template"},
        {"token-errors", ""},
        {"token-errors", "invalid-client-401"},
        {"token-errors", "invalid-request-revoked"},
        {"unknown-errors-survive", ""},
        {"hidden-errors", ""},
        {"validate-asks-provider", ""},
        {"validate-wrong-key", ""},
        {"validate-names-fields", ""},
        {"validate-account", ""},
        {"validate-account", "account-by-clock"},
        {"validate-grant", ""},
        {"validate-keeps-key", ""},
        {"recorded-refusals", ""},
        {"recorded-refusals", "hides-error-in-200"},
        {"recorded-refusals", "hides-non-rfc-error"},
        {"recorded-successes", ""},
        {"recorded-requests", ""},
        {"transport-errors", ""},
        {"server-errors", ""},
        {"too-many-requests", ""},
        {"page-under-200", ""},
        {"every-status", ""},
        {"step-budget", ""},
        {"truncated-bodies", ""},
        {"deep-nesting", ""},
        {"wrong-types", ""},
        {"odd-bytes", ""},
        {"large-bodies", ""},
        {"fuzz-answers", ""},
        {"heap-bounds", ""},
        {"nothing-left-behind", ""},
        {"allocation-failures", ""},
        {"unload-unmaps", ""},
        {"reloads-flat", ""},
        {"generations-side-by-side", ""}};
    return out;
}

auto make_mutant(const mutant& one) -> fs::path {
    auto bytes = read(fs::path(TENON_MUTANTS) / (one.file + ".so"));
    const auto mutation = one.mutation.empty() ? one.check : one.mutation;
    if (mutation == "head") {
        break_form(bytes);
    } else {
        patch(bytes, mutation);
    }
    // Of this process: another one may have the same mutant loaded.
    static const temp_dir directory;
    return directory.write(one.check + "-" + mutation + ".so", {bytes.data(), bytes.size()});
}

auto mutant_cassettes() -> fs::path {
    return TENON_MUTANT_CASSETTES;
}

auto examine(const fs::path& plugin, std::vector<std::string> only, const fs::path& cassettes)
    -> host::conformance::report {
    host::conformance::options chosen;
    chosen.plugin = plugin;
    chosen.only = std::move(only);
    chosen.cassettes = cassettes;
    chosen.seed = 2026;
    chosen.quick = true;
    chosen.jobs = 2;
    return host::conformance::run_suite(chosen).value();
}

auto complaints(const host::conformance::report& from) -> std::set<std::string> {
    std::set<std::string> out;
    for (const auto& one : from.results) {
        if (one.is_failure() || one.is_warning()) {
            out.emplace(one.about->id);
        }
    }
    return out;
}

auto details(const host::conformance::report& from) -> std::string {
    std::string out;
    for (const auto& one : from.results) {
        for (const auto& detail : one.details) {
            out += std::string(one.about->id) + " " + std::string(name_of(one.what)) + ": " +
                   detail + "\n";
        }
    }
    return out;
}

}  // namespace tenon::test
