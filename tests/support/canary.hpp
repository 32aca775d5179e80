// Secrets that a test lets loose, and the search for where they came out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::test {

// A secret that occurs nowhere else: `label`, a dot and 32 random letters and digits.
[[nodiscard]] auto make_canary(std::string_view label) -> std::string;

struct canary_found {
    std::string name;      // of the secret, never the secret itself
    std::string encoding;  // plain, hex, base64, base64url, percent-encoded
    std::string where;     // what was searched, and the offset
};

// Finds a secret as it is, in hex (either case), base64 and base64url (at each of the three
// alignments) and percent-encoded (each character, or only the reserved ones). Whatever is searched
// may be binary.
class canary_watch {
  public:
    // Throws std::invalid_argument for a secret of less than 12 bytes: it would be found by chance.
    void add(std::string_view name, std::string_view secret);
    // Was a secret of that name added?
    [[nodiscard]] auto watches(std::string_view name) const -> bool;

    [[nodiscard]] auto search(std::string_view text, std::string_view where) const
        -> std::vector<canary_found>;
    [[nodiscard]] auto search_file(const std::filesystem::path& file) const
        -> std::vector<canary_found>;
    // Every regular file below; `except`: file names that may hold the secrets (a configuration).
    [[nodiscard]] auto search_tree(
        const std::filesystem::path& dir, const std::vector<std::string>& except = {}
    ) const -> std::vector<canary_found>;

  private:
    struct form {
        std::string name;
        std::string encoding;
        std::string text;
    };
    std::vector<form> forms_;
};

// For a test's message: one line each.
[[nodiscard]] auto describe(const std::vector<canary_found>& found) -> std::string;

}  // namespace tenon::test
