#include "api/call.hpp"

#include "api/access_journal.hpp"
#include "api/error_response.hpp"
#include "api/idempotency.hpp"
#include "api/naming.hpp"
#include "api/rate_limiter.hpp"

#include <algorithm>

namespace tenon::host {

namespace {

auto check_user_id(std::string_view id, std::string_view in_header) -> result<void> {
    const auto wrong = problem_of_user(id);
    if (id.empty() || wrong.empty()) {
        return {};
    }
    auto problem =
        fail(errc::invalid_request, "The user id can't be taken: " + std::string(wrong) + ".");
    problem.details.push_back({id == in_header ? "X-Tenon-User" : "userId", std::string(wrong)});
    return problem;
}

auto admit(api_context& api, const route_spec& spec, const call& mine) -> std::optional<error> {
    switch (spec.limit) {
        case limit_rule::none: return std::nullopt;
        case limit_rule::read: return api.limits.admit(limit_kind::read, mine.who->key.text());
        case limit_rule::callback: return api.limits.admit(limit_kind::callback, mine.http.client);
        case limit_rule::mutation:
        case limit_rule::connect: break;  // which comes on top
    }
    return api.limits.admit(limit_kind::mutation, mine.who->key.text());
}

auto check_scopes(const caller& who, const route_spec& spec) -> result<void> {
    auto allowed = check_scope(who, spec.scope);
    return allowed.has_error() ? allowed : check_scope(who, spec.scope_too);
}

auto take_caller(api_context& api, const route_spec& spec, call& mine, result<caller_handle> who)
    -> result<void> {
    if (who.has_error()) {
        return who.error();
    }
    mine.who = std::move(*who);
    api.journal.note_use(mine.who);
    return check_scopes(*mine.who, spec);
}

// Of a callback more is at stake, and its own handler looks.
auto check_query(const route_spec& spec, const request& from) -> result<void> {
    const auto twice =
        spec.limit == limit_rule::callback ? "" : repeated_parameter(from, spec.query);
    if (twice.empty()) {
        return {};
    }
    const std::string name(twice);
    auto wrong = fail(errc::invalid_request, name + " is there more than once. Send it once.");
    wrong.details.push_back({name, "more than once"});
    return wrong;
}

auto take_fields(const route_spec& spec, call& mine) -> result<void> {
    auto once = check_query(spec, mine.http);
    if (once.has_error() || spec.body != body_rule::json) {
        return once;
    }
    auto body = body_fields::parse(mine.http.body);
    if (body.has_error()) {
        return body.error();
    }
    mine.body = std::move(*body);
    return {};
}

auto find_user(const route_spec& spec, call& mine) -> result<void> {
    const auto in_body = mine.body.text("userId");
    if (auto good = mine.body.checked(); good.has_error()) {
        return good.error();
    }
    auto user = acting_user(mine.http, *mine.who, in_body, spec.user);
    if (user.has_error()) {
        return user.error();
    }
    mine.user = std::move(*user);
    return {};
}

// Everything before the handler. Errors are the answer.
auto prepare(api_context& api, const route_spec& spec, call& mine)
    -> boost::asio::awaitable<result<void>> {
    if (spec.scope || spec.user != user_rule::none) {
        auto who = co_await api.keys.authenticate(mine.http);
        if (auto taken = take_caller(api, spec, mine, std::move(who)); taken.has_error()) {
            co_return taken;
        }
    }
    if (auto taken = take_fields(spec, mine); taken.has_error()) {
        co_return taken;
    }
    if (spec.user != user_rule::none) {
        if (auto found = find_user(spec, mine); found.has_error()) {
            co_return found;
        }
    }
    if (auto refused = admit(api, spec, mine)) {
        co_return std::move(*refused);
    }
    if (spec.limit == limit_rule::connect) {
        auto asking = api.limits.admit_connect(mine.who->org.text() + '\n' + mine.user.text());
        if (auto refused = co_await std::move(asking)) {
            co_return std::move(*refused);
        }
    }
    co_return result<void>();
}

auto run_plainly(call& mine, handler run) -> boost::asio::awaitable<result<response>> {
    return run(mine);
}

}  // namespace

auto acting_user(const request& from, const caller& who, const std::string& in_body, user_rule rule)
    -> result<user_id> {
    std::string_view user = who.pinned_user ? std::string_view(who.pinned_user->text()) : "";
    const bool pinned = !user.empty();
    const auto in_header = from.headers.find("X-Tenon-User");
    const auto in_query = from.query_value("userId").value_or("");
    const auto in_path = from.param("userId");
    for (const auto named : {in_header, in_query, std::string_view(in_body), in_path}) {
        if (named.empty() || named == user) {
            continue;
        }
        if (pinned) {
            return fail(
                errc::insufficient_scope,
                "This API key acts for one user only, and the request names another one."
            );
        }
        if (!user.empty()) {
            return fail(
                errc::invalid_request, "X-Tenon-User and userId name different users. Name one."
            );
        }
        user = named;
    }
    const bool twice = from.headers.count("X-Tenon-User") > 1 ||
                       std::ranges::count(from.query, "userId", [](const auto& parameter) {
                           return std::string_view(parameter.first);
                       }) > 1;
    if (twice) {
        return fail(errc::invalid_request, "The user is named twice in the same place. Name one.");
    }
    if (user.empty() && rule == user_rule::required) {
        return fail(
            errc::user_required,
            "This call acts for a user: name them by the header X-Tenon-User or by userId."
        );
    }
    if (auto good = check_user_id(user, in_header); good.has_error()) {
        return good.error();
    }
    return user_id(std::string(user));
}

auto check_scope(const caller& who, std::optional<key_scope> needed) -> result<void> {
    if (!needed || who.scopes.has(*needed)) {
        return {};
    }
    return fail(
        errc::insufficient_scope,
        "This API key lacks the scope " + std::string(to_text(*needed)) + "."
    );
}

auto repeated_parameter(const request& from, std::span<const query_parameter> known)
    -> std::string_view {
    for (const auto& parameter : known) {
        const auto count = std::ranges::count(from.query, parameter.name, [](const auto& one) {
            return std::string_view(one.first);
        });
        if (count > 1) {
            return parameter.name;
        }
    }
    return {};
}

auto failed(const error& failure, std::string_view request_id) -> response {
    auto answer = json_response(http_status_of(failure.code), error_body(failure, request_id));
    answer.no_store = true;
    if (const auto wait = retry_after_of(failure)) {
        answer.add_header("Retry-After", std::to_string(wait->count()));
    }
    if (failure.code == errc::unauthenticated) {
        answer.add_header("WWW-Authenticate", "Bearer");
    }
    return answer;
}

auto run_call(api_context& api, const route_spec& spec, request from)
    -> boost::asio::awaitable<response> {
    auto no_body = body_fields::parse({});
    call mine{api, from, {}, {}, std::move(*no_body)};
    auto prepared = co_await prepare(api, spec, mine);
    if (prepared.has_error()) {
        co_return failed(prepared.error(), from.id);
    }
    const bool once = spec.idempotent_by_key && from.headers.has("Idempotency-Key");
    const auto how = once ? run_once : run_plainly;
    auto answer = co_await how(mine, spec.run);
    if (answer.has_error()) {
        co_return failed(answer.error(), from.id);
    }
    // It depends on the key: a cache that goes by the URL must not keep it.
    answer->no_store = answer->no_store || mine.who != nullptr;
    co_return std::move(*answer);
}

}  // namespace tenon::host
