#include "app/key_sources.hpp"
#include "app/parts.hpp"
#include "app/verbs.hpp"
#include "crypto/encoding.hpp"
#include "crypto/random.hpp"
#include "oauth/audit_chain.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace tenon::host {
namespace {

void print(const audit_verdict& verdict) {
    std::cout << verdict.org.text() << "  lines " << verdict.first << " to " << verdict.last
              << (verdict.problems.empty() ? " hold" : " do NOT hold") << ", ending with "
              << to_hex(verdict.hash) << "; " << verdict.unsealed << " not chained yet\n";
    for (const auto& problem : verdict.problems) {
        std::cout << "  " << problem << '\n';
    }
}

auto verify(const settings& values) -> result<void> {
    system_random random;
    auto keys = load_keyring(values, random);
    if (keys.has_error()) {
        return keys.error();
    }
    auto db = open_configured(values, migrations::as_configured);
    if (db.has_error()) {
        return db.error();
    }
    const sealer seal(std::move(*keys), random);
    const auto verdicts = verify_audit(**db, seal);
    if (verdicts.has_error()) {
        return verdicts.error();
    }
    std::size_t broken = 0;
    for (const auto& verdict : *verdicts) {
        print(verdict);
        broken += verdict.problems.empty() ? 0 : 1;
    }
    if (broken > 0) {
        return fail(
            errc::internal,
            "the audit log was changed behind the host's back: compare with a backup"
        );
    }
    return {};
}

}  // namespace

void add_audit_verb(CLI::App& app, chosen_verb& chosen) {
    auto* audit = app.add_subcommand("audit", "the audit log");
    audit->require_subcommand(1);
    audit
        ->add_subcommand(
            "verify",
            "find lines that were changed, dropped or put elsewhere; prints the hash that each "
            "organization's log ends with"
        )
        ->callback([&chosen] { chosen.run = verify; });
}

}  // namespace tenon::host
