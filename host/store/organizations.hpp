// Organizations: whom API keys act for. All of these run as the service.
#pragma once

#include "base/result.hpp"
#include "store/sql.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

struct organization_row {
    org_id id;
    std::string name;
    time_point created_at{};
};

// Throws storage_failure conflict where the id is taken.
void insert_organization(sql_session& session, const organization_row& row);
[[nodiscard]] auto find_organization(sql_session& session, const org_id& id)
    -> std::optional<organization_row>;
// Oldest first; `after`: the last id of the page before, or empty.
[[nodiscard]] auto list_organizations(
    sql_session& session, const org_id& after = {}, std::size_t limit = 500
) -> std::vector<organization_row>;

}  // namespace tenon::host
