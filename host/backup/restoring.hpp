// Puts a backup into an empty database, of either engine.
#pragma once

#include "backup/format.hpp"
#include "backup/manifest.hpp"
#include "backup/taking.hpp"
#include "base/clock.hpp"
#include "store/database.hpp"

namespace tenon::host {

// Migrates to the backup's schema, loads all of it in one transaction, and migrates to the newest.
// Where it was cut off, nothing was loaded, and it can be done again. What was under way when the
// backup was made is taken up by the next host as after a crash. Errors: backup_reader's;
// conflict, the database has rows, a newer schema than the backup, or one that this binary does not
// know (the message says what to do); storage_unavailable.
[[nodiscard]] auto restore_backup(
    database& db, const clock& time, byte_source source, const rows_told& told
) -> result<backup_head>;

}  // namespace tenon::host
