// The two engines, for open_database alone.
#pragma once

#include "store/database.hpp"

namespace tenon::host {

[[nodiscard]] auto open_sqlite(const std::string& path, const database_options& options)
    -> result<std::unique_ptr<database>>;
[[nodiscard]] auto open_postgres(const std::string& url, const database_options& options)
    -> result<std::unique_ptr<database>>;

}  // namespace tenon::host
