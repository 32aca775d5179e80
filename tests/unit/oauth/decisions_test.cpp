#include "oauth/decisions.hpp"

#include "support/catch.hpp"

namespace tenon::host {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const time_point epoch{milliseconds(1'700'000'000'000)};

// A token issued at `epoch` that lives for `span`.
auto token(milliseconds span, bool renewable = true) -> grant_life {
    grant_life life;
    life.issued_at = epoch;
    life.expires_at = epoch + span;
    life.renewable = renewable;
    return life;
}

TEST_CASE("a token with life enough for the caller is served") {
    CHECK(judge_read(token(hours(1)), epoch + minutes(58), seconds(60)) == read_verdict::serve);
    CHECK(judge_read(token(hours(1)), epoch + minutes(59), seconds(60)) == read_verdict::serve);
}

TEST_CASE("a token with less life than the caller needs is renewed first") {
    const auto just_too_late = epoch + minutes(59) + milliseconds(1);
    CHECK(
        judge_read(token(hours(1)), just_too_late, seconds(60)) == read_verdict::refresh_and_wait
    );
    CHECK(
        judge_read(token(hours(1)), epoch + hours(2), seconds(0)) == read_verdict::refresh_and_wait
    );
}

TEST_CASE("a minimum beyond the token's whole life makes no storm: a young token is served") {
    CHECK(judge_read(token(hours(1)), epoch + minutes(11), hours(2)) == read_verdict::serve);
    CHECK(
        judge_read(token(hours(1)), epoch + minutes(12), hours(2)) == read_verdict::refresh_and_wait
    );
}

TEST_CASE("a token that nothing can renew is served to its end and dead after it") {
    const auto life = token(hours(1), false);
    CHECK(judge_read(life, epoch + minutes(59) + seconds(59), hours(1)) == read_verdict::serve);
    CHECK(judge_read(life, epoch + hours(1), seconds(0)) == read_verdict::dead);
}

TEST_CASE("a token whose end is unknown is served") {
    grant_life life;
    life.issued_at = epoch;
    CHECK(judge_read(life, epoch + days(1000), seconds(60)) == read_verdict::serve);
}

TEST_CASE("a token that the provider does not renew yet is served while it lives") {
    auto life = token(days(60));
    life.refresh_not_before = epoch + hours(24);
    CHECK_FALSE(may_refresh(life, epoch + hours(23)));
    CHECK(may_refresh(life, epoch + hours(24)));
}

TEST_CASE("a lapsed refresh token renews nothing") {
    auto life = token(hours(2));
    life.refresh_expires_at = epoch + hours(1);
    CHECK_FALSE(may_refresh(life, epoch + hours(1)));
    CHECK(judge_read(life, epoch + hours(3), seconds(60)) == read_verdict::dead);
}

TEST_CASE("a token is renewed ahead at four fifths of its life") {
    CHECK(next_refresh(token(hours(1)), 0.0) == epoch + minutes(48));
    CHECK(*next_refresh(token(hours(1)), 0.999) < epoch + minutes(48));
    CHECK(*next_refresh(token(hours(1)), 0.999) > epoch + minutes(46));
}

TEST_CASE("a token is renewed at least a minute before its end") {
    CHECK(next_refresh(token(minutes(2)), 0.0) == epoch + minutes(1));
    CHECK(next_refresh(token(seconds(30)), 0.0) == epoch + seconds(15));
}

TEST_CASE("a token of weeks is renewed a week ahead, but not before the provider allows it") {
    CHECK(next_refresh(token(days(60)), 0.0) == epoch + days(53));
    auto life = token(days(14));
    life.refresh_not_before = epoch + days(8);
    CHECK(next_refresh(life, 0.0) == epoch + days(8));
}

TEST_CASE("what can't be renewed is due when it ends, and what has no end never") {
    CHECK(next_refresh(token(hours(1), false), 0.0) == epoch + hours(1));
    grant_life endless;
    endless.renewable = true;
    CHECK_FALSE(next_refresh(endless, 0.0));
}

TEST_CASE(
    "an ambiguous failure with a rotating provider is not repeated while the access token lives"
) {
    failure_facts facts;
    facts.kind = refresh_failure::ambiguous;
    facts.rotates = true;
    const auto life = token(hours(1));
    CHECK(judge_failure(life, facts, epoch + minutes(48)).try_again == epoch + hours(1));
    CHECK_FALSE(judge_failure(life, facts, epoch + minutes(48)).dead);

    SECTION("but it is once the access token is dead") {
        const auto after = judge_failure(life, facts, epoch + hours(2));
        CHECK(after.try_again < epoch + hours(2) + seconds(10));
    }
    SECTION("and at once where the provider declares a grace") {
        facts.reuse_grace = minutes(10);
        CHECK(judge_failure(life, facts, epoch + minutes(48)).try_again < epoch + minutes(49));
    }
    SECTION("and at once where refresh tokens don't rotate") {
        facts.rotates = false;
        CHECK(judge_failure(life, facts, epoch + minutes(48)).try_again < epoch + minutes(49));
    }
}

TEST_CASE("tokens that came before a refresh failed are kept where they can't be asked for again") {
    failure_facts facts;
    facts.kind = refresh_failure::transient;
    facts.holds_grant = true;
    CHECK_FALSE(judge_failure(token(hours(1)), facts, epoch).keeps_record);
    facts.rotates = true;
    CHECK(judge_failure(token(hours(1)), facts, epoch).keeps_record);
    facts.kind = refresh_failure::revoked;
    CHECK_FALSE(judge_failure(token(hours(1)), facts, epoch).keeps_record);
}

TEST_CASE("after an ambiguous failure a token of unknown end is renewed only when somebody asks") {
    failure_facts facts;
    facts.kind = refresh_failure::ambiguous;
    facts.rotates = true;
    auto life = token(hours(1));
    life.expires_at.reset();
    CHECK_FALSE(judge_failure(life, facts, epoch).try_again);
    departure_facts cut_off;
    cut_off.rotates = true;
    cut_off.cut_off_at = epoch;
    CHECK(judge_departure(life, cut_off, epoch + seconds(1)) == departure::cut_off);
    cut_off.waited_for = true;
    CHECK(judge_departure(life, cut_off, epoch + seconds(1)) == departure::go);
}

TEST_CASE("a refresh that was cut off is repeated within the provider's grace, and after the end") {
    departure_facts facts;
    facts.rotates = true;
    facts.reuse_grace = minutes(1);
    facts.cut_off_at = epoch;
    const auto life = token(hours(1));
    CHECK(judge_departure(life, facts, epoch + seconds(59)) == departure::go);
    CHECK(judge_departure(life, facts, epoch + seconds(60)) == departure::cut_off);
    CHECK(judge_departure(life, facts, epoch + hours(1)) == departure::go);
    facts.refused = true;
    CHECK(judge_departure(life, facts, epoch + seconds(60)) == departure::go);
}

TEST_CASE("only what is dead and can never be renewed has lapsed") {
    const auto plain = token(hours(1), false);
    departure_facts facts;
    CHECK(judge_departure(plain, facts, epoch) == departure::not_now);
    CHECK(judge_departure(plain, facts, epoch + hours(1)) == departure::lapsed);
    auto early = token(hours(1));
    early.refresh_not_before = epoch + hours(2);
    CHECK(judge_departure(early, facts, epoch + hours(1)) == departure::not_now);
    facts.refused = true;
    CHECK(judge_departure(plain, facts, epoch) == departure::lapsed);
    CHECK(judge_departure(early, facts, epoch) == departure::not_now);
    facts.by_access_token = true;
    CHECK(judge_departure(early, facts, epoch) == departure::lapsed);
}

TEST_CASE("a grant of a burst is doubted for three days") {
    CHECK(is_doubted(std::nullopt, epoch));
    CHECK(is_doubted(epoch, epoch));
    CHECK(is_doubted(epoch, epoch + hours(72) - seconds(1)));
    CHECK_FALSE(is_doubted(epoch, epoch + hours(72)));
}

TEST_CASE("only a revoked grant is dead") {
    for (const auto kind :
         {refresh_failure::not_sent, refresh_failure::ambiguous, refresh_failure::transient,
          refresh_failure::misconfigured, refresh_failure::broken}) {
        failure_facts facts;
        facts.kind = kind;
        CHECK_FALSE(judge_failure(token(hours(1)), facts, epoch).dead);
        CHECK(judge_failure(token(hours(1)), facts, epoch).try_again);
    }
    failure_facts facts;
    facts.kind = refresh_failure::revoked;
    CHECK(judge_failure(token(hours(1)), facts, epoch).dead);
    CHECK_FALSE(judge_failure(token(hours(1)), facts, epoch).try_again);
}

TEST_CASE("Retry-After is honoured, within a day") {
    failure_facts facts;
    facts.kind = refresh_failure::transient;
    facts.retry_after = minutes(7);
    CHECK(judge_failure(token(hours(1)), facts, epoch).try_again == epoch + minutes(7));
    facts.retry_after = days(30);
    CHECK(judge_failure(token(hours(1)), facts, epoch).try_again == epoch + hours(24));
}

TEST_CASE("those who were told the same time come back one after the other, and none too early") {
    failure_facts facts;
    facts.kind = refresh_failure::transient;
    facts.jitter = 0.5;
    facts.retry_after = seconds(10);
    CHECK(judge_failure(token(hours(1)), facts, epoch).try_again == epoch + seconds(15));
    facts.retry_after = minutes(7);
    CHECK(
        judge_failure(token(hours(1)), facts, epoch).try_again == epoch + minutes(7) + seconds(30)
    );
}

TEST_CASE("what a limit held comes back behind its end, within as long again, and never all at once"
) {
    CHECK(after_hold(seconds(30), 0, epoch) == epoch + seconds(30));
    CHECK(after_hold(seconds(30), 0.5, epoch) == epoch + seconds(45));
    CHECK(after_hold(milliseconds(2), 0.5, epoch) == epoch + milliseconds(502));
    CHECK(after_hold(minutes(10), 0.5, epoch) == epoch + minutes(10) + seconds(30));
}

TEST_CASE("backoff doubles, with jitter, up to half an hour") {
    failure_facts facts;
    facts.kind = refresh_failure::transient;
    facts.jitter = 0.0;
    CHECK(judge_failure(token(hours(1)), facts, epoch).try_again == epoch + milliseconds(2500));
    facts.failures_before = 3;
    CHECK(judge_failure(token(hours(1)), facts, epoch).try_again == epoch + seconds(20));
    facts.failures_before = 1'000'000;
    facts.jitter = 0.9999999;
    CHECK(judge_failure(token(hours(1)), facts, epoch).try_again <= epoch + minutes(30));
}

TEST_CASE("a revocation is tried again with backoff, and not before its provider wishes") {
    revocation_facts facts;
    facts.ends_at = epoch + hours(24);
    CHECK(next_revocation(facts, epoch) == epoch + milliseconds(2500));
    facts.failures_before = 3;
    CHECK(next_revocation(facts, epoch) == epoch + seconds(20));
    facts.retry_after = minutes(10);
    CHECK(next_revocation(facts, epoch) == epoch + minutes(10));
    facts.jitter = 0.5;  // not all at once
    CHECK(next_revocation(facts, epoch) == epoch + minutes(10) + seconds(30));
    facts.retry_after.reset();
    facts.failures_before = 1'000'000;
    facts.jitter = 0.9999999;
    CHECK(next_revocation(facts, epoch) <= epoch + minutes(30));
}

TEST_CASE("a revocation is tried once at its end, and given up if that fails") {
    revocation_facts facts;
    facts.failures_before = 20;
    facts.ends_at = epoch + minutes(5);
    CHECK(next_revocation(facts, epoch) == facts.ends_at);
    CHECK_FALSE(next_revocation(facts, facts.ends_at).has_value());
    facts.retry_after = minutes(5);
    CHECK(next_revocation(facts, epoch) == facts.ends_at);
    facts.retry_after = minutes(6);
    CHECK_FALSE(next_revocation(facts, epoch).has_value());
    facts.ends_at = epoch;  // none are kept
    facts.retry_after.reset();
    CHECK_FALSE(next_revocation(facts, epoch).has_value());
}

}  // namespace
}  // namespace tenon::host
