#include "oauth/grant_state.hpp"

#include "crypto/jwt.hpp"
#include "oauth/sealing.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace tenon::host {

auto life_of(const grant_row& row, const provider_instance* provider) -> grant_life {
    grant_life life;
    life.issued_at = row.issued_at;
    life.expires_at = row.expires_at;
    life.refresh_expires_at = row.refresh_expires_at;
    life.refresh_not_before = row.refresh_not_before;
    const bool able = provider != nullptr && provider->supports(operation_kind::refresh) &&
                      provider->about().refresh.has_value();
    life.renewable = able && row.state == grant_state::live &&
                     (row.refresh_token.has_value() || provider->about().refresh->by_access_token ||
                      (row.credentials && provider->about().refresh->by_credentials));
    return life;
}

auto expiry_of(
    const granted& tokens, time_point issued_at, const grant_life& life,
    const provider_instance& provider
) -> std::optional<time_point> {
    if (tokens.expires_at) {
        return tokens.expires_at;
    }
    if (const auto own = unverified_expiry(tokens.access_token.reveal()); own && *own > issued_at) {
        return own;
    }
    const auto& policy = provider.about().refresh;
    if (life.renewable && policy && policy->default_lifetime.count() > 0) {
        return issued_at + policy->default_lifetime;
    }
    return std::nullopt;
}

auto refresh_start_of(
    const granted& tokens, time_point issued_at, const provider_instance& provider
) -> std::optional<time_point> {
    const auto& policy = provider.about().refresh;
    const bool by_rule = !tokens.refresh_not_before && policy && policy->not_before.count() > 0;
    return by_rule ? issued_at + policy->not_before : tokens.refresh_not_before;
}

auto refresh_expiry_of(
    const granted& tokens, time_point issued_at, const provider_instance& provider
) -> std::optional<time_point> {
    const auto& policy = provider.about().refresh;
    const bool by_default = !tokens.refresh_expires_at && !tokens.refresh_token.empty() && policy &&
                            policy->default_refresh_lifetime.count() > 0;
    return by_default ? issued_at + policy->default_refresh_lifetime : tokens.refresh_expires_at;
}

auto within_lifetime(
    std::optional<time_point> refresh_expires_at, time_point authorized_at,
    const provider_instance& provider
) -> std::optional<time_point> {
    const auto& policy = provider.about().refresh;
    if (!policy || policy->absolute_lifetime.count() == 0) {
        return refresh_expires_at;
    }
    const time_point last = authorized_at + policy->absolute_lifetime;
    return refresh_expires_at ? std::min(*refresh_expires_at, last) : last;
}

auto to_cached(const grant_row& row, const provider_instance* provider)
    -> std::shared_ptr<const cached_grant> {
    auto grant = std::make_shared<cached_grant>();
    grant->org = row.org;
    grant->id = row.id;
    grant->sealed_access_token = row.access_token;
    grant->token_type = row.token_type;
    grant->scope = row.scope;
    grant->base_url = row.base_url;
    grant->life = life_of(row, provider);
    grant->generation = row.generation;
    return grant;
}

auto to_answer(const sealer& seal, const cached_grant& grant) -> result<token_answer> {
    auto token = open_from(
        seal, grant.org, grant.id.text(), sealed_column::grant_access_token,
        grant.sealed_access_token
    );
    if (token.has_error()) {
        return token.error();
    }
    token_answer answer;
    answer.access_token = std::move(*token);
    answer.token_type = grant.token_type;
    answer.scope = grant.scope;
    answer.expires_at = grant.life.expires_at;
    answer.generation = grant.generation;
    answer.base_url = grant.base_url;
    return answer;
}

auto random_fraction(random_source& random) -> double {
    std::array<std::byte, sizeof(std::uint32_t)> bytes{};
    random.fill(bytes);
    std::uint32_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return static_cast<double>(number) / 4294967296.0;
}

}  // namespace tenon::host
