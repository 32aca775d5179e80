#include "app/database_lock.hpp"
#include "app/key_sources.hpp"
#include "app/parts.hpp"
#include "app/progress_bar.hpp"
#include "app/verbs.hpp"
#include "backup/backup_file.hpp"
#include "backup/checking.hpp"
#include "backup/restoring.hpp"
#include "crypto/random.hpp"
#include "store/organizations.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

namespace tenon::host {
namespace {

namespace fs = std::filesystem;

struct restore_options {
    std::string file;
    bool verify = false;
    bool without_keys = false;
};

// Where one is read that is not there, it would be made.
auto check_is_there(const settings& values) -> result<void> {
    constexpr std::string_view embedded = "sqlite:";
    const auto url = values.database.reveal();
    std::error_code unreadable;
    if (url.starts_with(embedded) && !fs::exists(url.substr(embedded.size()), unreadable)) {
        return fail(
            errc::not_found, "there is no database " + std::string(url.substr(embedded.size())) +
                                 ": name the host's configuration with --config"
        );
    }
    return {};
}

auto about(const backup_head& head) -> std::string {
    return std::to_string(row_count(head)) + " rows of " + std::to_string(head.rows.size()) +
           " tables, as of " + to_rfc3339(head.made_at) + " (" + head.engine + ", migration " +
           std::to_string(schema_of(head)) + ", tenon " + head.tenon + ")";
}

void tell_taken(std::ostream& out, const std::string& file, const taken_backup& made) {
    out << "backed up " << about(made.head) << "\n"
        << "to " << file << ", " << made.size << " bytes, SHA-256 " << made.digest << "\n";
    if (!made.keys.empty()) {
        out << "without these keys, which are not in it, nothing sealed can be read: keep them "
               "apart\n";
    }
    for (const auto& key : made.keys) {
        out << "  " << key.id << "  seals " << key.values << " values\n";
    }
}

// A backup that goes to standard output leaves it to that alone.
auto back_up(const settings& values, const std::string& file) -> result<void> {
    if (auto there = check_is_there(values); there.has_error()) {
        return there;
    }
    auto db = open_configured(values, migrations::leave);
    if (db.has_error()) {
        return db.error();
    }
    const bool to_output = file == "-";
    std::unique_ptr<new_backup_file> into;
    if (!to_output) {
        auto created = new_backup_file::create(file);
        if (created.has_error()) {
            return created.error();
        }
        into = std::move(*created);
    }
    auto made = take_backup(
        **db, system_clock(), TENON_VERSION, to_output ? standard_output() : into->sink(),
        draw_progress
    );
    end_progress();
    if (made.has_error()) {
        return made.error();
    }
    if (auto kept = to_output ? result<void>() : into->keep(); kept.has_error()) {
        return kept;
    }
    tell_taken(to_output ? std::cerr : std::cout, to_output ? "standard output" : file, *made);
    return {};
}

auto verdict_on(const checked_key& key) -> std::string {
    switch (key.state) {
        case key_state::missing: return "the key is MISSING";
        case key_state::wrong: return "the key at hand is ANOTHER one";
        case key_state::fits: break;
    }
    return key.unopened == 0 ? "all open" : std::to_string(key.unopened) + " do NOT open";
}

void tell_checked(const checked_backup& checked) {
    std::cout << "the backup is whole: " << about(checked.head) << "\n"
              << checked.size << " bytes, SHA-256 " << checked.digest << "\n";
    for (const auto& [table, rows] : checked.head.rows) {
        std::cout << "  " << table << "  " << rows << " rows\n";
    }
    for (const auto& key : checked.keys) {
        std::cout << "  " << key.id << "  seals " << key.values << " values: " << verdict_on(key)
                  << "\n";
    }
    if (checked.unsealed > 0) {
        std::cout << "  " << checked.unsealed << " values are sealed with no key at all\n";
    }
}

auto named(const std::string& file, error reason) -> error {
    reason.message = file + ": " + reason.message;
    return reason;
}

// Reads the file to its end, with the keys at hand, if there are any.
auto check_file(const settings& values, const std::string& file) -> result<checked_backup> {
    system_random random;
    auto keys = load_existing_keyring(values, random);
    if (keys.has_error() && keys.error().code != errc::not_found) {
        return keys.error();
    }
    const auto seal = keys.has_value() ? std::make_unique<sealer>(std::move(*keys), random)
                                       : std::unique_ptr<sealer>();
    auto source = read_backup_file(file);
    if (source.has_error()) {
        return source.error();
    }
    auto checked = check_backup(std::move(*source), seal.get(), draw_progress);
    end_progress();
    return checked.has_error() ? result<checked_backup>(named(file, checked.error()))
                               : std::move(checked);
}

auto verify(const settings& values, const std::string& file) -> result<void> {
    const auto checked = check_file(values, file);
    if (checked.has_error()) {
        return checked.error();
    }
    tell_checked(*checked);
    return check_all_opened(*checked);
}

// A line in each organization's log: from here on it tells another story than the one before.
auto note_restore(database& db, const backup_head& head) -> result<void> {
    const system_clock time;
    system_random random;
    const auto detail = R"({"backupOf":")" + to_rfc3339(head.made_at) + R"("})";
    for (org_id after;;) {
        const auto page = db.as_service_now(access::read, [&](sql_session& session) {
            return result<std::vector<organization_row>>(list_organizations(session, after));
        });
        if (page.has_error() || page->empty()) {
            return page.has_error() ? result<void>(page.error()) : result<void>();
        }
        for (const auto& org : *page) {
            auto noted = db.with_org_now(org.id, access::write, [&](sql_session& session) {
                note_operator(session, time, random, "database.restored", detail);
                return result<void>();
            });
            if (noted.has_error()) {
                return noted;
            }
        }
        after = page->back().id;
    }
}

auto load_file(const settings& values, const std::string& file) -> result<backup_head> {
    const auto lock = database_lock::take(values.database.reveal());
    if (lock.has_error()) {
        return lock.error();
    }
    auto db = open_configured(values, migrations::leave);
    if (db.has_error()) {
        return db.error();
    }
    auto source = read_backup_file(file);
    if (source.has_error()) {
        return source.error();
    }
    auto head = restore_backup(**db, system_clock(), std::move(*source), draw_progress);
    end_progress();
    if (head.has_error()) {
        return head.error();
    }
    auto noted = note_restore(**db, *head);
    return noted.has_error() ? result<backup_head>(noted.error()) : std::move(head);
}

auto restore(const settings& values, const restore_options& options) -> result<void> {
    if (options.verify) {
        return verify(values, options.file);
    }
    if (auto made = make_data_dir(values); made.has_error()) {
        return made;
    }
    const auto checked = check_file(values, options.file);
    if (checked.has_error()) {
        return checked.error();
    }
    if (auto at_hand = check_keys_at_hand(*checked); at_hand.has_error()) {
        if (!options.without_keys) {
            auto reason = named(options.file, at_hand.error());
            reason.message += "; or restore --without-keys, and put them back before a host starts";
            return reason;
        }
        std::cerr << "tenon: " << at_hand.error().message << "\n";
    }
    const auto head = load_file(values, options.file);
    if (head.has_error()) {
        return head.error();
    }
    std::cout << "restored " << about(*head) << "\n"
              << "no host may go on serving from where it came from: refresh tokens that were "
                 "renewed there since then may be refused now, and their accounts must be "
                 "connected again\n";
    return {};
}

}  // namespace

void add_backup_verbs(CLI::App& app, chosen_verb& chosen) {
    auto* backing_up = app.add_subcommand(
        "backup", "write all of the database into one file, while hosts run; no key is in it"
    );
    auto file = std::make_shared<std::string>();
    backing_up->add_option("file", *file, "a new file, or `-` for standard output")->required();
    backing_up->callback([&chosen, file] {
        chosen.run = [file](const settings& values) { return back_up(values, *file); };
    });
    auto* restoring = app.add_subcommand(
        "restore", "load a backup, of either engine, into an empty database; hosts are stopped"
    );
    auto options = std::make_shared<restore_options>();
    restoring->add_option("file", options->file, "a file of `tenon backup`")->required();
    restoring->add_flag(
        "--verify", options->verify,
        "load nothing: read it to its end, open all that is sealed with the keys at hand, and say "
        "which keys are missing"
    );
    restoring->add_flag(
        "--without-keys", options->without_keys, "load it although keys that it needs are missing"
    );
    restoring->callback([&chosen, options] {
        chosen.run = [options](const settings& values) { return restore(values, *options); };
    });
}

}  // namespace tenon::host
