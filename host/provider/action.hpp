// What a plugin wants next: the host's own copy.
#pragma once

#include "provider/abi_reader.hpp"
#include "provider/operation.hpp"

#include <string>
#include <variant>
#include <vector>

struct tenon_action;

namespace tenon::host {

struct http_action {
    std::uint32_t flags = 0;  // TENON_HTTP_…
    std::string method, url;
    std::vector<key_value> path_params, query, form, json, headers;
    std::string body;
    std::uint32_t timeout_ms = 0, max_body_bytes = 0;
};

struct call_action {
    std::string id;
    std::vector<key_value> args;
};

struct sleep_action {
    milliseconds length{0};
};

struct done_action {
    operation_output output;  // without authorize_url
    std::optional<http_action> authorize;
    const tenon_descriptor* description = nullptr;  // valid until op_destroy
};

struct fail_action {
    operation_failure
        failure;  // as the plugin told it: without what the host knows of the requests
};

struct broken_action {
    std::string what;  // how it departs from the contract
};

using any_action =
    std::variant<broken_action, http_action, call_action, sleep_action, done_action, fail_action>;

// Copies an action, once, in full. An operation of `kind` may only end as the kind says: AUTHORIZE
// with a request, EXCHANGE, REFRESH and VALIDATE with grants.
[[nodiscard]] auto read_action(const tenon_action& from, operation_kind kind) -> any_action;

}  // namespace tenon::host
