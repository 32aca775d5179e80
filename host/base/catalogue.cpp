#include "base/catalogue.hpp"

#include "base/json.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

using nlohmann::json;

auto at_line(std::size_t line, const std::string& what) -> error {
    return fail(errc::invalid_request, "catalogue, line " + std::to_string(line) + ": " + what);
}

auto is_name(std::string_view text) -> bool {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !text.empty() && text.size() <= 64 && plain(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return plain(c) || c == '_' || c == '-'; });
}

auto is_texts(const json& value) -> bool {
    return value.is_structured() &&
           std::ranges::all_of(value, [](const json& each) { return each.is_string(); });
}

// Takes one member of an entry; false where it is neither text nor a list or map of texts.
auto take(catalogue_entry& into, const std::string& key, const json& value) -> bool {
    if (key == "needs" || key == "scopes") {
        if (!value.is_array() || !is_texts(value)) {
            return false;
        }
        value.get_to(key == "needs" ? into.needs : into.scopes);
        return true;
    }
    if (key == "docs" || key == "confidence") {
        if (!value.is_string()) {
            return false;
        }
        value.get_to(key == "docs" ? into.docs : into.confidence);
        return true;
    }
    if (value.is_string()) {
        into.config[key] = {value.get<std::string>(), false};
        return true;
    }
    into.config[key] = {value.dump(), true};
    return is_texts(value);
}

}  // namespace

auto catalogue::names() const -> std::vector<std::string> {
    std::vector<std::string> all;
    for (const auto& [name, where] : places_) {
        all.push_back(name);
    }
    return all;
}

auto catalogue::contains(std::string_view name) const -> bool {
    return places_.find(name) != places_.end();
}

auto catalogue::find(std::string_view name) const -> result<catalogue_entry> {
    const auto found = places_.find(name);
    if (found == places_.end()) {
        return fail(
            errc::unknown_provider, "the catalogue has no provider '" + std::string(name) + "'"
        );
    }
    const auto& [line, begin, size] = found->second;
    const auto parsed = parse_json(std::string_view(text_).substr(begin, size));
    if (parsed.has_error() || !parsed->is_object()) {
        return at_line(line, parsed.has_error() ? parsed.error().message : "not a JSON object");
    }
    catalogue_entry entry;
    entry.name = found->first;
    for (const auto& [key, value] : parsed->items()) {
        if (!take(entry, key, value)) {
            return at_line(line, key + " must be text, or a list or map of texts");
        }
    }
    return entry;
}

auto read_catalogue(std::string text) -> result<catalogue> {
    catalogue made;
    made.text_ = std::move(text);
    const std::string_view all = made.text_;
    std::size_t line = 0;
    for (std::size_t at = 0; at < all.size();) {
        const auto end = std::min(all.find('\n', at), all.size());
        const auto one = all.substr(at, end - at);
        ++line;
        if (!one.empty() && one.front() != '#') {
            const auto colon = one.find(": {");
            if (colon == std::string_view::npos || !is_name(one.substr(0, colon))) {
                return at_line(line, "must be of the form `name: {JSON}`");
            }
            const catalogue::place where{line, at + colon + 2, one.size() - colon - 2};
            if (!made.places_.emplace(one.substr(0, colon), where).second) {
                return at_line(line, std::string(one.substr(0, colon)) + " is there twice");
            }
        }
        at = end + 1;
    }
    return made;
}

auto load_catalogue(const std::filesystem::path& path) -> result<catalogue> {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return fail(
            errc::not_found,
            "the catalogue " + path.string() +
                " can't be read: set `catalogue:` to where config/catalogue.yaml lies"
        );
    }
    return read_catalogue(std::string(std::istreambuf_iterator<char>(file), {}));
}

auto complete_from(const catalogue& known, provider_section section) -> result<provider_section> {
    if (!section.plugin.empty() || !known.contains(section.name)) {
        return section;
    }
    auto entry = known.find(section.name);
    if (entry.has_error()) {
        return entry.error();
    }
    section.plugin = "oauth2";
    section.config.merge(entry->config);
    if (section.scopes.empty()) {
        section.scopes = entry->scopes;
    }
    return section;
}

}  // namespace tenon::host
