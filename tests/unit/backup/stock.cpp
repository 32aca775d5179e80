#include "unit/backup/stock.hpp"

#include "crypto/encoding.hpp"
#include "oauth/sealing.hpp"
#include "store/api_keys.hpp"
#include "store/audit.hpp"
#include "store/audit_heads.hpp"
#include "store/carrying.hpp"
#include "store/changes.hpp"
#include "store/confirmations.hpp"
#include "store/consents.hpp"
#include "store/credential_reads.hpp"
#include "store/erasures.hpp"
#include "store/idempotency.hpp"
#include "store/intents.hpp"
#include "store/leases.hpp"
#include "store/organizations.hpp"
#include "store/owed_revocations.hpp"
#include "store/pending_connects.hpp"

#include <algorithm>

namespace tenon::test {
namespace {

system_random entropy;

struct shower {
    auto operator()(std::monostate /*null*/) const -> std::string { return "NULL"; }
    auto operator()(bool value) const -> std::string { return value ? "1" : "0"; }
    auto operator()(std::int64_t value) const -> std::string { return std::to_string(value); }
    auto operator()(const std::string& value) const -> std::string { return "'" + value + "'"; }
    auto operator()(const blob& value) const -> std::string { return "x" + value.data; }
};

auto hash_of(char letter) -> std::string {
    return std::string(32, letter);
}

void stock_connection(sql_session& session, const sealer& seal) {
    const auto sealed = [&](sealed_column column) {
        return seal_for(seal, session.org(), "g1", column, "secret of g1");
    };
    const auto connection = upsert_connection(session, sample_connection("c1"));
    auto grant = sample_grant("g1");
    grant.access_token = sealed(sealed_column::grant_access_token);
    grant.refresh_token = sealed(sealed_column::grant_refresh_token);
    grant.id_token = sealed(sealed_column::grant_id_token);
    grant.credentials = sealed(sealed_column::grant_credentials);
    grant.key_id = "key-1";
    (void)*upsert_grant(session, grant);
    run(session,
        "INSERT INTO connection_grants (org_id, connection_id, slot, grant_id, position) "
        "VALUES ($1, $2, '', 'g1', 0)",
        session.org(), connection.id);
    REQUIRE(take_grant_lease(session, grant_id("g1"), "host-1", at(90'000), at(2)).has_value());
}

void stock_flows(sql_session& session, const sealer& seal, char letter) {
    const auto& org = session.org();
    const auto hash = hash_of(letter);
    const auto hex = to_hex(hash);
    pending_connect_row pending;
    pending.state_hash = hash;
    pending.confirm = true;
    pending.verifier = seal_for(seal, org, hex, sealed_column::pending_verifier, "verifier");
    pending.nonce = seal_for(seal, org, hex, sealed_column::pending_nonce, "nonce");
    save_pending_connect(session, pending);
    confirmation_row parked;
    parked.code_hash = hash;
    parked.sealed = seal_for(seal, org, hex, sealed_column::confirmation, "parked");
    save_confirmation(session, parked);
    intent_row intent;
    intent.id = "i1";
    intent.owner = "host-1";
    intent.grant = grant_id("g1");
    intent.sealed = seal_for(seal, org, "i1", sealed_column::intent, "input");
    insert_intent(session, intent);
    const auto reply =
        seal_for(seal, org, reply_row("i1", 0), sealed_column::intent_reply, "reply");
    add_intent_reply(session, "i1", {0, reply, at(1)});
    owed_revocation_row owed;
    owed.id = "r1";
    owed.sealed = seal_for(seal, org, "r1", sealed_column::owed_revocation, "owed");
    owe_revocation(session, owed);
    (void)begin_idempotent(session, hash, hash, at(1), at(2));
    const auto kept = seal_for(seal, org, hex, sealed_column::idempotency, "response");
    REQUIRE(finish_idempotent(session, hash, {200, kept, user_id("user-1"), {}, at(2)}));
}

void stock_records(sql_session& session, char letter) {
    api_key_row key;
    key.id = api_key_id(std::string("key-") + letter);
    key.key_hash = hash_of(letter);
    key.scopes = "tokens:read";
    insert_api_key(session, key);
    run(session, "INSERT INTO subjects (org_id, user_id, pseudonym) VALUES ($1, 'user-1', 'p1')",
        session.org());
    for (int i = 1; i <= 3; ++i) {
        audit_row line;
        line.id = std::string("line-") + letter + std::to_string(i);
        line.detail = R"({"so": "it is"})";
        append_audit(session, line);
    }
    consent_row consent;
    consent.id = "consent-1";
    consent.subject = "p1";
    consent.account = account_id("account-1");
    consent.connection = connection_id("c1");
    record_consent(session, consent, at(1));
    (void)begin_erasure(session, {user_id("user-2"), hash_of(letter)}, "receipt-1", at(1));
    append_change(session, change_kind::grant, "g1", at(1));
}

void stock_org(database& db, const sealer& seal, const org_id& org, char letter) {
    in_org(db, org, access::write, [&](sql_session& session) {
        stock_connection(session, seal);
        stock_flows(session, seal, letter);
        stock_records(session, letter);
    });
    as_service(db, access::write, [&](sql_session& session) {
        const auto head =
            seal_for(seal, org, org.text(), sealed_column::audit_head, "the head of a chain");
        seal_audit(session, {unsealed_audit(session, org, 1).at(0), 1, "hash", ""});
        save_audit_head(session, {org, 1, "hash", 0, "", head});
        const credential_reads_row read{org, api_key_id("key-a"), connection_id("c1"), at(0), 7};
        append_credential_reads(session, std::span(&read, 1));
        REQUIRE(add_up_credential_reads(session, at(60'000), 10) > 0);
        append_credential_reads(session, std::span(&read, 1));
    });
}

}  // namespace

auto sealer_of(char letter, const std::string& id) -> std::unique_ptr<sealer> {
    keyring keys;
    REQUIRE(keys.add(secret(std::string(key_size, letter)), id));
    return std::make_unique<sealer>(std::move(keys), entropy);
}

void stock(database& db, const sealer& seal) {
    as_service(db, access::write, [&](sql_session& session) {
        insert_organization(session, {org_a, "A", at(1)});
        insert_organization(session, {org_b, "B", at(2)});
        REQUIRE(save_keyring_check(session, {"key-1", seal.make_check("key-1").value(), at(1)}));
        REQUIRE(take_lease(session, "audit", "host-1", at(90'000), at(1)));
    });
    stock_org(db, seal, org_a, 'a');
    stock_org(db, seal, org_b, 'b');
}

auto contents_of(database& db) -> contents {
    return as_service(db, access::read, [](sql_session& session) {
        contents all;
        for (const auto& table : kept_tables()) {
            auto columns = columns_of(session, table.name);
            std::sort(columns.begin(), columns.end());
            auto& lines = all[std::string(table.name)];
            const auto shown = read_pages(session, table, columns, [&](const sql_rows& page) {
                for (std::size_t i = 0; i < page.size(); ++i) {
                    std::string line;
                    for (const auto& value : page[i].values()) {
                        line += std::visit(shower{}, value) + ", ";
                    }
                    lines.push_back(std::move(line));
                }
                return host::result<void>();
            });
            REQUIRE(shown);
            std::sort(lines.begin(), lines.end());
        }
        return all;
    });
}

auto backup_of(database& db) -> std::string {
    std::string bytes;
    const auto sink = [&](std::string_view more) {
        bytes += more;
        return host::result<void>();
    };
    const auto made =
        take_backup(db, host::system_clock(), "1.2.3", sink, [](std::int64_t, std::int64_t) {});
    REQUIRE(made);
    CHECK(made->size == bytes.size());
    return bytes;
}

auto source_of(std::string bytes) -> byte_source {
    return [bytes = std::move(bytes), at = std::size_t(0)](std::span<char> into) mutable {
        const auto got = bytes.copy(into.data(), into.size(), at);
        at += got;
        return host::result<std::size_t>(got);
    };
}

auto restored(database& db, const std::string& bytes) -> host::result<backup_head> {
    return restore_backup(
        db, host::system_clock(), source_of(bytes), [](std::int64_t, std::int64_t) {}
    );
}

auto checked(const std::string& bytes, const sealer* seal) -> host::result<checked_backup> {
    return check_backup(source_of(bytes), seal, [](std::int64_t, std::int64_t) {});
}

}  // namespace tenon::test
