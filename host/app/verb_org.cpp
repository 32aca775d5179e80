#include "api/json_writer.hpp"
#include "api/naming.hpp"
#include "app/parts.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"
#include "crypto/random.hpp"
#include "store/organizations.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

namespace tenon::host {
namespace {

auto create(const settings& values, const std::string& name) -> result<void> {
    if (const auto wrong = problem_of_name(name); !wrong.empty()) {
        return fail(errc::invalid_request, "the name: " + std::string(wrong));
    }
    auto db = open_configured(values, migrations::as_configured);
    if (db.has_error()) {
        return db.error();
    }
    system_random random;
    const system_clock time;
    const organization_row row{org_id(make_uuid(time, random)), name, time.now()};
    json_writer detail;
    detail.begin_object().field("organizationId", row.id.text()).field("name", name).end_object();
    auto insert = [&](sql_session& session) -> result<void> {
        insert_organization(session, row);
        note_operator(session, time, random, "organization.created", detail.take());
        return {};
    };
    auto done = (*db)->with_org_now(row.id, access::write, insert);
    if (done.has_value()) {
        std::cout << row.id.text() << '\n';
    }
    return done;
}

auto list_orgs(const settings& values) -> result<void> {
    auto db = open_configured(values, migrations::as_configured);
    if (db.has_error()) {
        return db.error();
    }
    constexpr std::size_t page = 500;
    org_id after;
    for (;;) {
        auto rows = (*db)->as_service_now(
            access::read,
            [&](sql_session& session) -> result<std::vector<organization_row>> {
                return list_organizations(session, after, page);
            }
        );
        if (rows.has_error()) {
            return rows.error();
        }
        for (const auto& row : *rows) {
            std::cout << row.id.text() << "  " << to_rfc3339(row.created_at) << "  "
                      << for_one_line(row.name) << '\n';
        }
        if (rows->size() < page) {
            return {};
        }
        after = rows->back().id;
    }
}

}  // namespace

void add_org_verb(CLI::App& app, chosen_verb& chosen) {
    auto* org = app.add_subcommand("org", "organizations");
    org->require_subcommand(1);
    org->add_subcommand("list", "all of them")->callback([&chosen] { chosen.run = list_orgs; });
    auto* creating = org->add_subcommand("create", "make one, and print its id");
    auto name = std::make_shared<std::string>();
    creating->add_option("name", *name, "its name")->required();
    creating->callback([&chosen, name] {
        chosen.run = [name](const settings& values) { return create(values, *name); };
    });
}

}  // namespace tenon::host
