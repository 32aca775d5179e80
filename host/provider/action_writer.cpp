// An action on the wire: the worker's side of worker_answers.hpp.
#include "provider/worker_answers.hpp"

namespace tenon::host {
namespace {

void put_request(wire_writer& to, const http_action& request) {
    to.number(request.flags);
    to.text(request.method);
    to.text(request.url);
    for (const auto* list :
         {&request.path_params, &request.query, &request.form, &request.json, &request.headers}) {
        put_pairs(to, *list);
    }
    to.text(request.body);
    to.number(request.timeout_ms);
    to.number(request.max_body_bytes);
}

void put_moment(wire_writer& to, const std::optional<time_point>& when) {
    to.number(when ? static_cast<std::uint64_t>(when->time_since_epoch().count()) : 0);
}

void put_grant(wire_writer& to, const granted& grant) {
    to.number(grant.is_template ? std::uint32_t{TENON_GRANT_TEMPLATE} : 0U);
    to.text(grant.slot);
    to.text(grant.account_id);
    to.text(grant.access_token.reveal());
    to.text(grant.refresh_token.reveal());
    to.text(grant.id_token.reveal());
    to.text(grant.token_type);
    to.text(grant.scope);
    to.text(grant.base_url);
    to.text(grant.metadata_json);
    put_moment(to, grant.expires_at);
    put_moment(to, grant.refresh_expires_at);
    put_moment(to, grant.refresh_not_before);
}

void put_fields(wire_writer& to, const std::vector<output_field>& fields) {
    to.number(fields.size());
    for (const auto& field : fields) {
        to.text(field.name);
        to.text(field.value);
        to.number(
            (field.is_json ? std::uint32_t{TENON_KV_JSON} : 0U) |
            (field.is_secret ? std::uint32_t{TENON_KV_SECRET} : 0U)
        );
    }
}

void put(wire_writer& to, const broken_action& broken) {
    to.number(0);
    to.text(broken.what);
}

void put(wire_writer& to, const http_action& request) {
    to.number(TENON_ACTION_HTTP);
    put_request(to, request);
}

void put(wire_writer& to, const call_action& call) {
    to.number(TENON_ACTION_CALL);
    to.text(call.id);
    put_pairs(to, call.args);
}

void put(wire_writer& to, const sleep_action& pause) {
    to.number(TENON_ACTION_SLEEP);
    to.number(static_cast<std::uint64_t>(pause.length.count()));
}

void put(wire_writer& to, const fail_action& failed) {
    const auto& failure = failed.failure;
    to.number(TENON_ACTION_FAIL);
    to.number(static_cast<std::uint32_t>(failure.category));
    to.number(failure.retry_after ? static_cast<std::uint64_t>(failure.retry_after->count()) : 0);
    to.number(failure.http_status);
    to.text(failure.code);
    to.text(failure.message);
    to.number(failure.details.size());
    for (const auto& detail : failure.details) {
        to.text(detail.field);
        to.text(detail.message);
        to.number(0);
    }
}

void put(wire_writer& to, const done_action& done) {
    abi_reader reader;
    descriptor about;
    if (done.description != nullptr) {
        about = copy_descriptor(reader, done.description);
    }
    if (!reader.ok()) {
        return put(to, broken_action{"its description breaks the ABI: " + reader.problem()});
    }
    to.number(TENON_ACTION_DONE);
    to.number(done.output.grants.size());
    for (const auto& grant : done.output.grants) {
        put_grant(to, grant);
    }
    to.number(done.authorize ? 1 : 0);
    if (done.authorize) {
        put_request(to, *done.authorize);
    }
    to.number(done.description == nullptr ? 0 : 1);
    if (done.description != nullptr) {
        put_descriptor(to, about);
    }
    put_fields(to, done.output.fields);
}

auto begun(std::uint64_t op) -> wire_writer {
    wire_writer out;
    out.number(static_cast<std::uint32_t>(worker_answer::action));
    out.number(op);
    return out;
}

}  // namespace

auto action_frame(std::uint64_t op, const any_action& action) -> std::string {
    auto out = begun(op);
    std::visit([&out](const auto& one) { put(out, one); }, action);
    auto frame = out.frame();
    if (frame.size() <= max_frame) {
        return frame;
    }
    auto instead = begun(op);
    put(instead, broken_action{"an action of more than 24 MiB"});
    return instead.frame();
}

}  // namespace tenon::host
