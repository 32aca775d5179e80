#include "store/roles.hpp"

#include "store/database.hpp"

namespace tenon::host {
namespace {

// What each table needs; the triggers keep the audit log as it is written.
constexpr std::string_view grant_all = R"sql(
DO $$
DECLARE
    service TEXT := current_setting('tenon.service');
    kept TEXT;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), service);
    EXECUTE format('GRANT SELECT ON schema_migrations TO %I', service);
    EXECUTE format(
        'GRANT SELECT, INSERT, DELETE, UPDATE (position, hash, previous_hash) ON audit_log TO %I',
        service);
    FOREACH kept IN ARRAY ARRAY[
        'organizations', 'api_keys', 'readiness', 'connections', 'grants', 'connection_grants',
        'pending_connects', 'confirmations', 'intents', 'intent_replies', 'subjects', 'changes',
        'idempotency', 'keyring_checks', 'credential_reads', 'credential_read_batches', 'leases',
        'audit_heads', 'consents', 'erasures', 'owed_revocations']
    LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I', kept, service);
    END LOOP;
END
$$)sql";

}  // namespace

auto check_service_role(database& db) -> result<void> {
    if (db.engine() != sql_engine::postgresql) {
        return {};
    }
    return db.as_service_now(access::read, [](sql_session& session) -> result<void> {
        const auto rows =
            run(session,
                "SELECT CAST(rolname AS TEXT), rolsuper FROM pg_roles "
                "WHERE rolname = current_user AND (rolsuper OR rolbypassrls)");
        if (rows.empty()) {
            return {};
        }
        return fail(
            errc::invalid_request,
            "the database role " + rows[0].text(0) +
                (rows[0].boolean(1) ? " is a superuser" : " has BYPASSRLS") +
                ": PostgreSQL would not keep one organization's rows from another's. Serve as a "
                "role that is bound by row-level security, such as CREATE ROLE tenon LOGIN; see "
                "migrations/README.md"
        );
    });
}

auto let_role_serve(database& db, const std::string& role) -> result<void> {
    if (db.engine() != sql_engine::postgresql) {
        return fail(errc::invalid_request, "an embedded database has no roles");
    }
    return db.as_service_now(access::write, [&role](sql_session& session) -> result<void> {
        const auto known =
            run(session,
                "SELECT set_config('tenon.service', CAST(rolname AS TEXT), true) FROM pg_roles "
                "WHERE rolname = $1",
                role);
        if (known.empty()) {
            return fail(
                errc::invalid_request, "the database has no role '" + role + "': CREATE ROLE first"
            );
        }
        session.execute_script(std::string(grant_all));
        return {};
    });
}

}  // namespace tenon::host
