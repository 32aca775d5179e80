#include "crypto/key_file.hpp"

#include "crypto/encoding.hpp"
#include "crypto/private_file.hpp"

#include <charconv>
#include <span>

namespace tenon::host {
namespace {

// The next word, which is cut off; empty at the end.
auto next_word(std::string_view& line) -> std::string_view {
    constexpr std::string_view blank = " \t\r";
    const auto first = line.find_first_not_of(blank);
    line.remove_prefix(first == std::string_view::npos ? line.size() : first);
    const auto word = line.substr(0, line.find_first_of(blank));
    line.remove_prefix(word.size());
    return word;
}

auto next_line(std::string_view& text) -> std::string_view {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return line;
}

struct key_line {
    bool current = false;
    std::string_view id;
    std::string_view key;
};

// Nothing for a comment or an empty line.
auto read_line(std::string_view line) -> result<std::optional<key_line>> {
    key_line read;
    auto word = next_word(line);
    if (word.empty() || word.starts_with('#')) {
        return std::optional<key_line>{};
    }
    if (word == "*") {
        read.current = true;
        word = next_word(line);
    }
    read.id = word;
    read.key = next_word(line);
    if (read.key.empty() || !next_word(line).empty()) {
        return fail(errc::invalid_request, "a line is `[*] ID KEY`");
    }
    return std::optional(read);
}

auto add_line(keyring& keys, std::string_view line, std::string& current) -> result<void> {
    const auto read = read_line(line);
    if (read.has_error()) {
        return read.error();
    }
    if (!read->has_value()) {
        return {};
    }
    const key_line& found = **read;
    auto key = parse_key(found.key);
    if (key.has_error()) {
        return key.error();
    }
    if (keys.find(found.id) != nullptr) {
        return fail(errc::invalid_request, "the id " + std::string(found.id) + " is there twice");
    }
    if (found.current && !current.empty()) {
        return fail(errc::invalid_request, "a second key is marked as current");
    }
    if (found.current) {
        current = found.id;
    }
    return keys.add(std::move(*key), std::string(found.id));
}

}  // namespace

auto load_key_file(const std::filesystem::path& path) -> result<keyring> {
    const auto text = read_private_file(path);
    if (text.has_error()) {
        return text.error();
    }
    keyring keys;
    std::string current;
    auto rest = text->reveal();
    for (int number = 1; !rest.empty(); ++number) {
        if (auto added = add_line(keys, next_line(rest), current); added.has_error()) {
            return fail(
                errc::invalid_request,
                path.string() + ", line " + std::to_string(number) + ": " + added.error().message
            );
        }
    }
    if (keys.empty()) {
        return fail(errc::invalid_request, path.string() + " holds no key");
    }
    if (!current.empty()) {
        if (auto promoted = keys.promote(current); promoted.has_error()) {
            return promoted.error();
        }
    }
    return keys;
}

auto save_key_file(const std::filesystem::path& path, const keyring& keys) -> result<void> {
    std::string text =
        "# Tenon's key file. Keep it as safe as the database, and apart from it.\n"
        "# One key a line: `[*] ID KEY`, the oldest first, `*` before the one that was promoted.\n";
    const auto entries = keys.list();
    text.reserve(text.size() + entries.size() * (4 + max_key_id_size + 2 * key_size));
    for (const auto& entry : entries) {
        auto key = to_hex(keys.find(entry.id)->reveal());
        text.append(entry.current && keys.has_promoted() ? "* " : "  ")
            .append(entry.id)
            .append(" ")
            .append(key)
            .append("\n");
        wipe(key.data(), key.size());
    }
    const secret wrapped(std::move(text));
    return replace_private_file(path, wrapped.reveal());
}

auto edit_key_file(
    const std::filesystem::path& path, const std::function<result<void>(keyring&)>& change
) -> result<void> {
    const auto lock = lock_file(path.string() + ".lock");
    if (lock.has_error()) {
        return lock.error();
    }
    auto keys = load_key_file(path);
    if (keys.has_error() && keys.error().code != errc::not_found) {
        return keys.error();
    }
    keyring edited = keys.has_error() ? keyring{} : std::move(*keys);
    if (auto changed = change(edited); changed.has_error()) {
        return changed;
    }
    return save_key_file(path, edited);
}

auto load_or_make_salt(const std::filesystem::path& path, random_source& random)
    -> result<passphrase_salt> {
    const auto text = read_private_file(path);
    if (text.has_error() && text.error().code != errc::not_found) {
        return text.error();
    }
    passphrase_salt made;
    if (text.has_error()) {
        made.salt.assign(passphrase_salt_size, '\0');
        random.fill(std::as_writable_bytes(std::span(made.salt)));
        const auto saved = replace_private_file(
            path, "pbkdf2-sha256 " + std::to_string(made.rounds) + " " + to_hex(made.salt) + "\n"
        );
        return saved.has_error() ? result<passphrase_salt>(saved.error()) : made;
    }
    auto rest = text->reveal();
    auto line = next_line(rest);
    const auto method = next_word(line);
    const auto rounds = next_word(line);
    const auto salt = from_hex(next_word(line));
    const auto parsed = std::from_chars(rounds.data(), rounds.data() + rounds.size(), made.rounds);
    if (method != "pbkdf2-sha256" || parsed.ec != std::errc{} ||
        parsed.ptr != rounds.data() + rounds.size() || !salt || salt->empty() || !rest.empty()) {
        return fail(
            errc::invalid_request, path.string() +
                                       " is damaged: it must be `pbkdf2-sha256 ROUNDS HEX`. "
                                       "Restore it from a backup; without it "
                                       "the passphrase opens nothing"
        );
    }
    made.salt = *salt;
    return made;
}

}  // namespace tenon::host
