#include "conformance/sample.hpp"

#include <array>

namespace tenon::host::conformance {
namespace {

auto json_answer(std::string body) -> outbound_response {
    outbound_response out;
    out.status = 200;
    out.sent = request_sent::yes;
    out.headers = {{"content-type", "application/json"}};
    out.body = std::move(body);
    return out;
}

auto plain_body(operation_kind kind) -> std::string {
    switch (kind) {
        case operation_kind::exchange:
        case operation_kind::refresh:
            return R"({"access_token":"REDACTED_new_access","token_type":"Bearer","expires_in":3600,)"
                   R"("refresh_token":"REDACTED_new_refresh",)"
                   R"("id_token":"eyJhbGciOiJub25lIn0.eyJzdWIiOiI0NzExIn0.REDACTED_id"})";
        case operation_kind::profile:
        case operation_kind::validate:
            return R"({"id":"4711","sub":"4711","login":"person","username":"person",)"
                   R"("name":"A Person","email":"person@example.com"})";
        case operation_kind::authorize:  // RFC 9126 2.2
            return R"({"request_uri":"urn:ietf:params:oauth:request_uri:4711","expires_in":60})";
        case operation_kind::describe:
        case operation_kind::revoke: return "{}";
    }
    return "{}";
}

auto is_success(const std::vector<cassette_exchange>& exchanges, const std::string& outcome)
    -> bool {
    if (!outcome.empty()) {
        return outcome.find("\"failed\"") == std::string::npos;
    }
    return exchanges.empty() || exchanges.back().response.status / 100 == 2;
}

}  // namespace

canaries::canaries(std::uint64_t seed) : prefix_("cnry") {
    constexpr std::string_view digits = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4) {
        prefix_ += digits[seed >> static_cast<unsigned>(shift) & 0xFU];
    }
}

auto canaries::of(std::string_view name) const -> std::string {
    return prefix_ + "_" + std::string(name);
}

auto canaries::put_into(std::string text) const -> std::string {
    constexpr std::string_view mark = "REDACTED_";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
        text.replace(at, mark.size() - 1, prefix_);
        at += prefix_.size();
    }
    return text;
}

auto plain_sample(operation_kind kind, std::string slot, const canaries& hidden) -> sample {
    sample out;
    out.name = "by the RFCs";
    out.kind = kind;
    out.slot = std::move(slot);
    out.answers = {json_answer(hidden.put_into(plain_body(kind)))};
    return out;
}

auto recorded_sample(const cassette& from, const canaries& hidden) -> sample {
    sample out;
    out.name = from.name;
    out.kind = from.kind;
    out.slot = from.slot;
    out.params = from.params;
    out.is_recorded = true;
    for (const auto& one : from.exchanges) {
        out.requests.push_back({one.method, one.url});
        out.answers.push_back(one.response);
        out.answers.back().body = hidden.put_into(one.response.body);
    }
    out.outcome = hidden.put_into(from.outcome);
    out.succeeds = is_success(from.exchanges, from.outcome);
    return out;
}

}  // namespace tenon::host::conformance
