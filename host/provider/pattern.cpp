#include "provider/pattern.hpp"

#include <regex>

namespace tenon::host {

namespace {

// The standard library's matcher without backtracking: a plugin's pattern meets users' values, and
// must not take exponential time. (Back-references, which need it, are no pattern then.)
constexpr auto linear = std::regex::ECMAScript | std::regex_constants::__polynomial;

}  // namespace

struct pattern::compiled {
    std::regex code;
};

auto pattern::compile(const std::string& text) -> std::optional<pattern> {
    constexpr std::size_t longest = 500;
    if (text.size() > longest) {
        return std::nullopt;
    }
    try {
        auto code = std::make_shared<compiled>();
        code->code = std::regex(text, linear);
        return pattern(code);
    } catch (const std::regex_error&) {
        return std::nullopt;
    }
}

auto pattern::matches(std::string_view value) const -> bool {
    constexpr std::size_t longest = 1000;
    if (value.size() > longest) {
        return false;
    }
    try {
        return std::regex_match(value.begin(), value.end(), code_->code);
    } catch (const std::regex_error&) {
        return false;  // its complexity limits: taken for no match
    }
}

}  // namespace tenon::host
