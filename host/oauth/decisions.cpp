#include "oauth/decisions.hpp"

#include <algorithm>
#include <cmath>

namespace tenon::host {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto long_life = days(14);
constexpr auto long_life_margin = days(7);
constexpr auto least_margin = seconds(60);
constexpr auto first_backoff = seconds(5);
constexpr auto longest_backoff = minutes(30);
constexpr auto longest_backoff_of_dead = minutes(1);  // somebody may be waiting
constexpr auto longest_retry_after = std::chrono::hours(24);
constexpr auto widest_spread = minutes(1);
constexpr auto least_spread = seconds(1);
constexpr auto misconfigured_backoff = minutes(5);
constexpr auto longest_doubt = days(3);

auto scaled(milliseconds span, double factor) -> milliseconds {
    return milliseconds(std::llround(static_cast<double>(span.count()) * factor));
}

// 5 s, 10 s, 20 s … up to 30 min, the later half of each by chance, so that a thousand grants don't
// come back at once.
auto backoff(std::int64_t failures_before, double jitter, milliseconds longest) -> milliseconds {
    const auto doublings = std::clamp<std::int64_t>(failures_before, 0, 12);
    const auto whole =
        std::min<milliseconds>(first_backoff * (std::int64_t{1} << doublings), longest);
    return scaled(whole, 0.5 + 0.5 * jitter);
}

// After an ambiguous failure: the next one is due when the access token is dead.
auto is_spared(const grant_life& life, const departure_facts& facts, time_point now) -> bool {
    return facts.failures > 0 && life.expires_at && facts.next_refresh_at == life.expires_at &&
           *life.expires_at > now;
}

auto next_try(const grant_life& life, const failure_facts& facts, time_point now)
    -> std::optional<time_point> {
    const bool alive = is_alive(life, now);
    const milliseconds longest =
        alive ? milliseconds(longest_backoff) : milliseconds(longest_backoff_of_dead);
    const auto asked =
        std::min<milliseconds>(facts.retry_after.value_or(milliseconds(0)), longest_retry_after);
    // All that were told the same would come back at the same moment.
    const auto spread = scaled(std::min<milliseconds>(asked, widest_spread), facts.jitter);
    const auto again =
        now + std::max(backoff(facts.failures_before, facts.jitter, longest), asked + spread);
    switch (facts.kind) {
        case refresh_failure::revoked: return std::nullopt;
        case refresh_failure::misconfigured: return std::max(again, now + misconfigured_backoff);
        case refresh_failure::transient:
        case refresh_failure::broken:
        case refresh_failure::not_sent: return again;
        case refresh_failure::ambiguous: {
            const bool within_grace = facts.reuse_grace > again - now;
            return !facts.rotates || within_grace || !alive ? again : life.expires_at;
        }
    }
    return again;
}

}  // namespace

auto judge_read(const grant_life& life, time_point now, milliseconds minimum) -> read_verdict {
    if (!life.expires_at) {
        return read_verdict::serve;
    }
    const bool alive = is_alive(life, now);
    if (alive && *life.expires_at - now >= minimum) {
        return read_verdict::serve;
    }
    const bool young = alive && (now - life.issued_at) * 5 < *life.expires_at - life.issued_at;
    if (young) {
        return read_verdict::serve;
    }
    if (may_refresh(life, now)) {
        return read_verdict::refresh_and_wait;
    }
    return alive ? read_verdict::serve : read_verdict::dead;
}

auto is_alive(const grant_life& life, time_point now) -> bool {
    return !life.expires_at || *life.expires_at > now;
}

auto is_over(const grant_life& life, time_point now) -> bool {
    return !life.renewable || (life.refresh_expires_at && *life.refresh_expires_at <= now);
}

auto may_refresh(const grant_life& life, time_point now) -> bool {
    return !is_over(life, now) && (!life.refresh_not_before || *life.refresh_not_before <= now);
}

auto judge_departure(const grant_life& life, const departure_facts& facts, time_point now)
    -> departure {
    const bool alive = is_alive(life, now) && !facts.refused;
    if (!may_refresh(life, now)) {
        const bool over = is_over(life, now) || (facts.refused && facts.by_access_token);
        return !alive && over ? departure::lapsed : departure::not_now;
    }
    const bool risky =
        facts.rotates && facts.cut_off_at && now - *facts.cut_off_at >= facts.reuse_grace;
    if (risky && alive && (life.expires_at || !facts.waited_for)) {
        return departure::cut_off;
    }
    return alive && is_spared(life, facts, now) ? departure::spared : departure::go;
}

auto next_refresh(const grant_life& life, double jitter) -> std::optional<time_point> {
    if (!life.renewable || !life.expires_at) {
        return life.expires_at;
    }
    const milliseconds span = std::max(milliseconds(0), *life.expires_at - life.issued_at);
    // Of a token that lives for less than two minutes half is used, or it would be renewed over and
    // over.
    const milliseconds least = std::min<milliseconds>(least_margin, span / 2);
    const milliseconds margin = span >= long_life
                                    ? milliseconds(long_life_margin)
                                    : std::max<milliseconds>(span - scaled(span, 0.8), least);
    auto when = *life.expires_at - margin - scaled(margin, 0.1 * jitter);
    if (life.refresh_expires_at) {
        when =
            std::min(when, *life.refresh_expires_at - std::min<milliseconds>(margin, minutes(5)));
    }
    when = std::max(when, life.issued_at);
    if (life.refresh_not_before) {
        when = std::max(when, *life.refresh_not_before);
    }
    return when;
}

auto is_doubted(std::optional<time_point> since, time_point now) -> bool {
    return !since || now - *since < longest_doubt;
}

auto judge_failure(const grant_life& life, const failure_facts& facts, time_point now)
    -> after_failure {
    after_failure after;
    after.dead = facts.kind == refresh_failure::revoked;
    after.try_again = next_try(life, facts, now);
    after.keeps_record = facts.holds_grant && facts.rotates && !after.dead;
    return after;
}

auto after_hold(milliseconds wait, double jitter, time_point now) -> time_point {
    const auto spread = std::clamp<milliseconds>(wait, least_spread, widest_spread);
    return now + wait + scaled(spread, jitter);
}

auto next_revocation(const revocation_facts& facts, time_point now) -> std::optional<time_point> {
    const auto asked = facts.retry_after.value_or(milliseconds(0));
    if (now >= facts.ends_at || asked > facts.ends_at - now) {
        return std::nullopt;
    }
    const auto spread = scaled(std::min<milliseconds>(asked, widest_spread), facts.jitter);
    const auto wait = backoff(facts.failures_before, facts.jitter, longest_backoff);
    return std::min(facts.ends_at, now + std::max(wait, asked + spread));
}

}  // namespace tenon::host
