// Lines of the audit log as the REST contract writes them.
#pragma once

#include "api/json_writer.hpp"
#include "store/audit.hpp"

namespace tenon::host {

// Fields of an open object: id, at, actor, action, subject, provider, connectionId, outcome,
// detail, requestId.
void write_audit_fields(json_writer& json, const audit_row& row);
// An object of these.
void write_audit_entry(json_writer& json, const audit_row& row);

}  // namespace tenon::host
