#include "oauth/sealing.hpp"

#include "crypto/random.hpp"
#include "support/catch.hpp"

#include <rapidcheck.h>
#include <set>

namespace tenon::host {
namespace {

auto make_sealer(random_source& random) -> std::unique_ptr<sealer> {
    keyring keys;
    REQUIRE(keys.generate(random).has_value());
    return std::make_unique<sealer>(std::move(keys), random);
}

struct place {
    std::string org, row;
    sealed_column column = sealed_column::grant_access_token;
    auto operator==(const place&) const -> bool = default;
};

auto any_place() -> place {
    // Few letters, so that one org and row often make the same text as another org and row.
    const auto few = rc::gen::container<std::string>(rc::gen::element('a', 'b'));
    return {*few, *few, *rc::gen::elementOf(all_sealed_columns())};
}

}  // namespace

TEST_CASE("a sealed value opens in its own organization, row and column only") {
    system_random random;
    const auto seal = make_sealer(random);
    CHECK(rc::check("any two places", [&] {
        const auto here = any_place();
        const auto there = any_place();
        const auto plain = *rc::gen::arbitrary<std::string>();
        const auto sealed = seal_for(*seal, org_id(here.org), here.row, here.column, plain);
        const auto back = open_from(*seal, org_id(here.org), here.row, here.column, sealed);
        RC_ASSERT(back.has_value());
        RC_ASSERT(back->reveal() == plain);
        const auto moved = open_from(*seal, org_id(there.org), there.row, there.column, sealed);
        RC_ASSERT(moved.has_value() == (here == there));
    }));
}

TEST_CASE("every sealed column is a place of its own") {
    std::set<std::string_view> fields;
    for (const auto column : all_sealed_columns()) {
        CHECK_FALSE(field_of(column).empty());
        fields.insert(field_of(column));
    }
    CHECK(fields.size() == all_sealed_columns().size());
}

TEST_CASE("two replies of one intent can't be exchanged") {
    CHECK(reply_row("intent", 1) != reply_row("intent", 2));
    sealed_value value;
    value.row = "intent";
    value.position = 3;
    value.column = sealed_column::intent_reply;
    CHECK(row_of(value) == reply_row("intent", 3));
    value.column = sealed_column::intent;
    CHECK(row_of(value) == "intent");
}

}  // namespace tenon::host
