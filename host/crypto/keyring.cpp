#include "crypto/keyring.hpp"

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"

#include <algorithm>
#include <span>

namespace tenon::host {
namespace {

auto is_key_id(std::string_view id) -> bool {
    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !id.empty() && id.size() <= max_key_id_size &&
           id.find_first_not_of(allowed) == std::string_view::npos;
}

// Hexadecimal first: 64 hexadecimal digits would be base64 of 48 bytes.
auto decode_key(std::string_view text) -> std::optional<std::string> {
    if (text.size() == 2 * key_size) {
        return from_hex(text);
    }
    if (text.find_first_of("+/=") != std::string_view::npos) {
        std::string padded(text);
        padded.append((4 - padded.size() % 4) % 4, '=');
        auto bytes = from_base64(padded);
        wipe(padded.data(), padded.size());
        if (bytes) {
            return bytes;
        }
    }
    while (text.ends_with('=')) {
        text.remove_suffix(1);
    }
    return from_base64url(text);
}

}  // namespace

auto keyring::derived_id(const secret& key) -> std::string {
    return to_hex(sha256(key.reveal())).substr(0, 8);
}

auto keyring::add(secret key, std::string id) -> result<void> {
    if (key.reveal().size() != key_size) {
        return fail(errc::invalid_request, "an encryption key has 32 bytes");
    }
    if (const auto known_as = id_of(key); !known_as.empty()) {
        if (id.empty() || id == known_as) {
            return {};
        }
        return fail(
            errc::conflict, "the key is in the keyring already, as " + std::string(known_as)
        );
    }
    if (id.empty()) {
        id = derived_id(key);
    }
    if (!is_key_id(id)) {
        return fail(
            errc::invalid_request,
            "a key's id has 1 to 64 characters out of letters, digits, '.', '_' and '-'"
        );
    }
    if (find(id) != nullptr) {
        return fail(errc::conflict, "another key has the id " + id + ": choose a different one");
    }
    keys_.push_back({std::move(id), std::move(key)});
    return {};
}

auto keyring::generate(random_source& random) -> result<std::string> {
    std::string bytes(key_size, '\0');
    random.fill(std::as_writable_bytes(std::span(bytes)));
    secret key(std::move(bytes));
    auto id = derived_id(key);
    if (auto added = add(std::move(key)); added.has_error()) {
        return added.error();
    }
    return id;
}

auto keyring::promote(std::string_view id) -> result<void> {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        if (keys_[i].id == id) {
            promoted_ = i;
            return {};
        }
    }
    return fail(
        errc::not_found,
        "the keyring has no key " + std::string(id) + ": add it first, on every host"
    );
}

auto keyring::list() const -> std::vector<entry> {
    std::vector<entry> entries;
    entries.reserve(keys_.size());
    for (const auto& known : keys_) {
        entries.push_back({known.id, known.id == current_id()});
    }
    return entries;
}

auto keyring::current_id() const noexcept -> std::string_view {
    return keys_.empty() ? std::string_view{} : std::string_view(keys_[promoted_.value_or(0)].id);
}

auto keyring::id_of(const secret& key) const noexcept -> std::string_view {
    for (const auto& known : keys_) {
        if (known.key.equals(key)) {
            return known.id;
        }
    }
    return {};
}

auto keyring::find(std::string_view id) const noexcept -> const secret* {
    for (const auto& known : keys_) {
        if (known.id == id) {
            return &known.key;
        }
    }
    return nullptr;
}

auto parse_key(std::string_view text) -> result<secret> {
    constexpr std::string_view white_space = " \t\r\n";
    const auto first = text.find_first_not_of(white_space);
    text = first == std::string_view::npos
               ? std::string_view{}
               : text.substr(first, text.find_last_not_of(white_space) - first + 1);
    auto bytes = decode_key(text);
    if (!bytes || bytes->size() != key_size) {
        if (bytes) {
            wipe(bytes->data(), bytes->size());
        }
        return fail(
            errc::invalid_request,
            "an encryption key is 64 hexadecimal digits or base64 of 32 bytes, and this is neither "
            "(it has " +
                std::to_string(text.size()) + " characters): `openssl rand -hex 32` makes one"
        );
    }
    return secret(std::move(*bytes));
}

auto key_from_passphrase(const secret& passphrase, std::string_view salt, std::uint32_t rounds)
    -> result<secret> {
    constexpr std::uint32_t most_rounds = 100'000'000;  // minutes: more is a typing error
    if (passphrase.empty()) {
        return fail(errc::invalid_request, "the passphrase is empty");
    }
    if (salt.size() < passphrase_salt_size) {
        return fail(errc::invalid_request, "the passphrase's salt is shorter than 16 bytes");
    }
    if (rounds < min_passphrase_rounds || rounds > most_rounds) {
        return fail(
            errc::invalid_request, "the passphrase's rounds are " + std::to_string(rounds) +
                                       ", and must be at least " +
                                       std::to_string(min_passphrase_rounds) + " and at most " +
                                       std::to_string(most_rounds)
        );
    }
    std::string key(key_size, '\0');
    const auto text = passphrase.reveal();
    must(
        PKCS5_PBKDF2_HMAC(
            text.data(), static_cast<int>(text.size()), bytes_of(salt),
            static_cast<int>(salt.size()), static_cast<int>(rounds), EVP_sha256(),
            static_cast<int>(key.size()), bytes_of(key)
        ) == 1,
        "PBKDF2"
    );
    return secret(std::move(key));
}

}  // namespace tenon::host
