#include "oauth/token.hpp"
#include "api/access_journal.hpp"
#include "api/handlers/handlers.hpp"
#include "api/rate_limiter.hpp"
#include "api/route_parts.hpp"
#include "api/view_json.hpp"
#include "oauth/token_cache.hpp"

#include <charconv>

namespace tenon::host::handlers {

namespace {

constexpr int longest_minimum = 366 * 24 * 3'600;

auto minimum_lifetime_of(const request& from) -> result<std::chrono::seconds> {
    const auto given = from.query_value("minTtl");
    if (!given) {
        return token_request{}.minimum_lifetime;
    }
    int seconds = -1;
    const auto* const end = given->data() + given->size();
    const auto [stop, problem] = std::from_chars(given->data(), end, seconds);
    if (problem != std::errc{} || stop != end || seconds < 0 || seconds > longest_minimum) {
        auto wrong = fail(errc::invalid_request, "minTtl must be a number of seconds, 0 or more.");
        wrong.details.push_back({"minTtl", "a whole number of seconds from 0 to a year"});
        return wrong;
    }
    return std::chrono::seconds{seconds};
}

auto token_request_of(const request& from, const caller& who, const user_id& user)
    -> result<token_request> {
    auto minimum = minimum_lifetime_of(from);
    if (minimum.has_error()) {
        return minimum.error();
    }
    token_request asked;
    asked.org = who.org;
    asked.user = user;
    asked.which.provider = provider_id(std::string(from.param("provider")));
    asked.which.account = from.param("accountId");
    asked.slot = from.query_value("slot").value_or("");
    asked.minimum_lifetime = *minimum;
    return asked;
}

// The generation. No two tokens under one URL share one: a grant that was ended and made anew does
// not begin where it began before (see landing.cpp).
auto entity_tag(const token_answer& token) -> std::string {
    return '"' + std::to_string(token.generation) + '"';
}

// RFC 9110 13.1.2: a list of tags, each perhaps weak, or `*`.
auto names_tag(std::string_view condition, std::string_view tag) -> bool {
    return condition == "*" || condition.find(tag) != std::string_view::npos;
}

void write_answer(const request& from, const token_answer& token, response& to) {
    const auto tag = entity_tag(token);
    to.no_store = true;
    to.add_header("ETag", tag);
    if (names_tag(from.headers.find("If-None-Match"), tag)) {
        to.status = 304;
        to.content_type = {};
        return;
    }
    to.body = token_json(token);
}

}  // namespace

auto token_from_memory(api_context& api, const request& from, response& to) -> bool {
    auto who = api.keys.cached(from);
    if (!who) {
        return false;
    }
    if (who->has_error()) {
        to = failed(who->error(), from.id);
        return true;
    }
    const auto& known = ***who;
    // What goes wrong is told by the slow path, which checks the same in the same order.
    if (!known.scopes.has(key_scope::tokens_read)) {
        return false;
    }
    const auto user = acting_user(from, known, {}, user_rule::required);
    if (user.has_error()) {
        return false;
    }
    const auto minimum = minimum_lifetime_of(from);
    if (minimum.has_error() || !repeated_parameter(from, route_parts::token_query).empty()) {
        return false;
    }
    const auto slot = from.query_value("slot").value_or("");
    const token_key key{known.org, *user, from.param("provider"), from.param("accountId"), slot};
    const auto token = api.tokens.cached(key, *minimum);
    if (!token) {
        return false;
    }
    if (auto refused = api.limits.admit(limit_kind::read, known.key.text())) {
        to = failed(*refused, from.id);
        return true;
    }
    api.journal.note_use(**who);
    api.journal.note_read(**who, token->connection);
    write_answer(from, *token, to);
    return true;
}

auto token(call& mine) -> answer {
    auto asked = token_request_of(mine.http, *mine.who, mine.user);
    if (asked.has_error()) {
        co_return asked.error();
    }
    auto token = co_await mine.api.tokens.read(std::move(*asked));
    if (token.has_error()) {
        co_return token.error();
    }
    // It may have been waited for, and the key revoked meanwhile.
    auto still = co_await mine.api.keys.authenticate(mine.http);
    if (still.has_error()) {
        co_return still.error();
    }
    mine.api.journal.note_read(mine.who, token->connection);
    response to;
    write_answer(mine.http, *token, to);
    co_return to;
}

}  // namespace tenon::host::handlers
