// Checking the chains of the audit log, page by page.
#include "oauth/audit_chain.hpp"
#include "oauth/audit_seal.hpp"
#include "store/database.hpp"

#include <algorithm>

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

// The hash that a line has now; empty: it is not there.
auto hash_at(database& db, const org_id& org, std::int64_t position) -> result<std::string> {
    return db.as_service_now(access::read, [&](sql_session& session) -> result<std::string> {
        const auto lines = sealed_audit_after(session, org, position - 1, 1);
        const bool there = !lines.empty() && lines.front().position == position;
        return there ? lines.front().hash : std::string();
    });
}

auto check_noted(
    database& db, const audit_head& head, const std::vector<noted_end>& noted,
    audit_verdict& verdict
) -> result<void> {
    for (const auto& one : noted) {
        if (one.org != head.org || one.position <= head.pruned) {
            continue;
        }
        const auto now = hash_at(db, head.org, one.position);
        if (now.has_error()) {
            return now.error();
        }
        if (*now != one.hash) {
            tell(verdict, place(one.position) + " is not the one that was noted");
        }
    }
    return {};
}

// What stands beside the chain as it is by now.
auto check_outside(database& db, const audit_head& head, audit_verdict& verdict) -> result<void> {
    const auto count =
        db.as_service_now(access::read, [&](sql_session& session) -> result<std::int64_t> {
            verdict.unsealed = count_unsealed(session, head.org);
            const auto now = find_audit_head(session, head.org);
            return now ? count_outside(session, *now) : 0;
        });
    if (count.has_error()) {
        return count.error();
    }
    if (*count > 0) {
        tell(verdict, std::to_string(*count) + " lines stand outside the chain");
    }
    return {};
}

// With one look at the head.
auto judge_once(
    database& db, const sealer& seal, const audit_head& head, const std::vector<noted_end>& noted
) -> result<audit_verdict> {
    audit_verdict verdict;
    verdict.org = head.org;
    verdict.first = head.pruned + 1;
    verdict.last = head.position;
    verdict.hash = head.hash;
    if (auto sound = check_head(seal, head); sound.has_error()) {
        tell(verdict, sound.error().message);
    }
    if (auto done = check_chain(db, head, verdict); done.has_error()) {
        return done.error();
    }
    if (auto done = check_noted(db, head, noted, verdict); done.has_error()) {
        return done.error();
    }
    if (auto done = check_outside(db, head, verdict); done.has_error()) {
        return done.error();
    }
    return verdict;
}

// Where lines were let go of meanwhile, anew.
auto judge(database& db, const sealer& seal, audit_head head, const std::vector<noted_end>& noted)
    -> result<audit_verdict> {
    for (;;) {
        auto verdict = judge_once(db, seal, head, noted);
        if (verdict.has_error() || verdict->problems.empty()) {
            return verdict;
        }
        auto now = db.as_service_now(
            access::read,
            [&](sql_session& session) -> result<std::optional<audit_head>> {
                return find_audit_head(session, head.org);
            }
        );
        if (now.has_error()) {
            return now.error();
        }
        if (!now->has_value() || (*now)->pruned == head.pruned) {
            return verdict;
        }
        head = std::move(**now);
    }
}

auto lost(const org_id& org, std::string problem) -> audit_verdict {
    audit_verdict verdict;
    verdict.org = org;
    tell(verdict, std::move(problem));
    return verdict;
}

}  // namespace

auto verify_audit(database& db, const sealer& seal, const std::vector<noted_end>& noted)
    -> result<std::vector<audit_verdict>> {
    std::vector<org_id> without;
    auto heads = db.as_service_now(
        access::read,
        [&](sql_session& session) -> result<std::vector<audit_head>> {
            without = orgs_without_audit_head(session);
            return list_audit_heads(session);
        }
    );
    if (heads.has_error()) {
        return heads.error();
    }
    std::vector<audit_verdict> verdicts;
    for (auto& head : *heads) {
        auto verdict = judge(db, seal, std::move(head), noted);
        if (verdict.has_error()) {
            return verdict.error();
        }
        verdicts.push_back(std::move(*verdict));
    }
    for (const auto& org : without) {
        verdicts.push_back(lost(org, "lines are chained, but the head of the chain is missing"));
    }
    for (const auto& one : noted) {
        if (std::ranges::find(verdicts, one.org, &audit_verdict::org) == verdicts.end()) {
            verdicts.push_back(lost(one.org, "there is no chain, and one was noted"));
        }
    }
    return verdicts;
}

}  // namespace tenon::host
