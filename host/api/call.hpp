// One request on its way through: who asks, for which user, may they, how often; then the handler.
#pragma once

#include "api/authenticator.hpp"
#include "api/body_fields.hpp"
#include "api/context.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "oauth/context.hpp"

#include <boost/asio/awaitable.hpp>
#include <span>
#include <string>
#include <string_view>

namespace tenon::host {

// Whose data an answer holds that is kept for an Idempotency-Key: it goes when they are erased.
enum class answer_about {
    its_user,  // the one that the call acts for, if any
    several,   // users that the handler alone knows of
    nobody,
};

// What a handler is given. Lives until its answer is made.
struct call {
    api_context& api;
    const request& http;
    caller_handle who;  // null on public routes
    user_id user;       // empty where the route needs none and none was named
    body_fields body;
    answer_about about = answer_about::its_user;  // a handler may say otherwise

    [[nodiscard]] auto as_actor() const -> actor { return {who->org, user, who->name, http.id}; }
};

using handler = boost::asio::awaitable<result<response>> (*)(call&);

enum class user_rule { none, optional, required };
enum class limit_rule { none, read, mutation, connect, callback };

struct query_parameter {
    std::string_view name, description;
    std::string_view schema = R"({"type":"string"})";
};

// A row of the table that the router, the pipeline and openapi.json are all made from.
struct route_spec {
    std::string_view method = {}, pattern = {}, name = {}, summary = {};
    std::optional<key_scope> scope = {};      // nothing: public, unless a user is needed
    std::optional<key_scope> scope_too = {};  // needed beside it
    user_rule user = user_rule::none;
    limit_rule limit = limit_rule::none;
    body_rule body = body_rule::none;
    bool idempotent_by_key = false;  // takes Idempotency-Key
    bool etag = false;               // answers with an ETag, and heeds If-None-Match
    handler run = nullptr;
    std::string_view request_schema = {}, response_schema = {};  // names of openapi components
    unsigned success = 200;
    std::string_view media = {};  // of an answer that is no JSON; a page's errors are pages too
    std::string_view down_schema = {};  // of a 503 that is no error but a report
    std::span<const query_parameter> query = {};
    std::span<const errc> errors = {};  // beyond those that follow from the fields above
};

// The user that the call acts for: the header X-Tenon-User, `userId` in the path, the query or the
// body; all that are there must agree. A pinned key needs none. Errors: invalid_request (they
// differ, or no id that can be stored), insufficient_scope (the key is pinned to another one),
// user_required.
[[nodiscard]] auto acting_user(
    const request& from, const caller& who, const std::string& in_body, user_rule rule
) -> result<user_id>;

// Error: insufficient_scope.
[[nodiscard]] auto check_scope(const caller& who, std::optional<key_scope> needed) -> result<void>;

// The first of these parameters that the query has more than once; empty: none. Which one counts
// would be anybody's guess.
[[nodiscard]] auto repeated_parameter(const request& from, std::span<const query_parameter> known)
    -> std::string_view;

// An error as the response to that request.
[[nodiscard]] auto failed(const error& failure, std::string_view request_id) -> response;

// Does all of it for one request. `spec` is of static storage.
auto run_call(api_context& api, const route_spec& spec, request from)
    -> boost::asio::awaitable<response>;

}  // namespace tenon::host
