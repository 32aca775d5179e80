// oauth.hpp: what the RFCs say, so that a provider's code is only its departures from them.
#ifndef TENON_SDK_OAUTH_HPP
#define TENON_SDK_OAUTH_HPP

#include <tenon/sdk/http_date.hpp>
#include <tenon/sdk/oauth_requests.hpp>
#include <tenon/sdk/outcomes.hpp>
#include <tenon/sdk/response.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon {

/// What was asked: the same error means different things. invalid_grant is a bad code in an
/// exchange and a revoked grant in a refresh; status 401 is a bad client at a token endpoint and a
/// dead token at an API.
enum class asked { exchange, refresh, revoke, api };

/// The category of an error code of RFC 6749 4.1.2.1 and 5.2, RFC 6750 3.1, RFC 7009 2.2.1, OpenID
/// Connect Core 3.1.2.6, and of those close to them that are in wide use. Unknown ones: provider.
inline auto category_of(std::string_view code, asked what) -> category {
    struct entry {
        std::string_view code;
        tenon::category category;
    };
    static constexpr std::array table = {
        entry{"invalid_client", category::misconfigured},
        entry{"incorrect_client_credentials", category::misconfigured},
        entry{"unauthorized_client", category::misconfigured},
        entry{"unsupported_grant_type", category::misconfigured},
        entry{"unsupported_response_type", category::misconfigured},
        entry{"redirect_uri_mismatch", category::misconfigured},
        entry{"invalid_redirect_uri", category::misconfigured},
        entry{"invalid_target", category::misconfigured},
        entry{"invalid_scope", category::scope},
        entry{"insufficient_scope", category::scope},
        entry{"access_denied", category::access_denied},
        entry{"server_error", category::unavailable},
        entry{"temporarily_unavailable", category::unavailable},
        entry{"slow_down", category::rate_limited},
        entry{"unsupported_token_type", category::unsupported},
        entry{"invalid_token", category::token_rejected},
    };
    // GitHub has names of its own for the two meanings of invalid_grant.
    const bool dead_grant =
        code == "invalid_grant" || code == "bad_verification_code" || code == "bad_refresh_token";
    const bool person_needed = code == "login_required" || code == "interaction_required" ||
                               code == "consent_required" || code == "account_selection_required";
    if (dead_grant || person_needed) {
        if (what == asked::refresh) {
            return category::revoked;
        }
        if (what != asked::exchange) {
            return category::token_rejected;
        }
        return person_needed ? category::access_denied : category::invalid_code;
    }
    const auto* const found =
        std::find_if(table.begin(), table.end(), [code](const entry& e) { return e.code == code; });
    return found == table.end() ? category::provider : found->category;
}

/// The category that an HTTP status has by itself; `provider` where only the body can tell.
inline auto category_of(std::uint32_t status, asked what) -> category {
    if (status == 429) {
        return category::rate_limited;
    }
    if (status >= 500 || status == 408) {
        return category::unavailable;
    }
    if (status == 401) {
        return what == asked::api ? category::token_rejected : category::misconfigured;
    }
    if (status == 403 && what == asked::api) {
        return category::scope;
    }
    return category::provider;
}

namespace detail {

constexpr std::int64_t longest_wait_s = 86400;

inline auto as_wait_ms(std::int64_t seconds) -> std::uint32_t {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, longest_wait_s) * 1000);
}

/// From the answer's own Date, else from when the request was sent, in milliseconds; at most a day.
inline auto wait_until_ms(const response& reply, std::int64_t at_s) -> std::uint32_t {
    const std::int64_t sent_s = reply.sent_at_ms() / 1000;
    const auto answered_s = parse_http_date(reply.header("date"), sent_s).value_or(sent_s);
    // Compared first: what a header says may be too large to subtract from.
    return at_s <= answered_s ? 0 : as_wait_ms(at_s - answered_s);
}

/// At a date in the forms of HTTP or of RFC 3339; 0 where it is none.
inline auto wait_until_date_ms(const response& reply, std::string_view written) -> std::uint32_t {
    auto at_s = parse_http_date(written, reply.sent_at_ms() / 1000);
    if (!at_s) {
        at_s = parse_rfc3339(written);
    }
    return at_s ? wait_until_ms(reply, *at_s) : 0;
}

inline auto is_digits(std::string_view text) -> bool {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// A number without a sign, perhaps with a fraction, rounded up; of more digits than a number has,
/// the largest. Nothing where it is none.
inline auto rounded_up(std::string_view text) -> std::optional<std::int64_t> {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    const auto point = text.find('.');
    const bool has_fraction = point != std::string_view::npos;
    const auto fraction = has_fraction ? text.substr(point + 1) : std::string_view();
    if (!is_digits(text.substr(0, point)) || (has_fraction && !is_digits(fraction))) {
        return std::nullopt;
    }
    const std::int64_t whole = to_int64(text.substr(0, point)).value_or(most);
    const bool more = fraction.find_first_not_of('0') != std::string_view::npos;
    return whole < most && more ? whole + 1 : whole;
}

}  // namespace detail

/// Retry-After (RFC 9110 10.2.3), seconds or a date in any of its three forms, or in that of RFC
/// 3339, which some send; in milliseconds, at most a day; 0 where it is absent or makes no sense. A
/// date counts from the answer's own Date, else from when the request was sent.
inline auto retry_after_ms(const response& reply) -> std::uint32_t {
    const std::string written = reply.header("retry-after");
    if (detail::is_digits(written)) {
        // More digits than a number has are a long time.
        return detail::as_wait_ms(to_int64(written).value_or(detail::longest_wait_s));
    }
    return detail::wait_until_date_ms(reply, written);
}

