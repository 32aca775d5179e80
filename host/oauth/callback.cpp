#include "oauth/callback.hpp"

#include "base/log.hpp"
#include "crypto/hash.hpp"
#include "oauth/audit_entry.hpp"
#include "oauth/complete_connect.hpp"
#include "oauth/exchange.hpp"
#include "oauth/issuer.hpp"
#include "oauth/persist.hpp"
#include "oauth/redirect_outcome.hpp"
#include "oauth/redirect_uri.hpp"
#include "oauth/sealing.hpp"
#include "store/pending_connects.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

using parameters = std::vector<std::pair<std::string, std::string>>;

auto find_parameter(const parameters& params, std::string_view name) -> std::optional<std::string> {
    const auto found = std::find_if(params.begin(), params.end(), [&](const auto& one) {
        return one.first == name;
    });
    return found == params.end() ? std::nullopt : std::optional(found->second);
}

// RFC 6749 3.1: parameters must not be included more than once.
auto repeated(const parameters& params) -> bool {
    for (auto one = params.begin(); one != params.end(); ++one) {
        if (std::any_of(params.begin(), one, [&](const auto& before) {
                return before.first == one->first;
            })) {
            return true;
        }
    }
    return false;
}

auto unknown_state() -> error {
    return fail(
        errc::invalid_state,
        "this link was not issued here, was used already, has expired or belongs elsewhere; "
        "begin the connection anew"
    );
}

auto take_state(oauth_context& context, std::string hash)
    -> boost::asio::awaitable<result<pending_connect_row>> {
    auto take = [hash,
                 now = context.time.now()](sql_session& session) -> result<pending_connect_row> {
        auto row = take_pending_connect(session, hash, now);
        if (!row) {
            return unknown_state();
        }
        return std::move(*row);
    };
    co_return co_await context.db.as_service(access::write, std::move(take));
}

// Is this the flow that began here, for this provider, in this browser?
auto belongs(const pending_connect_row& flow, const callback_request& request) -> bool {
    return flow.provider == request.provider &&
           (!flow.browser_hash ||
            equal_in_constant_time(*flow.browser_hash, sha256(request.browser_binding)));
}

// RFC 9207 2.4, on success and on error alike.
auto check_issuer(const pending_connect_row& flow, const parameters& params, bool promised)
    -> std::optional<error> {
    const auto issuer = find_parameter(params, "iss");
    if (issuer && !flow.issuer.empty() && !is_issuer(flow.issuer, *issuer)) {
        return fail(errc::issuer_mismatch, "the answer came from another issuer than was asked");
    }
    if (!issuer && promised) {
        return fail(errc::issuer_mismatch, "the answer does not say which issuer it is from");
    }
    return std::nullopt;
}

// The code of a successful response, or why there is none.
auto code_of_response(const parameters& params) -> result<secret> {
    if (const auto refused = find_parameter(params, "error")) {
        return fail(
            from_authorization_error(*refused),
            "the provider answered with an error instead of a code"
        );
    }
    auto code = find_parameter(params, "code");
    if (!code || code->empty()) {
        return fail(errc::invalid_code, "the provider's answer has neither a code nor an error");
    }
    return secret(std::move(*code));
}

// A flow that came back, and when: before it was taken.
struct returned_flow {
    pending_connect_row row;
    time_point began_at{};
};

auto to_input(
    oauth_context& context, const returned_flow& returned, const callback_request& request,
    const provider_instance& provider, secret code
) -> result<exchange_input> {
    const auto& flow = returned.row;
    exchange_input input;
    input.by = actor{flow.org, flow.user, "callback", request.request_id};
    input.provider = flow.provider;
    input.client_id = flow.client_id;
    input.code = std::move(code);
    const auto place = to_hex(flow.state_hash);
    if (flow.verifier) {
        auto verifier = open_from(
            context.seal, flow.org, place, sealed_column::pending_verifier, *flow.verifier
        );
        if (verifier.has_error()) {
            return verifier.error();
        }
        input.verifier = std::move(*verifier);
    }
    if (flow.nonce) {
        auto nonce =
            open_from(context.seal, flow.org, place, sealed_column::pending_nonce, *flow.nonce);
        if (nonce.has_error()) {
            return nonce.error();
        }
        input.nonce = std::move(*nonce);
    }
    input.redirect_uri =
        flow.redirect_uri.empty() ? redirect_uri_of(context.options, provider) : flow.redirect_uri;
    input.requested_scope = flow.requested_scope;
    input.connect_params = params_from_json(flow.connect_params);
    for (const auto& [name, value] : request.params) {
        if (name != "code" && name != "state" && name != "iss") {
            input.callback.emplace_back(name, value);
        }
    }
    input.reconnect = flow.reconnect;
    input.confirm = flow.confirm;
    input.began_at = returned.began_at;
    return input;
}

auto audit_failure(
    oauth_context& context, const pending_connect_row& flow, std::string request_id, errc code
) -> boost::asio::awaitable<void> {
    const actor by{flow.org, flow.user, "callback", std::move(request_id)};
    audit_entry entry;
    entry.action = "connection.failed";
    entry.provider = flow.provider;
    entry.outcome = code_of(code);
    auto write = [&context, by, entry](sql_session& session) -> result<void> {
        write_audit(session, context, by, entry);
        return {};
    };
    [[maybe_unused]] auto done =
        co_await context.db.with_org(flow.org, access::write, std::move(write));
}

auto location_of(oauth_context& context, const returned_flow& returned, callback_request request)
    -> boost::asio::awaitable<result<std::string>> {
    const auto& flow = returned.row;
    auto provider = co_await context.providers.acquire(flow.provider.text());
    if (provider.has_error()) {
        co_return provider.error();
    }
    if (auto wrong = check_issuer(flow, request.params, (*provider)->about().iss_promised)) {
        co_return std::move(*wrong);
    }
    auto code = code_of_response(request.params);
    if (code.has_error()) {
        co_return code.error();
    }
    auto input = to_input(context, returned, request, **provider, std::move(*code));
    if (input.has_error()) {
        co_return input.error();
    }
    co_return co_await complete_connect(context, flow, std::move(*input));
}

}  // namespace

auto finish_connect(oauth_context& context, callback_request request)
    -> boost::asio::awaitable<result<callback_outcome>> {
    if (!context.providers.snapshot()->providers.contains(request.provider.text())) {
        co_return fail(errc::unknown_provider, "no provider of that name");
    }
    const auto state = find_parameter(request.params, "state");
    if (!state || state->empty()) {
        co_return unknown_state();
    }
    if (repeated(request.params)) {
        co_return fail(
            errc::invalid_request, "a parameter of the redirect came twice (RFC 6749 3.1)"
        );
    }
    const auto began_at = context.time.now();
    auto taken = co_await take_state(context, sha256(*state));
    if (taken.has_error()) {
        co_return taken.error();
    }
    const returned_flow returned{std::move(*taken), began_at};
    const auto& flow = returned.row;
    if (!belongs(flow, request)) {
        co_return unknown_state();
    }
    const std::string request_id = request.request_id;
    auto location = co_await location_of(context, returned, std::move(request));
    if (location.has_value()) {
        co_return callback_outcome{std::move(*location)};
    }
    const error reason = location.error();
    log(log_level::info, "connect failed",
        {{log_key::request_id, request_id},
         {log_key::provider, flow.provider.text()},
         {log_key::code, code_of(reason.code)},
         {log_key::detail, reason.message}});
    co_await audit_failure(context, flow, request_id, reason.code);
    co_return callback_outcome{error_location(flow.redirect_url, flow.provider, reason)};
}

}  // namespace tenon::host
