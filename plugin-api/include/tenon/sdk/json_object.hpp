// json_object.hpp: writing one JSON object, for metadata.
#ifndef TENON_SDK_JSON_OBJECT_HPP
#define TENON_SDK_JSON_OBJECT_HPP

#include <tenon/sdk/storable.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace tenon {

/// The text as a JSON string, with quotes. The text must be UTF-8.
inline auto quote_json(std::string_view text) -> std::string {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (byte < 0x20U) {
            out.append("\\u00");
            out.push_back(hex[byte >> 4U]);
            out.push_back(hex[byte & 0xfU]);
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
    return out;
}

/// An object under construction: members in the order in which they are added. What is empty is
/// left out, so that metadata holds only what the provider told.
class json_object {
  public:
    auto text(std::string_view key, std::string_view value) -> json_object& {
        return value.empty() ? *this : member(key, quote_json(value));
    }
    auto number(std::string_view key, std::int64_t value) -> json_object& {
        return member(key, std::to_string(value));
    }
    auto boolean(std::string_view key, bool value) -> json_object& {
        return member(key, value ? "true" : "false");
    }
    /// A value that is JSON already: a slice of the provider's answer. Left out where no host could
    /// store it.
    auto raw(std::string_view key, std::string_view value) -> json_object& {
        return !is_storable_json(value) ? *this : member(key, value);
    }

    auto empty() const noexcept -> bool { return members_.empty(); }
    auto str() const -> std::string { return "{" + members_ + "}"; }

  private:
    auto member(std::string_view key, std::string_view value) -> json_object& {
        if (!members_.empty()) {
            members_.push_back(',');
        }
        members_.append(quote_json(key));
        members_.push_back(':');
        members_.append(value);
        return *this;
    }

    std::string members_;
};

}  // namespace tenon

#endif
