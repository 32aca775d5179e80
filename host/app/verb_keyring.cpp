#include "app/key_sources.hpp"
#include "app/parts.hpp"
#include "app/progress_bar.hpp"
#include "app/reseal.hpp"
#include "app/verbs.hpp"
#include "crypto/key_file.hpp"
#include "crypto/random.hpp"
#include "store/keyring_rows.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

namespace tenon::host {
namespace {

auto list_keyring(const settings& values) -> result<void> {
    system_random random;
    auto keys = load_existing_keyring(values, random);
    if (keys.has_error()) {
        return keys.error();
    }
    auto db = open_configured(values, migrations::leave);
    if (db.has_error()) {
        return db.error();
    }
    for (const auto& key : keys->list()) {
        auto count =
            (*db)->as_service_now(access::read, [&](sql_session& session) -> result<std::int64_t> {
                return count_sealed_with(session, key.id);
            });
        if (count.has_error()) {
            return count.error();
        }
        std::cout << (key.current ? "* " : "  ") << key.id << "  seals " << *count << " values\n";
    }
    return {};
}

auto add(const settings& values, const std::string& text) -> result<void> {
    if (auto made = make_data_dir(values); made.has_error()) {
        return made;
    }
    std::string id;
    auto done = edit_key_file(key_file_of(values), [&](keyring& keys) -> result<void> {
        system_random random;
        if (text.empty()) {
            auto generated = keys.generate(random);
            if (generated.has_error()) {
                return generated.error();
            }
            id = *generated;
            return {};
        }
        auto key = parse_key(text);
        if (key.has_error()) {
            return key.error();
        }
        id = keyring::derived_id(*key);
        return keys.add(std::move(*key));
    });
    if (done.has_value()) {
        std::cout << "added " << id << " to " << key_file_of(values).string()
                  << "; have every host load it (SIGHUP), then `tenon keyring promote " << id
                  << "`\n";
    }
    return done;
}

auto promote(const settings& values, const std::string& id) -> result<void> {
    system_random random;
    auto keys = load_existing_keyring(values, random);
    if (keys.has_error()) {
        return keys.error();
    }
    if (auto known = keys->promote(id); known.has_error()) {
        return known;
    }
    // A key of the configuration comes into the file: where it is said that it was promoted.
    bool copied = false;
    auto done = edit_key_file(key_file_of(values), [&](keyring& stored) -> result<void> {
        copied = stored.find(id) == nullptr;
        if (auto added = stored.add(*keys->find(id), id); added.has_error()) {
            return added;
        }
        return stored.promote(id);
    });
    if (done.has_value()) {
        if (copied) {
            std::cout << "the key was copied into " << key_file_of(values).string()
                      << ": keep that file apart from the database\n";
        }
        std::cout << "new data is sealed with " << id
                  << " once every host has loaded it (SIGHUP); then `tenon keyring reseal`\n";
    }
    return done;
}

void draw(const reseal_progress& progress) {
    draw_progress(progress.resealed + progress.overtaken + progress.unreadable, progress.total);
}

auto reseal_verb(const settings& values) -> result<void> {
    system_random random;
    auto keys = load_keyring(values, random);
    if (keys.has_error()) {
        return keys.error();
    }
    auto db = open_configured(values, migrations::as_configured);
    if (db.has_error()) {
        return db.error();
    }
    const sealer seal(std::move(*keys), random);
    if (auto same = check_keys(**db, seal, system_clock()); same.has_error()) {
        return same;
    }
    auto done = reseal(**db, seal, draw);
    if (done.has_error()) {
        return done.error();
    }
    // In the end all is done, though some of what was counted is gone by then.
    const auto tried = done->resealed + done->overtaken + done->unreadable;
    draw_progress(tried, tried);
    end_progress();
    std::cout << "sealed " << done->resealed << " values with " << seal.current_key_id() << "; "
              << done->overtaken << " had changed meanwhile, " << done->unreadable
              << " could not be opened\n";
    if (done->unreadable > 0) {
        return fail(
            errc::internal, "some values could not be opened: keep the old keys, and see the log"
        );
    }
    return {};
}

}  // namespace

void add_keyring_verb(CLI::App& app, chosen_verb& chosen) {
    auto* keyring_verb =
        app.add_subcommand("keyring", "the keys that everything stored is sealed with");
    keyring_verb->require_subcommand(1);
    keyring_verb->add_subcommand("list", "every key, and how much is sealed with it")
        ->callback([&chosen] { chosen.run = list_keyring; });
    auto* adding = keyring_verb->add_subcommand(
        "add", "add a key to the key file: a new one, or the one on standard input"
    );
    auto from_input = std::make_shared<bool>(false);
    adding->add_flag(
        "--stdin", *from_input,
        "read the key (64 hex digits, or base64 of 32 bytes) from standard input"
    );
    adding->callback([&chosen, from_input] {
        chosen.run = [from_input](const settings& values) {
            std::string text;
            if (*from_input) {
                std::getline(std::cin, text);
            }
            return add(values, text);
        };
    });
    auto* promoting =
        keyring_verb->add_subcommand("promote", "seal new data with this key from now on");
    auto id = std::make_shared<std::string>();
    promoting->add_option("id", *id, "the key's id")->required();
    promoting->callback([&chosen, id] {
        chosen.run = [id](const settings& values) { return promote(values, *id); };
    });
    keyring_verb
        ->add_subcommand(
            "reseal",
            "seal everything anew with the current key, while hosts run; may be interrupted and "
            "repeated"
        )
        ->callback([&chosen] { chosen.run = reseal_verb; });
}

}  // namespace tenon::host
