#include "provider/host_calls.hpp"

#include "crypto/hash.hpp"
#include "provider/url_encoder.hpp"

#include <tenon/base.h>

#include <algorithm>

namespace tenon::host {
namespace {

constexpr std::string_view hmac_sha256_id = "tenon.hmac-sha256/1";

auto find_arg(const std::vector<key_value>& args, std::string_view name) -> const std::string* {
    const auto found = std::ranges::find(args, name, &key_value::key);
    return found == args.end() ? nullptr : &found->value;
}

auto serve_hmac(const call_action& call, const reference_values& values) -> call_answer {
    auto args = call.args;
    if (expand_all(args, values, {0, true}).has_error() || args.size() != 2) {
        return {TENON_INVALID, {}};
    }
    const auto* key = find_arg(args, "key");
    const auto* message = find_arg(args, "message");
    if (key == nullptr || message == nullptr || key->empty()) {
        return {TENON_INVALID, {}};
    }
    return {TENON_OK, {{"hex", to_hex(hmac_sha256(*key, *message)), 0}}};
}

}  // namespace

auto is_host_call(std::string_view id) -> bool {
    return id == hmac_sha256_id;
}

auto serve_call(const call_action& call, const descriptor& about, const reference_values& values)
    -> call_answer {
    const bool declared = std::ranges::find(about.host_calls, call.id) != about.host_calls.end();
    if (!declared || !is_host_call(call.id)) {
        return {TENON_UNSUPPORTED, {}};
    }
    return serve_hmac(call, values);
}

}  // namespace tenon::host
