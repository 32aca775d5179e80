#include "api/json_writer.hpp"
#include "api/key_minting.hpp"
#include "api/key_scopes.hpp"
#include "api/naming.hpp"
#include "app/key_sources.hpp"
#include "app/parts.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"
#include "crypto/envelope.hpp"
#include "crypto/random.hpp"
#include "oauth/erased.hpp"
#include "store/api_keys.hpp"
#include "store/changes.hpp"
#include "store/organizations.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

namespace tenon::host {
namespace {

struct key_arguments {
    std::string org = default_org().text();
    std::string name = "cli";
    std::vector<std::string> scopes;
    std::string user;
    bool is_for_user = false;  // --user is there, be it empty
    std::string id;
};

auto detail_of(const api_key_row& row) -> std::string {
    json_writer detail;
    detail.begin_object().field("keyId", row.id.text());
    if (!row.user) {  // the name of one user's key may be the user's, and the log keeps it
        detail.field("name", row.name);
    }
    return detail.field("scopes", row.scopes).end_object().take();
}

// Null: there is no keyring here.
auto seal_of(const settings& values, random_source& random) -> std::unique_ptr<sealer> {
    auto keys = load_existing_keyring(values, random);
    return keys.has_error() ? nullptr : std::make_unique<sealer>(std::move(*keys), random);
}

// A key that acts for one user only must not outlive their erasure. Without `seal`: see above.
auto check_welcome(
    sql_session& session, const sealer* seal, const std::optional<user_id>& user, time_point began
) -> result<void> {
    if (!user) {
        return {};
    }
    return seal != nullptr ? refuse_erased_unnamed(session, *seal, *user, began)
                           : refuse_maybe_erased(session, *user, began);
}

// An empty user, such as an unset variable makes of one, would be a key that acts for every user.
auto check_names(const key_arguments& given) -> result<void> {
    if (const auto wrong = problem_of_name(given.name); !wrong.empty()) {
        return fail(errc::invalid_request, "--name: " + std::string(wrong));
    }
    const auto wrong = given.is_for_user ? problem_of_user(given.user) : std::string_view();
    if (!wrong.empty()) {
        const auto* const without =
            given.user.empty() ? ": leave it out for a key that acts for every user" : "";
        return fail(errc::invalid_request, "--user: " + std::string(wrong) + without);
    }
    return {};
}

auto scopes_of(const key_arguments& given) -> result<key_scopes> {
    if (given.scopes.empty()) {
        return key_scopes::all();
    }
    auto scopes = parse_key_scopes(given.scopes);
    if (scopes.has_value()) {
        return scopes;
    }
    std::string told;
    for (const auto& problem : scopes.error().details) {
        told += (told.empty() ? "--scope: " : "; ") + problem.message;
    }
    return fail(errc::invalid_request, told);
}

auto no_organization(const std::string& id) -> error {
    return fail(errc::not_found, "no organization " + id + ": see `tenon org list`");
}

auto create(const settings& values, const key_arguments& given) -> result<void> {
    if (auto good = check_names(given); good.has_error()) {
        return good;
    }
    const auto scopes = scopes_of(given);
    if (scopes.has_error()) {
        return scopes.error();
    }
    auto db = open_configured(values, migrations::as_configured);
    if (db.has_error()) {
        return db.error();
    }
    system_random random;
    const system_clock time;
    const auto began = time.now();
    const org_id org(given.org);
    if (org == default_org()) {
        if (auto made = ensure_default_org(**db, time); made.has_error()) {
            return made;
        }
    }
    const auto user = given.is_for_user ? std::optional(user_id(given.user)) : std::nullopt;
    const auto seal = user ? seal_of(values, random) : nullptr;
    const auto minted = mint_key(org, given.name, *scopes, user, time, random);
    auto done = (*db)->with_org_now(org, access::write, [&](sql_session& session) -> result<void> {
        if (auto welcome = check_welcome(session, seal.get(), user, began); welcome.has_error()) {
            return welcome;
        }
        insert_api_key(session, minted.row);
        append_change(session, change_kind::key, minted.row.id.text(), minted.row.created_at);
        note_operator(session, time, random, "key.created", detail_of(minted.row));
        return {};
    });
    if (done.has_error()) {
        return done.error().code == errc::conflict ? no_organization(given.org) : done.error();
    }
    std::cout << minted.key.reveal() << '\n';
    std::cerr << "id " << minted.row.id.text() << "; the key is shown this once\n";
    return {};
}

auto list_api_keys(const settings& values, const key_arguments& given) -> result<void> {
    auto db = open_configured(values, migrations::as_configured);
    if (db.has_error()) {
        return db.error();
    }
    auto rows = (*db)->with_org_now(
        org_id(given.org), access::read,
        [&given](sql_session& session) -> result<std::vector<api_key_row>> {
            const org_id org(given.org);
            // The first start makes the default one.
            if (org != default_org() && !find_organization(session, org)) {
                return no_organization(given.org);
            }
            return list_api_keys(session);
        }
    );
    if (rows.has_error()) {
        return rows.error();
    }
    for (const auto& row : *rows) {
        std::cout << row.id.text() << "  " << row.hint << "…  "
                  << (row.revoked_at ? "revoked" : "active") << "  " << for_one_line(row.name)
                  << "  " << row.scopes
                  << (row.user ? "  user " + for_one_line(row.user->text()) : std::string())
                  << '\n';
    }
    return {};
}

auto revoke(const settings& values, const key_arguments& given) -> result<void> {
    auto db = open_configured(values, migrations::as_configured);
    if (db.has_error()) {
        return db.error();
    }
    system_random random;
    const system_clock time;
    return (*db)->with_org_now(
        org_id(given.org), access::write,
        [&](sql_session& session) -> result<void> {
            const auto known = find_api_key(session, api_key_id(given.id));
            if (!known || !revoke_api_key(session, known->id, time.now())) {
                return fail(
                    errc::not_found, "no such key, or it was revoked before: see `tenon key list`"
                );
            }
            append_change(session, change_kind::key, given.id, time.now());
            note_operator(session, time, random, "key.revoked", detail_of(*known));
            return {};
        }
    );
}

}  // namespace

void add_key_verb(CLI::App& app, chosen_verb& chosen) {
    auto* key = app.add_subcommand("key", "API keys");
    key->require_subcommand(1);
    auto given = std::make_shared<key_arguments>();
    const auto with_org = [given](CLI::App* verb) {
        verb->add_option("--org", given->org, "the organization's id")->capture_default_str();
        return verb;
    };
    auto* creating = with_org(key->add_subcommand("create", "make one, and print it, once"));
    creating->add_option("--name", given->name, "what it is for")->capture_default_str();
    creating->add_option("--scope", given->scopes, "connections:read, tokens:read, …; none: all");
    auto* user = creating->add_option("--user", given->user, "acts for this user only");
    creating->callback([&chosen, given, user] {
        given->is_for_user = user->count() > 0;
        chosen.run = [given](const settings& values) { return create(values, *given); };
    });
    with_org(key->add_subcommand("list", "all of the organization's"))->callback([&chosen, given] {
        chosen.run = [given](const settings& values) { return list_api_keys(values, *given); };
    });
    auto* revoking =
        with_org(key->add_subcommand("revoke", "end one: every host refuses it within a second"));
    revoking->add_option("id", given->id, "its id")->required();
    revoking->callback([&chosen, given] {
        chosen.run = [given](const settings& values) { return revoke(values, *given); };
    });
}

}  // namespace tenon::host
