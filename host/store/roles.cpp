#include "store/roles.hpp"

#include "store/database.hpp"

namespace tenon::host {
namespace {

// The audit log is written once: only its seal comes later.
auto privileges(const std::string& role) -> std::string {
    return "DO $$ DECLARE one TEXT; BEGIN "
           "EXECUTE format('GRANT USAGE ON SCHEMA %I TO " +
           role +
           "', current_schema()); "
           "FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP "
           "EXECUTE format(CASE one "
           "WHEN 'schema_migrations' THEN 'GRANT SELECT ON %I TO " +
           role +
           "' WHEN 'audit_log' THEN 'GRANT SELECT, INSERT, UPDATE (hash, previous_hash) ON %I TO " +
           role + "' ELSE 'GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO " + role +
           "' END, one); END LOOP; END $$";
}

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
            run(session, "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = $1", role);
        if (known.empty()) {
            return fail(
                errc::invalid_request, "the database has no role '" + role + "': CREATE ROLE first"
            );
        }
        session.execute_script(privileges(known[0].text(0)));
        return {};
    });
}

}  // namespace tenon::host