/// The same of a provider's own header of limits, such as `x-ratelimit-reset`, in whichever form it
/// is written: seconds from now, seconds or milliseconds since the epoch, each perhaps with a
/// fraction, or a date. The forms can't be taken for each other: a wait is shorter than thirty
/// years, and the epoch is longer ago; in milliseconds, three thousand years.
inline auto reset_after_ms(const response& reply, std::string_view header) -> std::uint32_t {
    constexpr std::int64_t least_epoch_s = 1'000'000'000;
    constexpr std::int64_t least_epoch_ms = 100'000'000'000;
    const std::string written = reply.header(header);
    const auto number = detail::rounded_up(written);
    if (!number) {
        return detail::wait_until_date_ms(reply, written);
    }
    if (*number < least_epoch_s) {
        return detail::as_wait_ms(*number);
    }
    const bool is_ms = *number >= least_epoch_ms;
    return detail::wait_until_ms(reply, is_ms ? (*number - 1) / 1000 + 1 : *number);
}

/// A failure of that category with everything that the answer's head tells.
inline auto failure_of(
    const response& reply, category what, std::string message, std::string code = {}
) -> failure {
    failure why(what, std::move(message), quotable_code(code));
    why.http_status = reply.status();
    why.retry_after_ms = retry_after_ms(reply);
    return why;
}

/// What to do of a failure that is a limit's, and came without Retry-After: waits as the first of
/// these headers that names a time says.
inline void heed_reset(
    failure& why, const response& reply, std::initializer_list<std::string_view> headers
) {
    for (const std::string_view header : headers) {
        if (why.category == category::rate_limited && why.retry_after_ms == 0) {
            why.retry_after_ms = reset_after_ms(reply, header);
        }
    }
}

/// The failure that a response is, by its transport, status and the RFC's `error` and
/// `error_description`. 429 and 5xx count more than the body; for the rest the body's code counts
/// more than the status.
inline auto oauth_failure(const response& reply, asked what) -> failure {
    if (!reply.answered()) {
        return transport_failure(reply);
    }
    const json body = reply.json();
    const std::string code = body.id("error");
    const std::string status = std::to_string(reply.status());
    category found = category_of(reply.status(), what);
    if (found != category::rate_limited && found != category::unavailable && !code.empty()) {
        const category by_code = category_of(code, what);
        if (by_code != category::provider || reply.status() < 401) {
            found = by_code;
        }
    }
    if (code.empty()) {
        return failure_of(reply, found, "the provider answered with status " + status);
    }
    std::string message =
        "the provider answered " + quotable_code(code) + " (status " + status + ")";
    const std::string description = body.str("error_description");
    if (!description.empty()) {
        message += ": " + quotable(description);
    }
    return failure_of(reply, found, std::move(message), code);
}

/// A token is one or more visible ASCII characters (RFC 6749 appendix A.12, A.17).
inline auto is_token(std::string_view text) noexcept -> bool {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

/// A scope list in the ABI's form, separated by spaces, from a list of texts or from one text with
/// commas or spaces.
inline auto scopes_in(const json& written) -> std::string {
    if (!written.is_array()) {
        return spaced(written.text());
    }
    std::vector<std::string> names;
    for (const json& name : written.items()) {
        names.push_back(name.text());
    }
    return join(names, " ");
}

/// The tokens in a JSON object of the form of RFC 6749 5.1, perhaps nested in a larger reply.
/// Throws `failed` if there is no usable access token. expires_in and refresh_token_expires_in may
/// be numbers or strings of digits.
inline auto tokens_in(const json& body, const response& reply) -> tokens {
    const std::string access_token = body.str("access_token");
    if (!is_token(access_token)) {
        throw failed(failure_of(
            reply, category::provider, "the provider's answer has no usable access_token"
        ));
    }
    tokens found;
    found.access_token(access_token)
        .refresh_token(
            is_token(body.str("refresh_token")) ? body.str("refresh_token") : std::string()
        )
        .id_token(body.str("id_token"))
        .token_type(body.str("token_type"))
        .scope(body.str("scope"))
        .expires_in(body.num("expires_in"), reply.sent_at_ms())
        .refresh_expires_in(body.num("refresh_token_expires_in"), reply.sent_at_ms());
    return found;
}

/// Whether a token type is one that BEARER requests can use. An absent one is taken for it.
inline auto is_bearer(std::string_view token_type) -> bool {
    return token_type.empty() || same_ignoring_case(token_type, "bearer");
}

/// Whether an answer says no: by its status, or by an `error` under a good one. A null is none.
inline auto is_refusal(const response& reply) -> bool {
    const json body = reply.json();
    return !reply.ok() || (body["error"].exists() && !body["error"].is_null());
}

/// A token endpoint's reply (RFC 6749 5.1). Throws `failed` for an error, also one under status
/// 200, and for tokens of a type that is not to be used as a bearer token (RFC 6749 7.1).
inline auto oauth_tokens(const response& reply, asked what) -> tokens {
    if (is_refusal(reply)) {
        throw failed(oauth_failure(reply, what));
    }
    const json body = reply.object();
    if (!is_bearer(body.str("token_type"))) {
        throw failed(failure_of(
            reply, category::provider, "the provider's answer has a token type other than Bearer"
        ));
    }
    return tokens_in(body, reply);
}

/// A revocation endpoint's reply (RFC 7009 2.2): throws `failed` unless the token is dead, which an
/// answer that it is unknown also means.
inline auto oauth_revoked(const response& reply) -> revoked {
    const bool dead_already = reply.status() == 400 && reply.json().str("error") == "invalid_token";
    if (!reply.ok() && !dead_already) {
        throw failed(oauth_failure(reply, asked::revoke));
    }
    return {};
}

}  // namespace tenon

#endif
