#include "app/key_sources.hpp"

#include "base/log.hpp"
#include "crypto/key_file.hpp"
#include "store/keyring_rows.hpp"

namespace tenon::host {
namespace {

namespace fs = std::filesystem;

auto is_embedded(const settings& values) -> bool {
    return values.database.reveal().starts_with("sqlite:");
}

// The file's, under the ids that they have there. A file that isn't there is an empty one, unless
// it was asked for by name.
auto add_file(keyring& keys, const settings& values) -> result<void> {
    const auto path = key_file_of(values);
    std::error_code ignored;
    if (values.encryption.key_file.empty() && !fs::exists(path, ignored)) {
        return {};
    }
    auto loaded = load_key_file(path);
    if (loaded.has_error()) {
        return loaded.error();
    }
    keys = std::move(*loaded);
    return {};
}

// What the configuration, or the environment, holds itself: its first key is current, unless one of
// the file's was promoted.
auto add_configured(keyring& keys, secret key) -> result<void> {
    if (auto added = keys.add(key); added.has_error()) {
        return added.error();
    }
    return keys.has_promoted() ? result<void>() : keys.promote(std::string(keys.id_of(key)));
}

auto add_texts(keyring& keys, const settings& values) -> result<void> {
    for (const auto& text : values.encryption.keys) {
        auto key = parse_key(text.reveal());
        if (key.has_error()) {
            return key.error();
        }
        if (auto added = add_configured(keys, std::move(*key)); added.has_error()) {
            return added.error();
        }
    }
    return {};
}

auto add_passphrase(keyring& keys, const settings& values, random_source& random) -> result<void> {
    if (values.encryption.passphrase.empty()) {
        return {};
    }
    auto salt = load_or_make_salt(fs::path(values.data_dir) / "passphrase.salt", random);
    if (salt.has_error()) {
        return salt.error();
    }
    auto key = key_from_passphrase(values.encryption.passphrase, salt->salt, salt->rounds);
    if (key.has_error()) {
        return key.error();
    }
    return add_configured(keys, std::move(*key));
}

auto all_keys(const settings& values, random_source& random) -> result<keyring> {
    keyring keys;
    if (auto done = add_file(keys, values); done.has_error()) {
        return done.error();
    }
    if (auto done = add_texts(keys, values); done.has_error()) {
        return done.error();
    }
    if (auto done = add_passphrase(keys, values, random); done.has_error()) {
        return done.error();
    }
    return keys;
}

auto no_key() -> error {
    return fail(
        errc::invalid_request,
        "no encryption key: with PostgreSQL every host needs the same one. Set "
        "TOKEN_ENCRYPTION_KEY to 64 hexadecimal digits (`openssl rand -hex 32`), or "
        "encryption.key_file to a file of `tenon keyring add`"
    );
}

auto make_first(keyring& keys, const settings& values, random_source& random) -> result<void> {
    if (!is_embedded(values)) {
        return no_key();
    }
    const auto path = key_file_of(values);
    auto made = edit_key_file(path, [&](keyring& stored) -> result<void> {
        if (stored.empty()) {
            auto id = stored.generate(random);
            if (id.has_error()) {
                return id.error();
            }
        }
        keys = stored;
        return {};
    });
    if (made.has_value()) {
        log(log_level::warn, "made an encryption key: back it up apart from the database",
            {{log_key::path, path.string()}, {log_key::key_id, keys.current_id()}});
    }
    return made;
}

auto has_check(const std::vector<keyring_check_row>& checks, const std::string& id) -> bool {
    for (const auto& check : checks) {
        if (check.key_id == id) {
            return true;
        }
    }
    return false;
}

auto check_all(sql_session& session, const sealer& seal, time_point now) -> result<void> {
    const auto checks = list_keyring_checks(session);
    for (const auto& check : checks) {
        if (seal.knows_key(check.key_id)) {
            if (auto same = seal.verify_check(check.key_id, check.sealed); same.has_error()) {
                return same.error();
            }
        } else if (const auto count = count_sealed_with(session, check.key_id); count > 0) {
            return fail(
                errc::internal, "the encryption key " + check.key_id + " is missing, and " +
                                    std::to_string(count) +
                                    " stored values are sealed with it: add it to the keyring "
                                    "again, or nothing of them can be read"
            );
        }
    }
    for (const auto& id : seal.key_ids()) {
        if (has_check(checks, id)) {
            continue;
        }
        auto canary = seal.make_check(id);
        if (canary.has_error()) {
            return canary.error();
        }
        save_keyring_check(session, keyring_check_row{id, std::move(*canary), now});
    }
    return {};
}

}  // namespace

auto key_file_of(const settings& values) -> fs::path {
    return values.encryption.key_file.empty() ? fs::path(values.data_dir) / "keyring"
                                              : fs::path(values.encryption.key_file);
}

auto load_existing_keyring(const settings& values, random_source& random) -> result<keyring> {
    auto keys = all_keys(values, random);
    if (keys.has_value() && keys->empty()) {
        return fail(
            errc::not_found, "there is no encryption key: none is configured, and no " +
                                 key_file_of(values).string() + ". Restore it from a backup"
        );
    }
    return keys;
}

auto load_keyring(const settings& values, random_source& random) -> result<keyring> {
    auto keys = all_keys(values, random);
    if (keys.has_value() && keys->empty()) {
        if (auto done = make_first(*keys, values, random); done.has_error()) {
            return done.error();
        }
    }
    return keys;
}

auto check_key_sources(const settings& values) -> result<void> {
    keyring keys;
    if (auto done = add_file(keys, values); done.has_error()) {
        return done;
    }
    if (auto done = add_texts(keys, values); done.has_error()) {
        return done;
    }
    const bool one_is_made = is_embedded(values) || !values.encryption.passphrase.empty();
    return keys.empty() && !one_is_made ? result<void>(no_key()) : result<void>();
}

auto check_keys(database& db, const sealer& seal, const clock& time) -> result<void> {
    const auto now = time.now();
    return db.as_service_now(access::write, [&](sql_session& session) {
        return check_all(session, seal, now);
    });
}

}  // namespace tenon::host
