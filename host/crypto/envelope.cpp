#include "crypto/envelope.hpp"

#include "crypto/gcm.hpp"
#include "crypto/hash.hpp"
#include "crypto/hkdf.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace tenon::host {
namespace {

constexpr std::size_t head_size = 2;  // version and length of the key id
constexpr std::string_view check_text = "tenon's keyring check";

struct sealed_parts {
    std::string_view head;  // version, length and key id
    std::string_view key_id;
    std::string_view nonce;
    std::string_view body;  // ciphertext and tag
};

auto split(std::string_view sealed) noexcept -> std::optional<sealed_parts> {
    if (sealed.size() < head_size || sealed[0] != envelope_version) {
        return std::nullopt;
    }
    const std::size_t id_size = static_cast<unsigned char>(sealed[1]);
    const std::size_t overhead = head_size + id_size + gcm_nonce_size + gcm_tag_size;
    if (id_size == 0 || id_size > max_key_id_size || sealed.size() < overhead) {
        return std::nullopt;
    }
    sealed_parts parts;
    parts.head = sealed.substr(0, head_size + id_size);
    parts.key_id = parts.head.substr(head_size);
    parts.nonce = sealed.substr(parts.head.size(), gcm_nonce_size);
    parts.body = sealed.substr(parts.head.size() + gcm_nonce_size);
    return parts;
}

// Four bytes of length, then the text: no two lists of parts look alike.
void append_part(std::string& out, std::string_view part) {
    const auto size = static_cast<std::uint32_t>(part.size());
    for (const int shift : {24, 16, 8, 0}) {
        out += static_cast<char>(size >> shift & 0xff);
    }
    out += part;
}

auto additional_data(std::string_view head, const sealed_place& place) -> std::string {
    std::string out;
    out.reserve(head.size() + place.org.size() + place.row.size() + place.field.size() + 12);
    out += head;
    append_part(out, place.org);
    append_part(out, place.row);
    append_part(out, place.field);
    return out;
}

// The key of one row, wiped when it goes.
class row_key {
  public:
    row_key(const hmac_key& extracted, const sealed_place& place) {
        constexpr std::string_view context = "tenon/1";
        std::string info;
        info.reserve(context.size() + place.org.size() + place.row.size() + 12);
        append_part(info, context);
        append_part(info, place.org);
        append_part(info, place.row);
        hkdf_expand_into(key_.data(), extracted, info);
    }
    ~row_key() { wipe(reinterpret_cast<char*>(key_.data()), key_.size()); }
    row_key(const row_key&) = delete;
    auto operator=(const row_key&) -> row_key& = delete;
    [[nodiscard]] auto bytes() const -> const gcm_key& { return key_; }

  private:
    gcm_key key_{};
};

auto place_of_check(std::string_view key_id) -> sealed_place {
    return {"", key_id, "keyring.check"};
}

auto is_printable(std::string_view text) -> bool {
    for (const char c : text) {
        if (c <= ' ' || c > '~') {
            return false;
        }
    }
    return true;
}

auto not_openable() -> error {
    return fail(
        errc::internal,
        "a sealed value can't be opened: it was altered, moved to another place, or sealed under "
        "another key; restore it from a backup, or connect the account again"
    );
}

auto unknown_key(std::string_view key_id) -> error {
    return fail(
        errc::internal,
        "the encryption key " + std::string(key_id) +
            " is not in the keyring: add the key that was used before (`tenon keyring add`, or as "
            "it was configured), on every host"
    );
}

}  // namespace

struct sealer::key_set {
    struct entry {
        std::string id;
        hmac_key extracted;  // HKDF's first half, done once
    };

    explicit key_set(const keyring& keys) {
        for (const auto& listed : keys.list()) {
            if (listed.current) {
                current = entries.size();
            }
            entries.push_back(
                {listed.id, hmac_key(hkdf_extract("", keys.find(listed.id)->reveal()).reveal())}
            );
        }
    }

    [[nodiscard]] auto find(std::string_view id) const noexcept -> const entry* {
        for (const auto& known : entries) {
            if (known.id == id) {
                return &known;
            }
        }
        return nullptr;
    }

    std::vector<entry> entries;
    std::size_t current = 0;
};

