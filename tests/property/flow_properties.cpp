// What must hold of flows and of who sees what, whatever users and states come.
#include "oauth/disconnect.hpp"
#include "oauth/import.hpp"
#include "oauth_cases.hpp"

#include <map>

namespace tenon::test {

namespace {

void check_not_found(const errc code) {
    RC_ASSERT(code == errc::not_found);
}

// Each verb, tried by somebody whose connection it is not.
void check_invisible(oauth_world& world, const actor& stranger, const std::string& which) {
    check_not_found(world.read(stranger, which, seconds(0)).error().code);
    check_not_found(profile_of(world, stranger, which).error().code);
    const account_selector selected{acme, which};
    const auto refreshed = world.run(world.refresh->refresh_connection(stranger, selected));
    check_not_found(refreshed.error().code);
    const auto gone = world.run(disconnect(world.context, stranger, selected));
    check_not_found(gone.error().code);
    const auto all_gone = world.run(disconnect(world.context, stranger, {acme, ""}));
    check_not_found(all_gone.error().code);
    RC_ASSERT(world.list(stranger).empty());
}

// A stranger can't begin to connect anew what is another's.
void check_no_reconnect(oauth_world& world, const actor& stranger, const std::string& which) {
    connect_request request;
    request.by = stranger;
    request.provider = acme;
    request.redirect_url = "http://127.0.0.1:3000/done";
    request.reconnect = account_id(which);
    const auto begun = world.run(begin_connect(world.context, std::move(request)));
    RC_ASSERT(begun.has_error() && begun.error().code == errc::not_found);
}

// Whoever says that an account is the stranger's does not make it so: the owner's refresh token
// serves nobody else.
void check_no_share(oauth_world& world, const actor& owner, const actor& stranger) {
    const auto before = world.list(owner).at(0);
    import_item item;
    item.user = stranger.user;
    item.account = before.account;
    item.access_token = secret("of-nobody");
    item.expires_at = world.time.now() - seconds(1);
    const auto claimed = world.run(
        import_connection(world.context, stranger, acme, std::move(item), import_validation::none)
    );
    RC_ASSERT(claimed.has_error() && claimed.error().code == errc::conflict);
    RC_ASSERT(world.list(stranger).empty());
    RC_ASSERT(world.list(owner).at(0).updated_at == before.updated_at);
}

// A stranger who has tokens of the same account gets a connection of his own, and the owner's stays
// as it was.
void check_import_apart(oauth_world& world, const actor& owner, const actor& stranger) {
    const auto before = world.list(owner).at(0);
    const auto minted =
        world.scene.mint(std::stoll(before.account.text().substr(1)), 1, world.time.now());
    import_item item;
    item.user = stranger.user;
    item.access_token = secret(minted.at(0).at("access_token").get<std::string>());
    item.refresh_token = secret(minted.at(0).at("refresh_token").get<std::string>());
    const auto taken = world.run(import_connection(
        world.context, stranger, acme, std::move(item), import_validation::by_profile
    ));
    RC_ASSERT(taken.has_value());
    RC_ASSERT(taken->account == before.account);
    RC_ASSERT(taken->connection != before.id);
    RC_ASSERT(world.list(stranger).size() == 1U);
    const auto all = world.list(owner);
    RC_ASSERT(all.size() == 1U);
    const auto& after = all.front();
    RC_ASSERT(after.id == before.id && after.account == before.account);
    RC_ASSERT(after.status == before.status && after.metadata_json == before.metadata_json);
    RC_ASSERT(after.created_at == before.created_at);
}

void check_refused(oauth_world& world, const actor& by, const sim::parameters& redirect) {
    const auto exchanges = world.scene.count().exchanges;
    const auto connections = world.list(by).size();
    const auto outcome = world.finish(redirect);
    RC_ASSERT(outcome.has_error());
    RC_ASSERT(outcome.error().code == errc::invalid_state);
    RC_ASSERT(world.scene.count().exchanges == exchanges);
    RC_ASSERT(world.list(by).size() == connections);
}

}  // namespace

TEST_CASE("a state that was not issued is refused and changes nothing", "[property]") {
    oauth_world world(any_engine());
    check_property("any state but the one that was issued", [&] {
        world.forget_the_past();
        const auto by = someone(any_user());
        const auto begun = world.begin(by);
        const auto code = world.consent(begun, any_account()).get("code");
        auto state = begun.state;
        if (*rc::gen::arbitrary<bool>()) {
            const auto at = *rc::gen::inRange<std::size_t>(0, state.size());
            state[at] = state[at] == 'A' ? 'B' : 'A';
        } else {
            state = *rc::gen::nonEmpty(any_text());
        }
        check_refused(
            world, by, sim::parameters("code=" + code + "&state=" + sim::percent_encode(state))
        );
    });
}

TEST_CASE("a state that was used is refused and changes nothing", "[property]") {
    oauth_world world(any_engine());
    check_property("the same redirect again, a while later", [&] {
        world.forget_the_past();
        const auto by = someone(any_user());
        const auto begun = world.begin(by);
        const auto redirect = world.consent(begun, any_account());
        RC_ASSERT(world.finish(redirect).has_value());
        RC_ASSERT(world.list(by).size() == 1U);
        world.time.advance(span_of(0, 700));
        check_refused(world, by, redirect);
        RC_ASSERT(world.scene.count().code_reuses == 0U);
    });
}

TEST_CASE("a state is taken until it expires, and refused from then on", "[property]") {
    oauth_world world(any_engine());
    check_property("a person who takes any time to consent", [&] {
        world.forget_the_past();
        const auto by = someone(any_user());
        const auto begun = world.begin(by);
        // Around the end it matters; far from it, it should not.
        const auto taken = *rc::gen::oneOf(
            rc::gen::inRange<std::int64_t>(0, 2'000'000),
            rc::gen::inRange<std::int64_t>(599'990, 600'010)
        );
        world.time.advance(milliseconds(taken));
        const auto redirect = world.consent(begun, any_account());
        if (taken < world.context.options.state_lifetime.count()) {
            RC_ASSERT(world.finish(redirect).has_value());
            RC_ASSERT(world.list(by).size() == 1U);
        } else {
            check_refused(world, by, redirect);
        }
    });
}

TEST_CASE("a user may connect several accounts, and each has its own tokens", "[property]") {
    oauth_world world(any_engine());
    check_property("accounts connected in any order, some of them again", [&] {
        world.forget_the_past();
        const auto by = someone(any_user());
        std::map<std::string, connection_id> connected;
        const int connects = *rc::gen::inRange(1, 5);
        for (int i = 0; i < connects; ++i) {
            const auto account = "u" + std::to_string(*rc::gen::inRange(1, 5));
            const auto id = world.connect(by, account);
            const auto known = connected.try_emplace(account, id).first;
            RC_ASSERT(known->second == id);
        }
        std::map<std::string, connection_id> shown;
        for (const auto& one : world.list(by)) {
            shown.emplace(one.account.text(), one.id);
        }
        RC_ASSERT(shown == connected);
        for (const auto& [account, id] : connected) {
            const auto token = world.read(by, account, seconds(0)).value();
            RC_ASSERT(token.connection == id);
            RC_ASSERT(world.userinfo(token.access_token).at("sub") == account);
        }
    });
}

TEST_CASE("another user's or organization's connection is invisible to every verb", "[property]") {
    oauth_world world(any_engine());
    check_property("any two users", [&] {
        world.forget_the_past();
        const auto owner = someone(any_user());
        const auto [neighbour, foreigner] = any_strangers_to(owner);
        const auto account = any_account();
        const auto id = world.connect(owner, account);
        if (*rc::gen::arbitrary<bool>()) {  // in memory, too
            RC_ASSERT(world.read(owner, account, seconds(0)).has_value());
        }
        for (const auto& stranger : {neighbour, foreigner}) {
            check_invisible(world, stranger, account);
            check_invisible(world, stranger, id.text());
            check_no_reconnect(world, stranger, account);
            check_no_reconnect(world, stranger, id.text());
        }
        const auto token = world.read(owner, account, seconds(0));
        RC_ASSERT(!world.userinfo(token.value().access_token).is_null());
        for (const auto& stranger : {neighbour, foreigner}) {
            if (stranger.org == owner.org) {
                check_no_share(world, owner, stranger);
            }
            check_import_apart(world, owner, stranger);
            const auto still = world.read(owner, account, seconds(0));
            RC_ASSERT(still.has_value() && still->connection == id);
            RC_ASSERT(world.userinfo(still->access_token).at("sub") == account);
        }
        RC_ASSERT(world.scene.count().revokes == 0U);
    });
}

}  // namespace tenon::test
