#include "oauth/unsent_intents.hpp"

#include "support/catch.hpp"

namespace tenon::test {

using namespace tenon::host;  // NOLINT: tests of that namespace

namespace {

const grant_id grant("g");

}  // namespace

TEST_CASE("a boarding that is kept is taken once") {
    unsent_intents unsent;
    const auto first = unsent.take(grant, "one");
    CHECK(first->intent == "one");
    unsent.keep(grant, first);
    CHECK(unsent.take(grant, "two") == first);
    CHECK(unsent.take(grant, "three")->intent == "three");
}

TEST_CASE("a claim departs once, and only while no boarding has overtaken it") {
    unsent_intents unsent;
    CHECK_FALSE(unsent.depart(grant, "one"));
    CHECK(unsent.claim(grant, "one") == "one");
    CHECK_FALSE(unsent.depart(grant, "two"));
    CHECK_FALSE(unsent.depart(grant_id("other"), "one"));
    CHECK(unsent.depart(grant, "one"));
    CHECK_FALSE(unsent.is_claim(grant, "one"));
    CHECK_FALSE(unsent.depart(grant, "one"));

    CHECK(unsent.claim(grant, "three") == "three");
    unsent.overtake(grant);
    CHECK_FALSE(unsent.depart(grant, "three"));
    CHECK(unsent.is_claim(grant, "three"));
}

TEST_CASE("a claim that did not depart is claimed again with the same intent, until it is gone") {
    unsent_intents unsent;
    unsent.overtake(grant);
    CHECK(unsent.claim(grant, "one") == "one");
    CHECK(unsent.may_depart(grant, "one"));
    unsent.overtake(grant);
    CHECK_FALSE(unsent.may_depart(grant, "one"));
    CHECK(unsent.claim(grant, "two") == "one");
    CHECK_FALSE(unsent.is_claim(grant, "two"));
    CHECK(unsent.may_depart(grant, "one"));
    unsent.drop_claim(grant);
    CHECK_FALSE(unsent.is_claim(grant, "one"));
    CHECK(unsent.claim(grant, "three") == "three");
}

TEST_CASE("a boarding leaves a claim that is under way known, and one that has ended gone") {
    unsent_intents unsent;
    unsent.claim(grant, "one");
    unsent.overtake(grant);
    unsent.boarded(grant);
    CHECK(unsent.is_claim(grant, "one"));
    unsent.end_claim(grant);
    CHECK(unsent.is_claim(grant, "one"));
    unsent.boarded(grant);
    CHECK_FALSE(unsent.is_claim(grant, "one"));
}

TEST_CASE("a boarding that is left and a claim of the same grant do not end each other") {
    unsent_intents unsent;
    const auto left = unsent.take(grant, "left");
    CHECK(unsent.claim(grant, "claimed") == "claimed");
    unsent.keep(grant, left);
    CHECK(unsent.depart(grant, "claimed"));
    CHECK(unsent.claim(grant, "anew") == "anew");
    CHECK(unsent.take(grant, "other") == left);
    CHECK(unsent.depart(grant, "anew"));
}

}  // namespace tenon::test
