// The schema's history: numbered, checksummed, applied in order under a lock.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

class database;

// A file of migrations/, as it was built in: `NNNN_name.sql` with `-- up` and `-- down` parts, each
// optionally for one engine only (`-- up postgresql`).
struct migration {
    std::int64_t version;
    std::string_view name;
    std::string_view checksum;  // SHA-256 of the file, hex
    std::string_view text;
};

// What is built into this binary, by version.
[[nodiscard]] auto built_in_migrations() -> std::span<const migration>;

struct migration_state {
    std::int64_t version;
    std::string name;
    std::optional<time_point> applied_at;  // empty: pending
};

// Applies what is pending, each in a transaction of its own, all under one lock a step: two hosts
// that start at once share the work. Answers how many were applied here. Errors: conflict (an
// applied migration was changed, or the database is newer than this binary: the message says which
// and what to do), storage_unavailable, internal (a migration that does not run).
[[nodiscard]] auto migrate_up(
    database& db, const clock& time, std::span<const migration> known = built_in_migrations()
) -> result<int>;

// Takes back everything newer than `version` (0: everything), newest first. Errors: as migrate_up;
// invalid_request, there is no such version.
[[nodiscard]] auto migrate_down(
    database& db, std::int64_t version, std::span<const migration> known = built_in_migrations()
) -> result<int>;

// All known ones, applied or pending. Errors: as migrate_up. Changes nothing.
[[nodiscard]] auto migration_status(
    database& db, std::span<const migration> known = built_in_migrations()
) -> result<std::vector<migration_state>>;

}  // namespace tenon::host
