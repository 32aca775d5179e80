#include "provider/grant_reply.hpp"

#include <tenon/descriptor.h>
#include <tenon/request.h>

#include <algorithm>
#include <array>

namespace tenon::host {
namespace {

auto renews_itself(const encoding_context& context) -> bool {
    const auto& policy = context.about.refresh;
    return policy && policy->by_access_token;
}

auto names_credential(const std::vector<key_value>& values, const encoding_context& context)
    -> bool {
    constexpr std::array<std::string_view, 3> given_for{
        "${client_secret}", "${refresh_token}", "${code_verifier}"};
    const bool by_access_token = renews_itself(context);
    return std::ranges::any_of(values, [&](const key_value& one) {
        const auto holds = [&](std::string_view reference) {
            return one.value.find(reference) != std::string::npos;
        };
        return (one.flags & TENON_KV_TEMPLATE) != 0 &&
               (std::ranges::any_of(given_for, holds) ||
                (by_access_token && holds("${access_token}")));
    });
}

auto leads_to_token_origin(const http_action& action, const encoding_context& context) -> bool {
    const auto where = context.egress.admit(action.url, context.connect);
    return where.has_value() && (where->roles & TENON_ROLE_TOKEN) != 0;
}

}  // namespace

auto asks_for_tokens(const http_action& action, const encoding_context& context) -> bool {
    const auto named = [&](const auto* list) { return names_credential(*list, context); };
    const std::array lists{
        &action.path_params, &action.query, &action.form, &action.json, &action.headers};
    return (action.flags & TENON_HTTP_CLIENT_AUTH) != 0 ||
           ((action.flags & TENON_HTTP_BEARER) != 0 && renews_itself(context)) ||
           std::ranges::any_of(lists, named);
}

auto may_carry_tokens(const http_action& action, const encoding_context& context) -> bool {
    if ((action.flags & TENON_HTTP_GRANT_REPLY) != 0) {
        return true;
    }
    const auto kind = context.values.kind;
    if (kind != operation_kind::exchange && kind != operation_kind::refresh &&
        kind != operation_kind::validate) {
        return false;
    }
    return asks_for_tokens(action, context) || leads_to_token_origin(action, context);
}

auto is_success(const outbound_response& answer) -> bool {
    return answer.outcome == transport::ok && answer.status / 100 == 2;
}

auto is_unclear(const outbound_response& answer) -> bool {
    constexpr std::uint32_t server_error = 500;
    constexpr std::uint32_t service_unavailable = 503;
    return answer.status >= server_error && answer.status != service_unavailable;
}

}  // namespace tenon::host
