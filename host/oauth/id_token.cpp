#include "oauth/id_token.hpp"

#include "base/json.hpp"
#include "base/log.hpp"
#include "crypto/jwt.hpp"
#include "oauth/issuer.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

constexpr auto keys_lifetime = std::chrono::hours(24);
constexpr auto least_interval = std::chrono::minutes(1);
constexpr milliseconds keys_timeout{5'000};  // whoever waits for a token waits for it

using key_set = signing_keys::key_set;

auto fetch_keys(oauth_context& context, std::string url, std::string label)
    -> boost::asio::awaitable<result<key_set>> {
    outbound_request request;
    request.may_resend = true;
    request.timeout = keys_timeout;
    request.method = "GET";
    request.url = std::move(url);
    request.headers = {{"Accept", "application/json"}};
    request.label = std::move(label);
    auto answer = co_await context.http.send(std::move(request));
    if (answer.outcome != transport::ok || answer.status != 200) {
        co_return fail(
            errc::provider_unavailable,
            "the provider's signing keys could not be fetched; try again in a moment"
        );
    }
    co_return key_set{std::move(answer.body), answer.sent_at};
}

auto identity_of(std::string claims) -> result<verified_identity> {
    const auto parsed = parse_json(claims);
    if (parsed.has_error() || !parsed->is_object() || !parsed->contains("sub") ||
        !(*parsed)["sub"].is_string()) {
        return fail(errc::provider_error, "the provider's ID token names no subject");
    }
    auto subject = (*parsed)["sub"].get<std::string>();
    return verified_identity{std::move(subject), std::move(claims)};
}

}  // namespace

auto signing_keys::find(const std::string& url) -> std::optional<key_set> {
    const std::lock_guard lock(guard_);
    const auto found = sets_.find(url);
    return found == sets_.end() ? std::nullopt : std::optional(found->second);
}

void signing_keys::put(const std::string& url, key_set keys) {
    const std::lock_guard lock(guard_);
    sets_[url] = std::move(keys);
}

auto verify_identity(
    oauth_context& context, provider_handle provider, secret id_token, std::string client_id,
    std::string nonce, time_point received_at
) -> boost::asio::awaitable<result<verified_identity>> {
    const auto& about = provider->about();
    const std::string url = provider->mapped(about.jwks_url);
    id_token_expectation expected;
    expected.issuers =
        issuers_of(about.issuer, unverified_claim(id_token.reveal(), "tid").value_or(""));
    expected.client_id = std::move(client_id);
    if (!nonce.empty()) {
        expected.nonce = std::move(nonce);
    }
    auto keys = context.keys.find(url);
    for (bool fetched = false;; fetched = true) {
        const auto now = context.time.now();
        if (!keys || now - keys->fetched_at > keys_lifetime) {
            const std::string label = provider->name() + " jwks";
            auto fresh = co_await fetch_keys(context, url, label);
            if (fresh.has_error()) {
                co_return fresh.error();
            }
            context.keys.put(url, *fresh);
            keys = *fresh;
            fetched = true;
        }
        auto verdict = verify_id_token(id_token.reveal(), keys->jwks, expected, received_at);
        if (verdict.outcome == id_token_outcome::accepted) {
            co_return identity_of(std::move(verdict.claims));
        }
        const bool ask_again = verdict.outcome == id_token_outcome::unknown_key && !fetched &&
                               now - keys->fetched_at > least_interval;
        if (!ask_again) {
            log(log_level::warn, "id token refused",
                {{log_key::provider, provider->name()}, {log_key::detail, verdict.problem}});
            co_return fail(errc::provider_error, verdict.problem);
        }
        keys.reset();
    }
}

}  // namespace tenon::host
