#include "oauth/audit_chain.hpp"

#include "crypto/hash.hpp"
#include "oauth/audit_seal.hpp"
#include "oauth/sealing.hpp"
#include "store/database.hpp"

#include <map>

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

using heads_by_org = std::map<org_id, audit_head>;

auto head_of(sql_session& session, const sealer& seal, heads_by_org& known, const org_id& org)
    -> result<audit_head*> {
    const auto found = known.find(org);
    if (found != known.end()) {
        return &found->second;
    }
    auto stored = find_audit_head(session, org);
    if (stored) {
        if (auto same = check_head(seal, *stored); same.has_error()) {
            return same.error();
        }
    }
    audit_head none;
    none.org = org;
    return &known.emplace(org, stored ? std::move(*stored) : std::move(none)).first->second;
}

// In one transaction of the lease's owner.
auto chain(sql_session& session, const sealer& seal) -> result<std::size_t> {
    const auto rows = unsealed_audit(session, batch);
    heads_by_org heads;
    for (const auto& row : rows) {
        auto head = head_of(session, seal, heads, row.org);
        if (head.has_error()) {
            return head.error();
        }
        sealed_audit_row line{row, (*head)->position + 1, {}, (*head)->hash};
        line.hash = audit_hash(row, line.position, line.previous_hash);
        seal_audit(session, line);
        (*head)->position = line.position;
        (*head)->hash = line.hash;
    }
    for (auto& [org, head] : heads) {
        store_head(session, seal, std::move(head));
    }
    return rows.size();
}

// Lets go of a batch of old lines. How many organizations may have more.
auto prune(sql_session& session, const sealer& seal, time_point before) -> result<std::size_t> {
    std::size_t more = 0;
    for (auto& head : list_audit_heads(session)) {
        const auto last = prunable_audit(session, head, before, batch);
        if (!last) {
            continue;
        }
        if (auto same = check_head(seal, head); same.has_error()) {
            return same.error();
        }
        more += last->position - head.pruned >= static_cast<std::int64_t>(batch) ? 1 : 0;
        head.pruned = last->position;
        head.pruned_hash = last->hash;
        store_head(session, seal, head);
        erase_pruned_audit(session, head);
    }
    return more;
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

auto seal_audit_batch(oauth_context& context) -> boost::asio::awaitable<result<bool>> {
    auto look = [](sql_session& session) -> result<bool> { return has_unsealed_audit(session); };
    const auto any = co_await context.db.as_service(access::read, std::move(look));
    if (any.has_error() || !*any) {
        co_return any;
    }
    auto work = [&context, now = context.time.now()](sql_session& session) -> result<bool> {
        if (!take_lease(session, lease_name, context.options.instance, now + lease, now)) {
            return false;
        }
        const auto chained = chain(session, context.seal);
        return chained.has_error() ? result<bool>(chained.error()) : *chained == batch;
    };
    co_return co_await context.db.as_service(access::write, std::move(work));
}

auto prune_audit_batch(oauth_context& context) -> boost::asio::awaitable<result<bool>> {
    const auto lifetime = context.options.audit_lifetime;
    if (lifetime == milliseconds(0)) {
        co_return false;
    }
    auto work = [&context, lifetime,
                 now = context.time.now()](sql_session& session) -> result<bool> {
        if (!take_lease(session, lease_name, context.options.instance, now + lease, now)) {
            return false;
        }
        const auto more = prune(session, context.seal, now - lifetime);
        return more.has_error() ? result<bool>(more.error()) : *more > 0;
    };
    co_return co_await context.db.as_service(access::write, std::move(work));
}

}  // namespace tenon::host
