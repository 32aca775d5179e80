// A database with something in every table, and what is in one.
#pragma once

#include "backup/checking.hpp"
#include "backup/restoring.hpp"
#include "crypto/random.hpp"
#include "unit/store/samples.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tenon::test {

// The same key each time, unless another letter is given.
[[nodiscard]] auto sealer_of(char letter = 'k', const std::string& id = "key-1")
    -> std::unique_ptr<sealer>;

// Two organizations; every sealed column has a value, and of what processes hold there is some.
void stock(database& db, const sealer& seal);

// All rows of the tables that are carried, each as a line of text, whichever engine they are in.
using contents = std::map<std::string, std::vector<std::string>>;
[[nodiscard]] auto contents_of(database& db) -> contents;

// The backup's bytes; fails the test where there is none.
[[nodiscard]] auto backup_of(database& db) -> std::string;
[[nodiscard]] auto source_of(std::string bytes) -> byte_source;
[[nodiscard]] auto restored(database& db, const std::string& bytes) -> host::result<backup_head>;
[[nodiscard]] auto checked(const std::string& bytes, const sealer* seal)
    -> host::result<checked_backup>;

}  // namespace tenon::test
