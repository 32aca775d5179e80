// Checking the chains of the audit log, page by page.
#include "oauth/audit_chain.hpp"
#include "oauth/audit_seal.hpp"
#include "store/database.hpp"

namespace tenon::host {
namespace {

constexpr std::size_t page = 1'000;
constexpr std::size_t most_problems = 100;

void tell(audit_verdict& verdict, std::string problem) {
    if (verdict.problems.size() < most_problems) {
        verdict.problems.push_back(std::move(problem));
    }
}

auto place(std::int64_t position) -> std::string {
    return "line " + std::to_string(position);
}

auto named(const sealed_audit_row& line) -> std::string {
    return place(line.position) + " (" + line.row.id + ")";
}

// One line against the one before it; what is expected next moves on.
void check_line(
    audit_verdict& verdict, const sealed_audit_row& line, std::int64_t& position,
    std::string& previous
) {
    if (line.position != position + 1) {
        const auto gone = line.position - position - 1;
        tell(
            verdict, std::to_string(gone) + (gone == 1 ? " line is" : " lines are") +
                         " missing before " + named(line)
        );
    } else if (line.previous_hash != previous) {
        tell(verdict, named(line) + " does not follow the one before it");
    }
    if (audit_hash(line.row, line.position, line.previous_hash) != line.hash) {
        tell(verdict, named(line) + " is not what was sealed");
    }
    position = line.position;
    previous = line.hash;
}

auto check_chain(database& db, const audit_head& head, audit_verdict& verdict) -> result<void> {
    std::int64_t position = head.pruned;
    std::string previous = head.pruned_hash;
    while (position < head.position) {
        auto lines = db.as_service_now(
            access::read,
            [&](sql_session& session) -> result<std::vector<sealed_audit_row>> {
                return sealed_audit_after(session, head.org, position, page);
            }
        );
        if (lines.has_error()) {
            return lines.error();
        }
        for (const auto& line : *lines) {
            if (line.position <= head.position) {
                check_line(verdict, line, position, previous);
            }
        }
        if (lines->empty() || lines->back().position > head.position) {
            break;
        }
    }
    if (position != head.position) {
        tell(verdict, "the chain ends with " + place(position) + ", not " + place(head.position));
    } else if (previous != head.hash) {
        tell(verdict, place(position) + " is not the one that the chain ended with");
    }
    return {};
}

struct found_heads {
    std::vector<audit_head> heads;
    std::vector<org_id> without;
    std::vector<std::int64_t> unsealed;
};

auto look(sql_session& session) -> result<found_heads> {
    found_heads found;
    found.heads = list_audit_heads(session);
    found.without = orgs_without_audit_head(session);
    for (const auto& head : found.heads) {
        found.unsealed.push_back(count_unsealed(session, head.org));
    }
    return found;
}

}  // namespace

auto verify_audit(database& db, const sealer& seal) -> result<std::vector<audit_verdict>> {
    auto found = db.as_service_now(access::read, look);
    if (found.has_error()) {
        return found.error();
    }
    std::vector<audit_verdict> verdicts;
    for (std::size_t i = 0; i < found->heads.size(); ++i) {
        const auto& head = found->heads[i];
        audit_verdict verdict;
        verdict.org = head.org;
        verdict.first = head.pruned + 1;
        verdict.last = head.position;
        verdict.hash = head.hash;
        verdict.unsealed = found->unsealed[i];
        if (auto sound = check_head(seal, head); sound.has_error()) {
            tell(verdict, sound.error().message);
        }
        if (auto done = check_chain(db, head, verdict); done.has_error()) {
            return done.error();
        }
        verdicts.push_back(std::move(verdict));
    }
    for (const auto& org : found->without) {
        audit_verdict verdict;
        verdict.org = org;
        tell(verdict, "lines are chained, but the head of the chain is missing");
        verdicts.push_back(std::move(verdict));
    }
    return verdicts;
}

}  // namespace tenon::host
