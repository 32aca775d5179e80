// json.hpp: reading JSON (RFC 8259) losslessly.
//
// A document keeps the text and a table of where each value lies in it; values are slices of the
// provider's own bytes. Numbers stay text, so that 64-bit ids survive. Where a key repeats, the
// first one counts. Refused: bytes that are not UTF-8, nesting deeper than 64, anything after the
// value. A NUL or half a surrogate pair that is written as an escape decodes to U+FFFD, for the
// ABI's texts hold neither.
#ifndef TENON_SDK_JSON_HPP
#define TENON_SDK_JSON_HPP

#include <tenon/sdk/json_scan.hpp>
#include <tenon/sdk/text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon {

class json_document;

/// A value in a document, or the absence of one: asking an absent value for anything answers with
/// absence, so that `reply["data"]["user"]["id"]` needs no checks in between. Valid as long as the
/// document; copies are free.
class json {
  public:
    json() = default;

    auto exists() const noexcept -> bool { return document_ != nullptr; }
    auto is_null() const noexcept -> bool { return kind() == json_kind::null; }
    auto is_string() const noexcept -> bool { return kind() == json_kind::string; }
    auto is_number() const noexcept -> bool { return kind() == json_kind::number; }
    auto is_array() const noexcept -> bool { return kind() == json_kind::array; }
    auto is_object() const noexcept -> bool { return kind() == json_kind::object; }

    /// A member of an object: the first of that name. An element of an array.
    auto operator[](std::string_view key) const -> json;
    auto operator[](std::size_t index) const -> json;
    auto operator[](const char* key) const -> json { return (*this)[std::string_view(key)]; }
    auto operator[](int index) const -> json { return (*this)[static_cast<std::size_t>(index)]; }

    /// The members' or elements' values in order; of a member also its name.
    auto items() const -> std::vector<json>;
    auto name() const -> std::string;

    /// The text of a string; empty if it is anything else.
    auto text() const -> std::string;
    /// An identifier: the text of a string, or the digits of a number just as they came.
    auto id() const -> std::string;
    /// An integer: a number without fraction or a string of digits; nothing if it is anything else
    /// or too big.
    auto as_int64() const -> std::optional<std::int64_t>;
    auto as_bool() const -> std::optional<bool>;
    /// The value's bytes in the document.
    auto raw() const -> std::string_view;

    /// Shorthands for members.
    auto str(std::string_view key) const -> std::string { return (*this)[key].text(); }
    auto id(std::string_view key) const -> std::string { return (*this)[key].id(); }
    auto num(std::string_view key) const -> std::optional<std::int64_t> {
        return (*this)[key].as_int64();
    }
    auto is_true(std::string_view key) const -> bool { return (*this)[key].as_bool() == true; }

  private:
    friend class json_document;
    json(const json_document* document, std::size_t at) : document_(document), at_(at) {}
    auto kind() const noexcept -> json_kind;
    auto node() const noexcept -> const json_node&;

    const json_document* document_ = nullptr;
    std::size_t at_ = 0;
};

/// A text that was read as JSON. Neither copied nor moved, for values point into it.
class json_document {
  public:
    /// `text` must outlive the document. Throws std::bad_alloc only; ask valid().
    explicit json_document(std::string_view text) : text_(text), nodes_(scan_json(text)) {}
    json_document(const json_document&) = delete;
    auto operator=(const json_document&) -> json_document& = delete;
    ~json_document() = default;

    auto valid() const noexcept -> bool { return !nodes_.empty(); }
    /// The whole value; absent if the text is not JSON.
    auto root() const noexcept -> json { return valid() ? json(this, 0) : json(); }

  private:
    friend class json;
    std::string_view text_;
    std::vector<json_node> nodes_;
};

inline auto json::node() const noexcept -> const json_node& {
    return document_->nodes_[at_];
}

inline auto json::kind() const noexcept -> json_kind {
    return document_ == nullptr ? json_kind::absent : node().kind;
}

inline auto json::raw() const -> std::string_view {
    if (document_ == nullptr) {
        return {};
    }
    return document_->text_.substr(node().start, node().end - node().start);
}

inline auto json::name() const -> std::string {
    if (document_ == nullptr || node().key_end == 0) {
        return {};
    }
    return unescape_json(
        document_->text_.substr(node().key_start, node().key_end - node().key_start)
    );
}

inline auto json::items() const -> std::vector<json> {
    std::vector<json> values;
    if (!is_array() && !is_object()) {
        return values;
    }
    for (std::size_t at = at_ + 1; at < node().next; at = document_->nodes_[at].next) {
        values.push_back(json(document_, at));
    }
    return values;
}

inline auto json::operator[](std::string_view key) const -> json {
    if (document_ == nullptr || !is_object()) {
        return {};
    }
    for (std::size_t at = at_ + 1; at < node().next; at = document_->nodes_[at].next) {
        const json_node& member = document_->nodes_[at];
        const auto written =
            document_->text_.substr(member.key_start, member.key_end - member.key_start);
        const bool escaped = written.find('\\') != std::string_view::npos;
        if (escaped ? unescape_json(written) == key : written == key) {
            return json(document_, at);
        }
    }
    return {};
}

inline auto json::operator[](std::size_t index) const -> json {
    if (!is_array()) {
        return {};
    }
    for (std::size_t at = at_ + 1; at < node().next; at = document_->nodes_[at].next) {
        if (index-- == 0) {
            return json(document_, at);
        }
    }
    return {};
}

inline auto json::text() const -> std::string {
    if (!is_string()) {
        return {};
    }
    const std::string_view quoted = raw();
    return unescape_json(quoted.substr(1, quoted.size() - 2));
}

inline auto json::id() const -> std::string {
    return is_number() ? std::string(raw()) : text();
}

inline auto json::as_int64() const -> std::optional<std::int64_t> {
    return is_number() || is_string() ? to_int64(id()) : std::nullopt;
}

inline auto json::as_bool() const -> std::optional<bool> {
    if (kind() != json_kind::boolean) {
        return std::nullopt;
    }
    return raw() == "true";
}

}  // namespace tenon

#endif
