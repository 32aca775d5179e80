// The roles that PostgreSQL knows Tenon by: one that owns the schema, one that serves. They may be
// the same. SQLite has none.
#pragma once

#include "base/result.hpp"

#include <string>

namespace tenon::host {

class database;

// May the role that this database was opened with serve? Error: invalid_request, row-level security
// does not bind it (it is a superuser, or has BYPASSRLS); the message says what to do.
[[nodiscard]] auto check_service_role(database& db) -> result<void>;

// Lets a role serve from the schema as it is, by the schema's owner: read and write rows, chain the
// audit log, change no table. Done again after each migration. Errors: invalid_request (no such
// role, or the engine has none), internal (this role does not own the schema).
[[nodiscard]] auto let_role_serve(database& db, const std::string& role) -> result<void>;

}  // namespace tenon::host
