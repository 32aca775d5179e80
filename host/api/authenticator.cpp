#include "api/authenticator.hpp"

#include "api/metrics.hpp"
#include "api/rate_limiter.hpp"
#include "crypto/hash.hpp"
#include "http/request.hpp"
#include "oauth/token_cache.hpp"
#include "store/api_keys.hpp"
#include "store/database.hpp"

namespace tenon::host {

namespace {

constexpr std::size_t longest_key = 512;

auto unknown() -> error {
    return fail(
        errc::unauthenticated,
        "This API key is unknown or revoked. Make one with POST /api/keys or "
        "`tenon key create`."
    );
}

auto bearer_of(std::string_view authorization) -> std::string_view {
    constexpr std::string_view scheme = "bearer ";
    if (!equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) {
        return {};
    }
    authorization.remove_prefix(scheme.size());
    while (!authorization.empty() && authorization.front() == ' ') {
        authorization.remove_prefix(1);
    }
    return authorization;
}

auto caller_of(const api_key_row& row, time_point now) -> caller_handle {
    auto who = std::make_shared<caller>();
    who->key = row.id;
    who->org = row.org;
    who->name = "key:" + row.id.text();
    who->scopes = stored_key_scopes(row.scopes);
    who->pinned_user = row.user;
    who->read_at = now;
    return who;
}

}  // namespace

auto presented_key(const request& from) -> result<std::string_view> {
    const auto authorizations = from.headers.count("Authorization");
    const auto keys = from.headers.count("X-API-Key");
    if (authorizations + keys == 0) {
        return fail(
            errc::unauthenticated,
            "No API key. Send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`."
        );
    }
    if (authorizations > 1 || keys > 1) {
        return fail(errc::invalid_request, "The header with the API key is there more than once.");
    }
    const auto bearer = bearer_of(from.headers.find("Authorization"));
    const auto plain = from.headers.find("X-API-Key");
    if (authorizations == 1 && keys == 1 && bearer != plain) {
        return fail(
            errc::invalid_request,
            "Authorization and X-API-Key carry different API keys. Send one of them."
        );
    }
    const auto key = keys == 1 ? plain : bearer;
    if (key.empty() || key.size() > longest_key) {
        return fail(
            errc::unauthenticated,
            "That is no API key. Send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`."
        );
    }
    return key;
}

authenticator::authenticator(
    database& db, const clock& time, rate_limiter& limits, api_metrics& metrics,
    const token_cache& tokens, authenticator_options options
)
    : db_(db),
      time_(time),
      limits_(limits),
      metrics_(metrics),
      tokens_(tokens),
      options_(options),
      known_(options.entries),
      unknown_(options.entries) {}

auto authenticator::remembered(std::string_view hash) -> std::optional<result<caller_handle>> {
    const auto now = time_.now();
    // While changes can't be seen, it may have been revoked since.
    if (auto found = known_.find(hash);
        found && now < (*found)->read_at + options_.known_lifetime && !tokens_.bypassed(now)) {
        metrics_.key_looked_up("hit");
        return result<caller_handle>(std::move(*found));
    }
    if (auto found = unknown_.find(hash);
        found && now < found->read_at + options_.unknown_lifetime) {
        metrics_.key_looked_up("hit");
        return result<caller_handle>(unknown());
    }
    return std::nullopt;
}

auto authenticator::cached(const request& from) -> std::optional<result<caller_handle>> {
    const auto key = presented_key(from);
    if (key.has_error()) {
        return result<caller_handle>(key.error());
    }
    return remembered(sha256(*key));
}

auto authenticator::authenticate(const request& from)
    -> boost::asio::awaitable<result<caller_handle>> {
    const auto key = presented_key(from);
    if (key.has_error()) {
        co_return key.error();
    }
    auto hash = sha256(*key);
    if (auto seen = remembered(hash)) {
        co_return std::move(*seen);
    }
    // A key that was known is only read again: many behind one address must not block each other.
    if (!known_.find(hash)) {
        if (auto refused = limits_.admit(limit_kind::unknown_key, from.client)) {
            metrics_.key_looked_up("refused");
            co_return std::move(*refused);
        }
    }
    metrics_.key_looked_up("miss");
    co_return co_await look_up(std::move(hash));
}

auto authenticator::look_up(std::string hash) -> boost::asio::awaitable<result<caller_handle>> {
    const auto epoch = epoch_.load();
    auto read = [hash](sql_session& session) -> result<std::optional<api_key_row>> {
        return find_api_key_by_hash(session, hash);
    };
    auto row = co_await db_.as_service(access::read, std::move(read));
    if (row.has_error()) {
        co_return row.error();
    }
    const auto now = time_.now();
    if (!row->has_value() || (*row)->revoked_at) {
        known_.erase(hash);
        unknown_.put(hash, unknown_key{now});
        drop_if_outdated(hash, epoch);
        co_return unknown();
    }
    auto who = caller_of(**row, now);
    known_.put(hash, who);
    drop_if_outdated(hash, epoch);
    co_return who;
}

// Something was forgotten while the row was read: what was just put may be older than that.
void authenticator::drop_if_outdated(std::string_view hash, std::uint64_t epoch) {
    if (epoch_.load() != epoch) {
        known_.erase(hash);
        unknown_.erase(hash);
    }
}

void authenticator::forget(const api_key_id& key) {
    epoch_.fetch_add(1);
    known_.erase_if([&key](const caller_handle& who) { return who->key == key; });
    // Which of the unknown ones became known, the id doesn't tell.
    unknown_.clear();
}

void authenticator::forget_all() {
    epoch_.fetch_add(1);
    known_.clear();
    unknown_.clear();
}

}  // namespace tenon::host
