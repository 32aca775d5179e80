// Who read credentials: by key, connection and minute.
#pragma once

#include "store/sql.hpp"

#include <span>
#include <vector>

namespace tenon::host {

struct credential_reads_row {
    org_id org;
    api_key_id key;
    connection_id connection;
    time_point minute{};  // its start
    std::int64_t count = 0;
};

// As the service: adds a batch to what is there.
void add_credential_reads(sql_session& session, std::span<const credential_reads_row> batch);

}  // namespace tenon::host
