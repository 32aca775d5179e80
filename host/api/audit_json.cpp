#include "api/audit_json.hpp"

namespace tenon::host {

void write_audit_fields(json_writer& json, const audit_row& row) {
    json.field("id", row.id)
        .field("at", row.at)
        .field("actor", row.actor)
        .field("action", row.action)
        .field("subject", row.subject)
        .field("provider", row.provider);
    json.key("connectionId");
    if (row.connection) {
        json.value(row.connection->text());
    } else {
        json.raw("null");
    }
    json.field("outcome", row.outcome)
        .raw_field("detail", row.detail)
        .field("requestId", row.request_id);
}

void write_audit_entry(json_writer& json, const audit_row& row) {
    json.begin_object();
    write_audit_fields(json, row);
    json.end_object();
}

}  // namespace tenon::host
