#include "store/organizations.hpp"

#include "store/read_rows.hpp"

namespace tenon::host {

namespace {

auto read(const sql_row& row) -> organization_row {
    return {org_id(row.text(0)), row.text(1), row.time(2)};
}

}  // namespace

void insert_organization(sql_session& session, const organization_row& row) {
    run(session, "INSERT INTO organizations (id, name, created_at) VALUES ($1, $2, $3)", row.id,
        row.name, row.created_at);
}

auto find_organization(sql_session& session, const org_id& id) -> std::optional<organization_row> {
    const auto rows =
        run(session, "SELECT id, name, created_at FROM organizations WHERE id = $1", id);
    return read_first(rows, read);
}

auto list_organizations(sql_session& session, const org_id& after, std::size_t limit)
    -> std::vector<organization_row> {
    const auto rows =
        run(session,
            "SELECT id, name, created_at FROM organizations WHERE id > $1 ORDER BY id LIMIT $2",
            after, as_limit(limit));
    return read_all(rows, read);
}

}  // namespace tenon::host
