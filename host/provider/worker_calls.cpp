#include "provider/worker_calls.hpp"

namespace tenon::host {
namespace {

auto begun(worker_call what, std::uint64_t op) -> wire_writer {
    wire_writer out;
    out.number(static_cast<std::uint32_t>(what));
    out.number(op);
    return out;
}

auto view(const tenon_str& text) -> std::string_view {
    return {text.ptr, text.len};
}

void put_pairs(wire_writer& to, const tenon_kvs& pairs) {
    to.number(pairs.count);
    for (std::size_t i = 0; i < pairs.count; ++i) {
        const auto& item = pairs.items[i];
        to.text(view(item.key));
        to.text(view(item.value));
        to.number(item.flags);
    }
}

auto read_pairs(wire_reader& from) -> std::vector<key_value> {
    constexpr std::size_t least = 24;
    std::vector<key_value> out;
    const auto count = from.count(least);
    out.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        std::string key(from.text());
        std::string value(from.text());
        out.push_back({std::move(key), std::move(value), from.number32()});
    }
    return out;
}

}  // namespace

auto begin_frame(std::uint64_t op, std::size_t provider, const op_input& input) -> std::string {
    auto out = begun(worker_call::begin, op);
    out.number(provider);
    out.number(static_cast<std::uint32_t>(input.kind));
    out.number(static_cast<std::uint64_t>(input.now.time_since_epoch().count()));
    put_pairs(out, input.config);
    put_pairs(out, input.params);
    put_pairs(out, input.connect);
    out.text(input.slot);
    return out.frame();
}

auto step_frame(std::uint64_t op, const tenon_reply& reply) -> std::string {
    auto out = begun(worker_call::step, op);
    out.number(reply.kind);
    out.number(static_cast<std::uint64_t>(reply.now_ms));
    out.number(reply.call_status);
    put_pairs(out, reply.call_out);
    out.number(reply.http == nullptr ? 0 : 1);
    if (reply.http != nullptr) {
        out.number(reply.http->transport);
        out.number(reply.http->status);
        out.number(reply.http->sent);
        put_pairs(out, reply.http->headers);
        out.text(view(reply.http->body));
    }
    return out.frame();
}

auto end_frame(std::uint64_t op) -> std::string {
    return begun(worker_call::end, op).frame();
}

auto read_begin(wire_reader& from) -> begin_message {
    begin_message out;
    out.provider = from.number();
    out.kind = static_cast<operation_kind>(from.number32());
    out.now = time_point(milliseconds(static_cast<std::int64_t>(from.number())));
    out.config = read_pairs(from);
    out.params = read_pairs(from);
    out.connect = read_pairs(from);
    out.slot = from.text();
    return out;
}

step_message::step_message(wire_reader& from) {
    reply_.struct_size = sizeof reply_;
    reply_.kind = from.number32();
    reply_.now_ms = static_cast<std::int64_t>(from.number());
    reply_.call_status = from.number32();
    reply_.call_out = lists_.pairs(from);
    if (from.number() == 0) {
        return;
    }
    http_.struct_size = sizeof http_;
    http_.transport = from.number32();
    http_.status = from.number32();
    http_.sent = from.number32();
    http_.headers = lists_.pairs(from);
    http_.body = as_str(from.text());
    reply_.http = &http_;
}

}  // namespace tenon::host
