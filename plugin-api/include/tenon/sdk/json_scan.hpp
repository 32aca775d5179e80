// json_scan.hpp: the scanner under json.hpp. One pass, no recursion.
#ifndef TENON_SDK_JSON_SCAN_HPP
#define TENON_SDK_JSON_SCAN_HPP

#include <tenon/sdk/text.hpp>
#include <tenon/sdk/utf8.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon {

enum class json_kind : std::uint32_t { absent, null, boolean, number, string, array, object };

/// Where one value lies. Values of an array or object follow it; `next` is the one after them all.
struct json_node {
    json_kind kind = json_kind::absent;
    std::uint32_t start = 0, end = 0;  // of the value's bytes
    std::uint32_t key_start = 0,
                  key_end = 0;  // of a member's name, without quotes; key_end is 0 without one
    std::uint32_t next = 0;
};

namespace detail {

class json_scanner {
  public:
    explicit json_scanner(std::string_view text) : text_(text) {}

    /// The table, or an empty one if the text is not JSON.
    auto run() -> std::vector<json_node> {
        if (text_.size() >= std::numeric_limits<std::uint32_t>::max() || !is_utf8(text_)) {
            return {};
        }
        if (!value_or_open()) {
            return {};
        }
        while (depth_ > 0) {
            if (!next_in_container()) {
                return {};
            }
        }
        blanks();
        if (at_ != text_.size()) {
            return {};
        }
        return std::move(nodes_);
    }

  private:
    static constexpr std::size_t deepest = 64;

    auto here() const -> char { return at_ < text_.size() ? text_[at_] : '\0'; }
    auto position() const -> std::uint32_t { return static_cast<std::uint32_t>(at_); }
    auto count() const -> std::uint32_t { return static_cast<std::uint32_t>(nodes_.size()); }

    void blanks() {
        while (here() == ' ' || here() == '\t' || here() == '\n' || here() == '\r') {
            ++at_;
        }
    }

    auto take(char c) -> bool {
        if (at_ >= text_.size() || text_[at_] != c) {
            return false;
        }
        ++at_;
        return true;
    }

    // A scalar is read whole; of an array or object only the bracket, and it is put on the stack.
    auto value_or_open() -> bool {
        blanks();
        json_node node;
        node.start = position();
        node.key_start = key_start_;
        node.key_end = key_end_;
        key_start_ = key_end_ = 0;
        if (here() == '{' || here() == '[') {
            if (depth_ == deepest) {
                return false;
            }
            node.kind = here() == '{' ? json_kind::object : json_kind::array;
            ++at_;
            fresh_ = true;
            open_[depth_++] = count();
            nodes_.push_back(node);
            return true;
        }
        node.kind = scalar();
        node.end = position();
        node.next = count() + 1;
        nodes_.push_back(node);
        fresh_ = false;
        return node.kind != json_kind::absent;
    }

    auto next_in_container() -> bool {
        const json_kind kind = nodes_[open_[depth_ - 1]].kind;
        const char closing = kind == json_kind::object ? '}' : ']';
        blanks();
        if (take(closing)) {
            json_node& node = nodes_[open_[--depth_]];
            node.end = position();
            node.next = count();
            fresh_ = false;
            return true;
        }
        if (!fresh_ && !take(',')) {
            return false;
        }
        fresh_ = false;
        return kind == json_kind::array ? value_or_open() : member();
    }

    auto member() -> bool {
        blanks();
        const std::uint32_t start = position() + 1;
        if (!string()) {
            return false;
        }
        const std::uint32_t end = position() - 1;
        blanks();
        if (!take(':')) {
            return false;
        }
        key_start_ = start;
        key_end_ = end;
        return value_or_open();
    }

    auto scalar() -> json_kind {
        switch (here()) {
            case '"': return string() ? json_kind::string : json_kind::absent;
            case 't': return word("true") ? json_kind::boolean : json_kind::absent;
            case 'f': return word("false") ? json_kind::boolean : json_kind::absent;
            case 'n': return word("null") ? json_kind::null : json_kind::absent;
            default: return number() ? json_kind::number : json_kind::absent;
        }
    }

    auto word(std::string_view expected) -> bool {
        if (text_.substr(at_, expected.size()) != expected) {
            return false;
        }
        at_ += expected.size();
        return true;
    }

    auto digits() -> bool {
        const std::size_t before = at_;
        while (is_digit(here())) {
            ++at_;
        }
        return at_ > before;
    }

    auto number() -> bool {
        take('-');
        if (!take('0') && !digits()) {
            return false;
        }
        if (take('.') && !digits()) {
            return false;
        }
        if (here() != 'e' && here() != 'E') {
            return true;
        }
        ++at_;
        if (!take('+')) {
            take('-');
        }
        return digits();
    }

    auto string() -> bool {
        if (!take('"')) {
            return false;
        }
        while (at_ < text_.size()) {
            const auto c = static_cast<unsigned char>(text_[at_++]);
            if (c == '"') {
                return true;
            }
            if (c < 0x20) {
                return false;
            }
            if (c == '\\' && !escape()) {
                return false;
            }
        }
        return false;
    }

    auto escape() -> bool {
        constexpr std::string_view simple = "\"\\/bfnrt";
        if (at_ >= text_.size()) {
            return false;
        }
        const char c = text_[at_++];
        if (c != 'u') {
            return simple.find(c) != std::string_view::npos;
        }
        for (int i = 0; i < 4; ++i) {
            if (hex_value(here()) < 0) {
                return false;
            }
            ++at_;
        }
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<json_node> nodes_;
    std::array<std::uint32_t, deepest> open_ = {};
    std::size_t depth_ = 0;
    std::uint32_t key_start_ = 0, key_end_ = 0;
    bool fresh_ = false;  // nothing yet since the opening bracket
};

}  // namespace detail

/// The table of a JSON text's values, the whole one first; empty if it is not JSON.
inline auto scan_json(std::string_view text) -> std::vector<json_node> {
    return detail::json_scanner(text).run();
}

/// What the inside of a JSON string that was scanned stands for.
inline auto unescape_json(std::string_view inside) -> std::string {
    std::string out;
    out.reserve(inside.size());
    for (std::size_t at = 0; at < inside.size();) {
        const char c = inside[at++];
        if (c != '\\') {
            out.push_back(c);
            continue;
        }
        const char kind = inside[at++];
        constexpr std::string_view names = "bfnrt";
        constexpr std::string_view meanings = "\b\f\n\r\t";
        const std::size_t known = names.find(kind);
        if (kind == 'u') {
            append_escaped_utf16(out, inside, at);
        } else {
            out.push_back(known == std::string_view::npos ? kind : meanings[known]);
        }
    }
    return out;
}

}  // namespace tenon

#endif
