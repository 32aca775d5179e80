#include "oauth/audit_chain.hpp"

#include "base/log.hpp"
#include "crypto/hash.hpp"
#include "oauth/audit_seal.hpp"
#include "oauth/sealing.hpp"
#include "store/database.hpp"
#include "store/leases.hpp"

namespace tenon::host {
namespace {

constexpr std::size_t batch = 500;
constexpr milliseconds lease{30'000};
const std::string lease_name = "audit";

void add_part(std::string& text, std::string_view part) {
    text += std::to_string(part.size()) + ':';
    text += part;
}

void add_part(std::string& text, std::int64_t number) {
    add_part(text, std::to_string(number));
}

// Nothing and the empty text are told apart.
void add_optional(std::string& text, const std::string* part) {
    if (part == nullptr) {
        text += "-:";
    } else {
        add_part(text, *part);
    }
}

// What the head's seal covers.
auto plain(const audit_head& head) -> std::string {
    std::string text;
    add_part(text, head.position);
    add_part(text, head.hash);
    add_part(text, head.pruned);
    add_part(text, head.pruned_hash);
    return text;
}

// A chain that was never begun has no head.
auto head_of(sql_session& session, const sealer& seal, const org_id& org) -> result<audit_head> {
    if (auto stored = find_audit_head(session, org)) {
        if (auto same = check_head(seal, *stored); same.has_error()) {
            return same.error();
        }
        return std::move(*stored);
    }
    if (!sealed_audit_after(session, org, 0, 1).empty()) {
        return fail(errc::internal, "lines are chained, but the head of the chain is missing");
    }
    audit_head none;
    none.org = org;
    return none;
}

// In one transaction of the lease's owner. How many lines it chained.
auto chain(sql_session& session, const sealer& seal, const org_id& org) -> result<std::size_t> {
    auto head = head_of(session, seal, org);
    if (head.has_error()) {
        return head.error();
    }
    const auto rows = unsealed_audit(session, org, batch);
    for (const auto& row : rows) {
        sealed_audit_row line{row, head->position + 1, {}, head->hash};
        line.hash = audit_hash(row, line.position, line.previous_hash);
        seal_audit(session, line);
        head->position = line.position;
        head->hash = line.hash;
    }
    store_head(session, seal, std::move(*head));
    return rows.size();
}

// Lets go of a batch of old lines. How many.
auto prune(sql_session& session, const sealer& seal, const org_id& org, time_point before)
    -> result<std::size_t> {
    auto head = head_of(session, seal, org);
    if (head.has_error()) {
        return head.error();
    }
    const auto last = prunable_audit(session, *head, before, batch);
    if (!last) {
        return 0U;
    }
    const auto count = static_cast<std::size_t>(last->position - head->pruned);
    head->pruned = last->position;
    head->pruned_hash = last->hash;
    store_head(session, seal, *head);
    erase_pruned_audit(session, *head);
    return count;
}

// Does `work` for each of the organizations that `find` names, in a transaction each, as long as
// this host holds the lease. One whose chain does not hold keeps no other from it.
template <class Find, class Work>
auto for_each_chain(oauth_context& context, Find find, Work work)
    -> boost::asio::awaitable<result<chain_turn>> {
    const auto now = context.time.now();
    auto look = [find](sql_session& session) { return result<std::vector<org_id>>(find(session)); };
    const auto orgs = co_await context.db.as_service(access::read, std::move(look));
    if (orgs.has_error()) {
        co_return orgs.error();
    }
    chain_turn turn;
    for (const auto& org : *orgs) {
        auto step = [&context, work, org, now](sql_session& session) -> result<std::size_t> {
            if (!take_lease(session, lease_name, context.options.instance, now + lease, now)) {
                return 0U;
            }
            return work(session, org);
        };
        const auto done = co_await context.db.as_service(access::write, std::move(step));
        if (done.has_value()) {
            turn.more = turn.more || *done == batch;
        } else if (done.error().code == errc::storage_unavailable) {
            co_return done.error();
        } else {
            turn.broken = true;
            log(log_level::error, "the audit log can't be chained: see `tenon audit verify`",
                {{log_key::org, org.text()}, {log_key::detail, done.error().message}});
        }
    }
    co_return turn;
}

}  // namespace

auto check_head(const sealer& seal, const audit_head& head) -> result<void> {
    auto opened =
        open_from(seal, head.org, head.org.text(), sealed_column::audit_head, head.sealed);
    if (opened.has_error()) {
        return opened.error();
    }
    if (opened->reveal() != plain(head)) {
        return fail(errc::internal, "the head of the chain is not the one that was sealed");
    }
    return {};
}

void store_head(sql_session& session, const sealer& seal, audit_head head) {
    head.sealed = seal_for(seal, head.org, head.org.text(), sealed_column::audit_head, plain(head));
    save_audit_head(session, head);
}

auto audit_hash(const audit_row& row, std::int64_t position, std::string_view previous)
    -> std::string {
    std::string text = "tenon audit 1\n";
    add_part(text, position);
    add_part(text, previous);
    add_part(text, row.seq);
    add_part(text, row.id);
    add_part(text, row.org.text());
    add_part(text, row.at.time_since_epoch().count());
    add_part(text, row.actor);
    add_part(text, row.action);
    add_optional(text, row.subject ? &*row.subject : nullptr);
    add_part(text, row.provider);
    add_optional(text, row.connection ? &row.connection->text() : nullptr);
    add_part(text, row.outcome);
    add_part(text, row.detail);
    add_part(text, row.request_id);
    return sha256(text);
}

auto seal_audit_batch(oauth_context& context) -> boost::asio::awaitable<result<chain_turn>> {
    auto find = [](sql_session& session) { return orgs_to_chain(session, batch); };
    auto work = [&context](sql_session& session, const org_id& org) {
        return chain(session, context.seal, org);
    };
    co_return co_await for_each_chain(context, find, work);
}

auto prune_audit_batch(oauth_context& context) -> boost::asio::awaitable<result<chain_turn>> {
    if (context.options.audit_lifetime == milliseconds(0)) {
        co_return chain_turn{};
    }
    const auto before = context.time.now() - context.options.audit_lifetime;
    auto find = [before](sql_session& session) { return orgs_to_prune(session, before, batch); };
    auto work = [&context, before](sql_session& session, const org_id& org) {
        return prune(session, context.seal, org, before);
    };
    co_return co_await for_each_chain(context, find, work);
}

}  // namespace tenon::host
