#include "app/key_sources.hpp"
#include "app/parts.hpp"
#include "app/verbs.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "oauth/audit_chain.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>
#include <memory>

namespace tenon::host {
namespace {

void print(const audit_verdict& verdict) {
    std::cout << verdict.org.text() << ':' << verdict.last << ':' << to_hex(verdict.hash)
              << "  lines " << verdict.first << " to " << verdict.last
              << (verdict.problems.empty() ? " hold" : " do NOT hold") << "; " << verdict.unsealed
              << " not chained yet\n";
    for (const auto& problem : verdict.problems) {
        std::cout << "  " << problem << '\n';
    }
}

// `ORGANIZATION:POSITION:HASH`, as it was printed.
auto parse_noted(const std::string& text) -> result<noted_end> {
    const auto first = text.find(':');
    const auto second = text.find(':', first + 1);
    noted_end noted;
    if (second != std::string::npos) {
        const auto hash = from_hex(text.substr(second + 1));
        const auto* const begin = text.data() + first + 1;
        const auto* const end = text.data() + second;
        const auto read = std::from_chars(begin, end, noted.position);
        if (hash && hash->size() == sha256_size && read.ec == std::errc() && read.ptr == end) {
            noted.org = org_id(text.substr(0, first));
            noted.hash = *hash;
            return noted;
        }
    }
    return fail(
        errc::invalid_request,
        "--noted takes ORGANIZATION:POSITION:HASH, as an earlier `tenon audit verify` printed "
        "them; "
        "not `" +
            text + "`"
    );
}

auto verify(const settings& values, const std::vector<std::string>& texts) -> result<void> {
    std::vector<noted_end> noted;
    for (const auto& text : texts) {
        auto one = parse_noted(text);
        if (one.has_error()) {
            return one.error();
        }
        noted.push_back(std::move(*one));
    }
    system_random random;
    auto keys = load_existing_keyring(values, random);
    if (keys.has_error()) {
        return keys.error();
    }
    auto db = open_configured(values, migrations::leave);
    if (db.has_error()) {
        return db.error();
    }
    const sealer seal(std::move(*keys), random);
    const auto verdicts = verify_audit(**db, seal, noted);
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
    auto* verifying = audit->add_subcommand(
        "verify",
        "find lines that were changed, dropped or put elsewhere; prints each organization's end: "
        "note it elsewhere"
    );
    auto noted = std::make_shared<std::vector<std::string>>();
    verifying->add_option(
        "--noted", *noted,
        "ends that were printed before, ORGANIZATION:POSITION:HASH: they must still be there"
    );
    verifying->callback([&chosen, noted] {
        chosen.run = [noted](const settings& values) { return verify(values, *noted); };
    });
}

}  // namespace tenon::host
