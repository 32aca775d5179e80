// What the rows of the route table are made of: query parameters, the codes that a route may answer
// with of its own, and what rows of a kind have in common.
#pragma once

#include "api/call.hpp"

#include <array>

namespace tenon::host::route_parts {

using enum errc;

inline constexpr std::string_view html = "text/html";

inline constexpr query_parameter page_limit{
    "limit", "1 to 500; 50 unless given",
    R"({"type":"integer","minimum":1,"maximum":500,"default":50})"};
inline constexpr query_parameter page_cursor{"cursor", "nextCursor of the page before"};

inline constexpr std::array providers_query{
    query_parameter{"q", "Only those that have it in their id, name or category"},
    query_parameter{"category", "Only this category: one of categories"},
    query_parameter{"kind", "oauth2 or api_key"},
    query_parameter{"enabled", "true: what can be connected now; false: what can't yet"}};
inline constexpr std::array token_query{
    query_parameter{
        "minTtl", "Seconds of life that the caller needs; 60 unless given",
        R"({"type":"integer","minimum":0,"maximum":31622400,"default":60})"},
    query_parameter{"slot", "Which of the connection's tokens; the main one unless given"}};
inline constexpr std::array profile_query{
    query_parameter{"fresh", "true: ask the provider now; otherwise from cache for five minutes"}};
inline constexpr std::array connections_query{
    query_parameter{"provider", "Only this provider's"},
    query_parameter{"status", "connected, expired or pending"}, page_limit, page_cursor};
inline constexpr std::array keys_query{page_limit, page_cursor};
inline constexpr std::array audit_query_parameters{
    query_parameter{"action", "Only this action"},
    query_parameter{"connectionId", "Only this connection's"}, page_limit, page_cursor};
inline constexpr std::array user_data_query{
    query_parameter{
        "limit", "Items of all lists together: 1 to 500; 500 unless given",
        R"({"type":"integer","minimum":1,"maximum":500,"default":500})"},
    page_cursor};
inline constexpr std::array health_query{
    query_parameter{"check", "all, db, cache, plugins or limits"}};
inline constexpr std::array callback_query{
    query_parameter{"code", "The authorization code"},
    query_parameter{"state", "As it was given by connect"},
    query_parameter{"iss", "The issuer (RFC 9207)"},
    query_parameter{"error", "Why there is no code"}};
inline constexpr std::array result_query{
    query_parameter{"provider", "Which one"}, query_parameter{"status", "connected or error"},
    query_parameter{"accountId", "The account"}, query_parameter{"error", "A code"}};

inline constexpr std::array connect_errors{
    unknown_provider,        provider_disabled, redirect_not_allowed,       account_mismatch,
    unsupported_by_provider, not_found,         provider_permission_denied, provider_error,
    provider_unavailable,    provider_timeout,  provider_misconfigured,     invalid_state};
inline constexpr std::array callback_errors{invalid_state, invalid_request, unknown_provider};
inline constexpr std::array confirm_errors{
    invalid_state, unknown_provider, provider_disabled, provider_unavailable};
// Of the page's form: what the API would have asked a key for, and what connect answers.
inline constexpr std::array form_errors{
    unauthenticated,      insufficient_scope,      user_required, unknown_provider,
    provider_disabled,    unsupported_by_provider, invalid_state, provider_error,
    provider_unavailable, provider_misconfigured};
inline constexpr std::array token_errors{
    invalid_request,   unknown_provider,     not_found,        reconnect_required,
    provider_error,    provider_unavailable, provider_timeout, provider_misconfigured,
    provider_disabled, rate_limited};
inline constexpr std::array profile_errors{
    invalid_request,      unknown_provider,           not_found,
    reconnect_required,   provider_permission_denied, provider_error,
    provider_unavailable, provider_timeout,           provider_misconfigured,
    provider_disabled,    unsupported_by_provider,    rate_limited};
inline constexpr std::array refresh_errors{
    unknown_provider,       not_found,        reconnect_required,     provider_error,
    provider_unavailable,   provider_timeout, provider_misconfigured, provider_disabled,
    unsupported_by_provider};
inline constexpr std::array disconnect_errors{unknown_provider, not_found};
inline constexpr std::array import_errors{
    user_required,    unknown_provider,     provider_disabled,
    account_mismatch, reconnect_required,   provider_error,
    provider_timeout, provider_unavailable, provider_permission_denied};
inline constexpr std::array list_errors{invalid_request};
inline constexpr std::array not_found_errors{not_found};
inline constexpr std::array conflict_errors{conflict};
inline constexpr std::array key_errors{invalid_state};  // its user is being erased
inline constexpr std::array ready_errors{shutting_down, storage_unavailable};

// A row without what its kind has in common with the others.
constexpr auto anybody(route_spec spec) -> route_spec {
    spec.method = "GET";
    return spec;
}

constexpr auto reading(route_spec spec) -> route_spec {
    spec.method = "GET";
    spec.limit = limit_rule::read;
    return spec;
}

constexpr auto change(route_spec spec) -> route_spec {
    spec.method = spec.method.empty() ? "POST" : spec.method;
    spec.scope = spec.scope.value_or(key_scope::connections_write);
    spec.limit = spec.limit == limit_rule::none ? limit_rule::mutation : spec.limit;
    spec.body = body_rule::json;
    spec.idempotent_by_key = true;
    return spec;
}

}  // namespace tenon::host::route_parts
