// What must hold of the two other ways in, whatever comes: a connection that its user confirms, and
// tokens that were obtained elsewhere.
#include "oauth/confirm.hpp"
#include "oauth/import.hpp"
#include "oauth_cases.hpp"

#include <algorithm>

namespace tenon::test {

namespace {

auto confirm(oauth_world& world, const actor& by, const std::string& code)
    -> result<connection_view> {
    return world.run(confirm_connection(world.context, by, code));
}

// Any other code: one character off, or nothing like it.
auto another(const std::string& code) -> std::string {
    auto altered = code;
    if (*rc::gen::arbitrary<bool>()) {
        const auto at = *rc::gen::inRange<std::size_t>(0, code.size());
        altered[at] = code[at] == 'A' ? 'B' : 'A';
        return altered;
    }
    return *any_text();
}

void check_confirms_nothing(
    oauth_world& world, const actor& by, const actor& owner, const std::string& code
) {
    RC_ASSERT(confirm(world, by, code).error().code == errc::invalid_state);
    for (const auto& one : world.list(owner)) {
        RC_ASSERT(one.status == connection_status::pending);
        RC_ASSERT(world.read(owner, one.id.text(), seconds(0)).has_error());
    }
}

// RFC 6749 A: what tokens and scopes are made of.
auto is_printable(const std::string& text) -> bool {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// Mostly what may be a token.
auto any_token_text() -> rc::Gen<std::string> {
    const auto printable = rc::gen::container<std::string>(rc::gen::inRange(' ', '\x7f'));
    return rc::gen::weightedOneOf<std::string>({{9, printable}, {1, any_text()}});
}

auto import(
    oauth_world& world, const actor& by, import_item item,
    import_validation how = import_validation::by_profile
) -> result<imported> {
    item.user = by.user;
    return world.run(import_connection(world.context, by, acme, std::move(item), how));
}

// Tokens that the provider issued to somebody else's application run: those of u<number>.
auto issued(oauth_world& world, int number) -> import_item {
    const auto minted = world.scene.mint(number, 1, world.time.now()).at(0);
    import_item item;
    item.access_token = secret(minted.at("access_token").get<std::string>());
    if (*rc::gen::arbitrary<bool>()) {
        item.refresh_token = secret(minted.at("refresh_token").get<std::string>());
    }
    return item;
}

}  // namespace

TEST_CASE("only who began may confirm, once, and until the code expires", "[property]") {
    oauth_world world(any_engine());
    check_property("anybody else, any other code, any time", [&] {
        world.forget_the_past();
        const auto owner = someone(any_user());
        const auto [neighbour, foreigner] = any_strangers_to(owner);
        const auto account = any_account();
        const auto code = world.park(owner, account);
        check_confirms_nothing(world, neighbour, owner, code);
        check_confirms_nothing(world, foreigner, owner, code);
        check_confirms_nothing(world, owner, owner, another(code));

        const auto lifetime = world.context.options.confirmation_lifetime.count();
        const auto waited = *rc::gen::oneOf(
            rc::gen::inRange<std::int64_t>(0, 2 * lifetime),
            rc::gen::inRange<std::int64_t>(lifetime - 3, lifetime + 3)
        );
        world.time.advance(milliseconds(waited));
        if (waited >= lifetime) {
            check_confirms_nothing(world, owner, owner, code);
            return;
        }
        const auto confirmed = confirm(world, owner, code);
        RC_ASSERT(confirmed->account.text() == account);
        RC_ASSERT(world.list(owner).size() == 1U);
        const auto token = world.read(owner, account, seconds(0)).value();
        RC_ASSERT(world.userinfo(token.access_token).at("sub") == account);
        RC_ASSERT(confirm(world, owner, code).error().code == errc::invalid_state);
        RC_ASSERT(world.read(owner, account, seconds(0)).has_value());
    });
}

TEST_CASE(
    "what is imported is the connection of the account that the provider says", "[property]"
) {
    oauth_world world(any_engine());
    check_property("any account, said rightly, wrongly or not at all, once or twice", [&] {
        world.forget_the_past();
        const auto by = someone(any_user());
        const int number = *rc::gen::inRange(1, 100);
        const auto account = "u" + std::to_string(number);
        const auto sealed_before = sealed_values(world);

        auto wrong = issued(world, number);
        wrong.account = account_id("u" + std::to_string(number + 1));
        RC_ASSERT(import(world, by, wrong).error().code == errc::account_mismatch);
        RC_ASSERT(world.list(by).empty());
        RC_ASSERT(sealed_values(world) == sealed_before);

        std::optional<connection_id> known;
        bool renewable = false;
        for (int left = *rc::gen::inRange(1, 3); left > 0; --left) {
            auto item = issued(world, number);
            if (*rc::gen::arbitrary<bool>()) {
                item.account = account_id(account);
            }
            renewable = renewable || !item.refresh_token.empty();  // the one of before is kept
            const auto given = item.access_token;
            const auto taken = import(world, by, std::move(item)).value();
            RC_ASSERT(taken.account.text() == account);
            RC_ASSERT(taken.connection == known.value_or(taken.connection));
            known = taken.connection;
            RC_ASSERT(world.list(by).size() == 1U);
            RC_ASSERT(world.read(by, account, seconds(0))->access_token.equals(given));
            const auto renewed = world.run(world.refresh->refresh_connection(by, {acme, account}));
            RC_ASSERT(renewed->refreshed == renewable);
        }
    });
}

TEST_CASE(
    "what is imported unseen is answered as it was given, until it expires, unless it is no token",
    "[property]"
) {
    oauth_world world(any_engine());
    check_property("any token, scope, account and lifetime", [&] {
        world.forget_the_past();
        const auto by = someone(any_user());
        const auto account = *rc::gen::nonEmpty(any_text());
        const auto life = span_of(1, 1'000'000);
        import_item item;
        item.account = account_id(account);
        const auto token_text = *rc::gen::nonEmpty(any_token_text());
        item.access_token = secret(token_text);
        item.scope = *any_token_text();
        item.expires_at = world.time.now() + life;
        const auto given = item;
        const auto done = import(world, by, std::move(item), import_validation::none);
        if (!is_printable(token_text) || !is_printable(given.scope)) {
            RC_ASSERT(done.error().code == errc::invalid_request);
            RC_ASSERT(world.list(by).empty());
            return;
        }
        const auto& taken = done.value();
        RC_ASSERT(taken.account.text() == account);
        const auto token = world.read(by, taken.connection.text(), seconds(0)).value();
        RC_ASSERT(token.access_token.equals(given.access_token));
        RC_ASSERT(token.scope == given.scope);
        RC_ASSERT(token.expires_at == given.expires_at);
        RC_ASSERT(world.scene.requests()["/userinfo"] == 0U);
        world.time.advance(life);
        const auto dead = world.read(by, taken.connection.text(), seconds(0));
        RC_ASSERT(dead.error().code == errc::reconnect_required);
    });
}

}  // namespace tenon::test
