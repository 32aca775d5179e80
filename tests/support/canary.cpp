#include "support/canary.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <stdexcept>

#include "support/http_client.hpp"
#include "support/temp_dir.hpp"

namespace tenon::test {
namespace {

auto hex(std::string_view bytes, std::string_view digits) -> std::string {
    std::string out;
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        out += digits[value >> 4U];
        out += digits[value & 15U];
    }
    return out;
}

auto every_character_percent_encoded(std::string_view bytes, std::string_view digits)
    -> std::string {
    std::string out;
    for (const char byte : bytes) {
        out += '%';
        out += hex({&byte, 1}, digits);
    }
    return out;
}

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The digits that any text holding `bytes` behind `shift` (0, 1 or 2) unknown bytes must have:
// those made of known bits only.
auto base64_core(std::string_view bytes, std::size_t shift) -> std::string {
    const std::string padded = std::string(shift, '\0') + std::string(bytes);
    const std::size_t bits = padded.size() * 8;
    std::string out;
    for (std::size_t at = 0; at + 6 <= bits; at += 6) {
        if (at < shift * 8) {
            continue;
        }
        unsigned value = 0;
        for (std::size_t bit = at; bit < at + 6; ++bit) {
            const auto byte = static_cast<unsigned char>(padded[bit / 8]);
            value = value << 1U | (byte >> (7U - bit % 8) & 1U);
        }
        out += base64_digits[value];
    }
    return out;
}

auto url_alphabet(std::string base64) -> std::string {
    std::replace(base64.begin(), base64.end(), '+', '-');
    std::replace(base64.begin(), base64.end(), '/', '_');
    return base64;
}

}  // namespace

auto make_canary(std::string_view label) -> std::string {
    constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
    std::random_device source;
    std::string out(label);
    out += '.';
    for (int i = 0; i < 32; ++i) {
        out += letters[source() % letters.size()];
    }
    return out;
}

void canary_watch::add(std::string_view name, std::string_view secret) {
    if (secret.size() < 12) {
        throw std::invalid_argument("a secret to look for needs at least 12 bytes");
    }
    const auto put = [&](std::string_view encoding, std::string text) {
        const bool known = std::any_of(forms_.begin(), forms_.end(), [&](const form& other) {
            return other.text == text && other.name == name;
        });
        if (!known) {
            forms_.push_back({std::string(name), std::string(encoding), std::move(text)});
        }
    };
    constexpr std::string_view lower = "0123456789abcdef";
    constexpr std::string_view upper = "0123456789ABCDEF";
    put("plain", std::string(secret));
    put("hex", hex(secret, lower));
    put("hex", hex(secret, upper));
    put("percent-encoded", percent_encoded(secret));
    put("percent-encoded", every_character_percent_encoded(secret, lower));
    put("percent-encoded", every_character_percent_encoded(secret, upper));
    for (std::size_t shift = 0; shift < 3; ++shift) {
        const auto core = base64_core(secret, shift);
        put("base64", core);
        put("base64url", url_alphabet(core));
    }
}

auto canary_watch::watches(std::string_view name) const -> bool {
    return std::any_of(forms_.begin(), forms_.end(), [name](const form& one) {
        return one.name == name;
    });
}

auto canary_watch::search(std::string_view text, std::string_view where) const
    -> std::vector<canary_found> {
    std::vector<canary_found> found;
    for (const auto& one : forms_) {
        if (const auto at = text.find(one.text); at != std::string_view::npos) {
            found.push_back(
                {one.name, one.encoding, std::string(where) + " at byte " + std::to_string(at)}
            );
        }
    }
    return found;
}

auto canary_watch::search_file(const std::filesystem::path& file) const
    -> std::vector<canary_found> {
    return search(read_file(file), file.string());
}

auto canary_watch::search_tree(
    const std::filesystem::path& dir, const std::vector<std::string>& except
) const -> std::vector<canary_found> {
    std::vector<canary_found> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
        const auto name = entry.path().filename().string();
        const bool excepted = std::find(except.begin(), except.end(), name) != except.end();
        if (entry.is_regular_file() && !excepted) {
            auto here = search_file(entry.path());
            found.insert(found.end(), here.begin(), here.end());
        }
    }
    return found;
}

auto describe(const std::vector<canary_found>& found) -> std::string {
    std::string out;
    for (const auto& one : found) {
        out += one.name + " (" + one.encoding + ") in " + one.where + '\n';
    }
    return out;
}

}  // namespace tenon::test
