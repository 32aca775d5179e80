// Providers that need no code: config/catalogue.yaml.
#pragma once

#include "base/config.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

struct catalogue_entry {
    std::string name;                           // `spotify`
    std::string docs;                           // the provider's documentation; may be empty
    std::string confidence;                     // of the facts: high, medium, low
    std::vector<std::string> needs;             // names that the operator fills in by `url_params`
    std::vector<std::string> scopes;            // asked for by default
    std::map<std::string, config_text> config;  // for the plugin oauth2
};

// The file's text, each entry read only when it is asked for: a start reads a few of hundreds.
// Immutable; any thread.
class catalogue {
  public:
    // Sorted.
    [[nodiscard]] auto names() const -> std::vector<std::string>;
    [[nodiscard]] auto contains(std::string_view name) const -> bool;
    // Errors: unknown_provider; invalid_request, with the line, where the entry is not as it should
    // be.
    [[nodiscard]] auto find(std::string_view name) const -> result<catalogue_entry>;

  private:
    friend auto read_catalogue(std::string text) -> result<catalogue>;
    struct place {
        std::size_t line, begin, size;  // of the JSON in text_
    };
    std::string text_;
    std::map<std::string, place, std::less<>> places_;
};

// One entry a line, `name: {JSON}`; empty lines and comments between them. Errors: invalid_request,
// with the line, for anything else or a name twice. The JSON is looked at later.
[[nodiscard]] auto read_catalogue(std::string text) -> result<catalogue>;

// Errors: not_found (no such file), and read_catalogue's.
[[nodiscard]] auto load_catalogue(const std::filesystem::path& path) -> result<catalogue>;

// Makes a section without `plugin:` the catalogue's provider of its name, if there is one: the
// plugin becomes `oauth2`, and each key that the section leaves out, the scopes too, is the
// entry's. Errors: find()'s.
[[nodiscard]] auto complete_from(const catalogue& known, provider_section section)
    -> result<provider_section>;

}  // namespace tenon::host
