// What several verbs need: settings read, data directory made, database opened.
#pragma once

#include "base/catalogue.hpp"
#include "base/clock.hpp"
#include "base/config.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "provider/registry.hpp"
#include "store/database.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tenon::host {

// Opens the configured database and, where `how` says so, applies what is pending. `as_service`: as
// configured, and first of all by a role that may serve. Errors: as open_database,
// check_service_role and migrate_up; conflict where migrations are pending and may not be applied.
enum class migrations { apply, as_configured, as_service, leave };
[[nodiscard]] auto open_configured(const settings& values, migrations how)
    -> result<std::unique_ptr<database>>;

// The data directory, made for its owner only where it is missing; one that is there is left as it
// is. Errors: internal (can't be made), invalid_request (others may write to it: they could replace
// the key and the database).
[[nodiscard]] auto make_data_dir(const settings& values) -> result<void>;

// Whether outbound.ca_file, where one is named, is there. Error: invalid_request.
[[nodiscard]] auto check_authorities(const settings& values) -> result<void>;

// A line of the audit log about what the operator did on the command line, into the session's
// organization; in the transaction that it is about. `detail`: a JSON object.
void note_operator(
    sql_session& session, const clock& time, random_source& random, std::string action,
    std::string detail
);

// Plugins beside the binary, the operator's, and each provider's section; a section whose name is
// the catalogue's gets its entry.
// Error: invalid_request, an entry of the catalogue's that can't be read.
[[nodiscard]] auto registry_options_of(const settings& values, const catalogue& known)
    -> result<registry_options>;

// What is wrong with plugins and providers: of each the key (empty: it is a plugin's), and a line
// which names the file, or the key and where `values` have it from.
[[nodiscard]] auto problems_of(const registry_snapshot& providers, const settings& values)
    -> std::vector<field_problem>;
// The same, on the log.
void tell_problems(const registry_snapshot& providers, const settings& values);

// The configured catalogue, or the one beside the binary; an empty one where none is installed.
// Errors: load_catalogue's.
[[nodiscard]] auto catalogue_of(const settings& values) -> result<catalogue>;

}  // namespace tenon::host
