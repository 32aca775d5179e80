#include "base/json.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace tenon::host {
namespace {

using nlohmann::json;

// Runs before any tree is built: the library's own parser recurses on destruction.
class json_checker final : public nlohmann::json_sax<json> {
  public:
    explicit json_checker(repeated_members repeated) : repeated_(repeated) {}

    auto null() -> bool override { return true; }
    auto boolean(bool) -> bool override { return true; }
    auto number_integer(number_integer_t) -> bool override { return true; }
    auto number_unsigned(number_unsigned_t) -> bool override { return true; }
    auto number_float(number_float_t, const string_t&) -> bool override { return true; }
    auto string(string_t& text) -> bool override { return without_nul(text); }
    auto binary(binary_t&) -> bool override { return true; }
    auto start_object(std::size_t) -> bool override {
        names_.emplace_back();
        return deeper();
    }
    auto key(string_t& text) -> bool override { return without_nul(text) && not_again(text); }
    auto end_object() -> bool override {
        names_.pop_back();
        return shallower();
    }
    auto start_array(std::size_t) -> bool override { return deeper(); }
    auto end_array() -> bool override { return shallower(); }
    auto parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&)
        -> bool override {
        problem = "not valid JSON at byte " + std::to_string(position);
        return false;
    }

    std::string problem;

  private:
    auto deeper() -> bool {
        if (++depth_ <= max_json_depth) {
            return true;
        }
        problem = "nested deeper than " + std::to_string(max_json_depth) + " levels";
        return false;
    }
    auto shallower() -> bool {
        --depth_;
        return true;
    }
    auto without_nul(const std::string& text) -> bool {
        if (text.find('\0') == std::string::npos) {
            return true;
        }
        problem = "a string holds the character NUL, which can't be stored";
        return false;
    }

    auto not_again(const std::string& name) -> bool {
        if (repeated_ == repeated_members::taken || names_.back().insert(name).second) {
            return true;
        }
        constexpr std::size_t shown = 64;
        problem = "the member `" + name.substr(0, shown) + "` is there twice";
        return false;
    }

    repeated_members repeated_;
    std::vector<std::set<std::string>> names_;  // of the objects that are open, where they matter
    int depth_ = 0;
};

}  // namespace

auto check_json(std::string_view text, repeated_members repeated) -> result<void> {
    // The library takes a NUL for the end and skips a byte order mark: what is stored byte for byte
    // would not be JSON.
    if (const auto end = text.find('\0'); end != std::string_view::npos) {
        return fail(errc::invalid_json, "not valid JSON at byte " + std::to_string(end + 1));
    }
    if (text.starts_with("\xef\xbb\xbf")) {
        return fail(errc::invalid_json, "begins with a byte order mark (RFC 8259 8.1)");
    }
    json_checker handler(repeated);
    if (!json::sax_parse(text, &handler)) {
        return fail(errc::invalid_json, handler.problem);
    }
    return {};
}

auto parse_json(std::string_view text, repeated_members repeated) -> result<json> {
    if (auto checked = check_json(text, repeated); checked.has_error()) {
        return checked.error();
    }
    // In place: json converts to anything, so that the implicit constructor would not know which
    // side is meant.
    return result<json>(boost::system::in_place_value, json::parse(text));
}

}  // namespace tenon::host
