#include "app/database_lock.hpp"
#include "app/parts.hpp"
#include "app/verbs.hpp"
#include "store/migrations.hpp"
#include "store/roles.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

namespace tenon::host {
namespace {

// `service`: the role that is to serve; empty where it is the one that migrates.
auto up(const settings& values, const std::string& service) -> result<void> {
    if (auto made = make_data_dir(values); made.has_error()) {
        return made;
    }
    auto db = open_configured(values, migrations::leave);
    if (db.has_error()) {
        return db.error();
    }
    auto applied = migrate_up(**db, system_clock());
    if (applied.has_error()) {
        return applied.error();
    }
    std::cout << "applied " << *applied << " migrations\n";
    return service.empty() ? result<void>() : let_role_serve(**db, service);
}

// A host that serves from an embedded database would lose it under its hands.
auto down(const settings& values, std::int64_t version) -> result<void> {
    const auto lock = database_lock::take(values.database.reveal());
    if (lock.has_error()) {
        return lock.error();
    }
    auto db = open_configured(values, migrations::leave);
    if (db.has_error()) {
        return db.error();
    }
    auto taken_back = migrate_down(**db, version);
    if (taken_back.has_error()) {
        return taken_back.error();
    }
    std::cout << "took back " << *taken_back << " migrations\n";
    return {};
}

auto status(const settings& values) -> result<void> {
    auto db = open_configured(values, migrations::leave);
    if (db.has_error()) {
        return db.error();
    }
    auto states = migration_status(**db);
    if (states.has_error()) {
        return states.error();
    }
    for (const auto& state : *states) {
        std::cout << state.version << ' ' << state.name << ' '
                  << (state.applied_at ? "applied " + to_rfc3339(*state.applied_at) : "pending")
                  << '\n';
    }
    return {};
}

}  // namespace

void add_migrate_verb(CLI::App& app, chosen_verb& chosen) {
    auto* migrate = app.add_subcommand("migrate", "the database's schema");
    migrate->require_subcommand(1);
    auto* forth = migrate->add_subcommand("up", "apply what is pending");
    auto service = std::make_shared<std::string>();
    forth->add_option(
        "--grant-to", *service,
        "PostgreSQL: the role that serves, where it is not the one that owns the schema"
    );
    forth->callback([&chosen, service] {
        chosen.run = [service](const settings& values) { return up(values, *service); };
    });
    migrate->add_subcommand("status", "what is applied, what is pending")->callback([&chosen] {
        chosen.run = status;
    });
    auto* back = migrate->add_subcommand(
        "down", "take back everything newer than a version; hosts are stopped"
    );
    auto version = std::make_shared<std::int64_t>(0);
    back->add_option(
            "--to", *version, "the version to stay at; 0 takes back everything, data included"
    )
        ->required();
    back->callback([&chosen, version] {
        chosen.run = [version](const settings& values) { return down(values, *version); };
    });
}

}  // namespace tenon::host