namespace {

auto seal_with(
    std::string_view key_id, const hmac_key& extracted, random_source& random,
    const sealed_place& place, std::string_view plaintext
) -> std::string {
    const std::size_t before_body = head_size + key_id.size() + gcm_nonce_size;
    std::string out(before_body + plaintext.size() + gcm_tag_size, '\0');
    out[0] = envelope_version;
    out[1] = static_cast<char>(key_id.size());
    key_id.copy(out.data() + head_size, key_id.size());
    const auto nonce = std::span(out).subspan(head_size + key_id.size(), gcm_nonce_size);
    random.fill(std::as_writable_bytes(nonce));
    const std::string_view head(out.data(), head_size + key_id.size());
    gcm_seal(
        row_key(extracted, place).bytes(), {nonce.data(), nonce.size()},
        additional_data(head, place), plaintext,
        reinterpret_cast<unsigned char*>(out.data() + before_body)
    );
    return out;
}

}  // namespace

auto key_id_of(std::string_view sealed) noexcept -> std::optional<std::string_view> {
    const auto parts = split(sealed);
    return parts && is_printable(parts->key_id) ? std::optional(parts->key_id) : std::nullopt;
}

sealer::sealer(keyring keys, random_source& random) : random_(random) {
    if (replace(std::move(keys)).has_error()) {
        throw std::invalid_argument("a sealer needs a key");
    }
}

sealer::~sealer() = default;

auto sealer::replace(keyring keys) -> result<void> {
    if (keys.empty()) {
        return fail(errc::invalid_request, "the keyring is empty: add a key");
    }
    auto made = std::make_unique<const key_set>(keys);
    const std::lock_guard lock(replacing_);
    sets_.push_back(std::move(made));
    active_.store(sets_.back().get(), std::memory_order_release);
    return {};
}

auto sealer::seal(const sealed_place& place, std::string_view plaintext) const -> std::string {
    const auto& set = keys();
    const auto& current = set.entries[set.current];
    return seal_with(current.id, current.extracted, random_, place, plaintext);
}

auto sealer::open(const sealed_place& place, std::string_view sealed) const -> result<secret> {
    const auto parts = split(sealed);
    if (!parts || !is_printable(parts->key_id)) {
        return not_openable();
    }
    const auto* const known = keys().find(parts->key_id);
    if (known == nullptr) {
        return unknown_key(parts->key_id);
    }
    std::string text(parts->body.size() - gcm_tag_size, '\0');
    const bool opened = gcm_open(
        row_key(known->extracted, place).bytes(), parts->nonce, additional_data(parts->head, place),
        parts->body, reinterpret_cast<unsigned char*>(text.data())
    );
    if (!opened) {
        return not_openable();
    }
    return secret(std::move(text));
}

auto sealer::current_key_id() const noexcept -> std::string_view {
    const auto& set = keys();
    return set.entries[set.current].id;
}

auto sealer::knows_key(std::string_view key_id) const noexcept -> bool {
    return keys().find(key_id) != nullptr;
}

auto sealer::blinded(std::string_view purpose, std::string_view text) const
    -> std::vector<std::string> {
    std::string info;
    append_part(info, "tenon/blind");
    append_part(info, purpose);
    const auto& set = keys();
    std::vector<std::string> all;
    for (std::size_t i = 0; i < set.entries.size(); ++i) {
        const auto& known = set.entries[i];
        const auto key = hkdf_expand(known.extracted, info, key_size);
        std::string mac(sha256_size, '\0');
        hmac_key(key.reveal()).mac_into(reinterpret_cast<unsigned char*>(mac.data()), text);
        all.insert(i == set.current ? all.begin() : all.end(), std::move(mac));
    }
    return all;
}

auto sealer::key_ids() const -> std::vector<std::string> {
    std::vector<std::string> ids;
    for (const auto& known : keys().entries) {
        ids.push_back(known.id);
    }
    return ids;
}

auto sealer::make_check(std::string_view key_id) const -> result<std::string> {
    const auto* const known = keys().find(key_id);
    if (known == nullptr) {
        return unknown_key(key_id);
    }
    return seal_with(known->id, known->extracted, random_, place_of_check(key_id), check_text);
}

auto sealer::verify_check(std::string_view key_id, std::string_view check) const -> result<void> {
    if (keys().find(key_id) == nullptr) {
        return unknown_key(key_id);
    }
    const auto opened = open(place_of_check(key_id), check);
    if (opened.has_error() || opened->reveal() != check_text) {
        return fail(
            errc::internal, "the encryption key " + std::string(key_id) +
                                " is not the one that this database was sealed with: configure "
                                "the right key, or the database that belongs to this one"
        );
    }
    return {};
}

}  // namespace tenon::host
