#include "provider/pattern.hpp"

#include <algorithm>
#include <charconv>
#include <regex>
#include <vector>

namespace tenon::host {

namespace {

// The standard library's matcher without backtracking: a plugin's pattern meets users' values, and
// must not take exponential time. (Back-references, which need it, are no pattern then.)
constexpr auto linear = std::regex::ECMAScript | std::regex_constants::__polynomial;

// How large a pattern is with its counted repetitions written out, for that is what each character
// of a value is tried against. Read as the standard library reads it; what it would refuse may get
// any size.
class written_out {
  public:
    explicit written_out(std::string_view pattern) : rest_(pattern) {}

    // Nothing for one with a look-ahead: the matcher begins anew for each, at each character, and
    // look-aheads within each other multiply.
    auto size() -> std::optional<std::size_t> {
        while (!rest_.empty()) {
            if (!take()) {
                return std::nullopt;
            }
        }
        return levels_.size() == 1 ? std::optional(levels_.front().total()) : std::nullopt;
    }

  private:
    // Of one pair of parentheses: what came before its last piece, and that piece, which a
    // repetition behind it multiplies.
    struct level {
        std::size_t before = 0, last = 0;
        [[nodiscard]] auto total() const -> std::size_t { return std::min(before + last, most); }
        void add(std::size_t piece) {
            before = total();
            last = std::min(piece, most);
        }
    };
    static constexpr std::size_t most = 1'000'000;  // beyond it, how much does not matter

    void skip(std::size_t characters) { rest_.remove_prefix(std::min(characters, rest_.size())); }

    auto take() -> bool {
        switch (rest_.front()) {
            case '(': return open();
            case ')': return close();
            case '[': skip_class(); break;
            case '{': repeat(); return true;
            case '*':
            case '+':
            case '?': loop(); return true;
            case '\\': skip_escape(); break;
            default: skip(1);
        }
        levels_.back().add(1);
        return true;
    }

    auto open() -> bool {
        if (rest_.starts_with("(?=") || rest_.starts_with("(?!")) {
            return false;
        }
        skip(rest_.starts_with("(?:") ? 3 : 1);
        levels_.emplace_back();
        return true;
    }

    auto close() -> bool {
        if (levels_.size() == 1) {
            return false;
        }
        const auto inner = levels_.back().total();
        levels_.pop_back();
        levels_.back().add(inner + 1);
        skip(1);
        return true;
    }

    void skip_escape() {
        constexpr std::size_t control = 3;  // `\cX`
        skip(rest_.starts_with("\\c") ? control : 2);
    }

    void skip_class() {
        skip(1);
        while (!rest_.empty() && rest_.front() != ']') {
            if (rest_.front() == '\\') {
                skip_escape();
            } else {
                skip(1);
            }
        }
        skip(1);
    }

    // Part of the piece before it: a repetition may follow.
    void loop() {
        skip(1);
        levels_.back().last = std::min(levels_.back().last + 1, most);
    }

    // `{n}`, `{n,}` and `{n,m}`.
    void repeat() {
        const auto end = rest_.find('}');
        const auto inside = rest_.substr(1, end == std::string_view::npos ? end : end - 1);
        const auto comma = inside.find(',');
        auto times = count(inside.substr(0, comma));
        if (comma != std::string_view::npos) {
            times = std::max(times, count(inside.substr(comma + 1)));
        }
        auto& piece = levels_.back().last;
        piece = std::min(piece * std::max<std::size_t>(times, 1), most);
        skip(end == std::string_view::npos ? rest_.size() : end + 1);
    }

    static auto count(std::string_view digits) -> std::size_t {
        std::size_t out = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), out);
        return read.ec == std::errc::result_out_of_range ? most : std::min(out, most);
    }

    std::string_view rest_;
    std::vector<level> levels_{1};
};

auto is_affordable(std::string_view text) -> bool {
    constexpr std::size_t longest = 500;
    constexpr std::size_t largest = 1'500;
    if (text.size() > longest) {
        return false;
    }
    const auto size = written_out(text).size();
    return size && *size <= largest;
}

}  // namespace

struct pattern::compiled {
    std::regex code;
};

auto pattern::compile(const std::string& text) -> std::optional<pattern> {
    if (!is_affordable(text)) {
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
