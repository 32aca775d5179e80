// values.hpp: named values: as they come in (owned copies of what the host lent) and as they go
// out.
#ifndef TENON_SDK_VALUES_HPP
#define TENON_SDK_VALUES_HPP

#include <tenon/base.h>
#include <tenon/sdk/json.hpp>
#include <tenon/sdk/text.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon {

/// A text with what the host must know of it: TENON_KV_… flags.
struct value {
    std::string text;
    std::uint32_t flags = 0;

    auto empty() const noexcept -> bool { return text.empty(); }
};

/// A credential that the plugin itself holds, such as a token from a reply: redacted wherever it
/// could show.
inline auto credential(std::string_view text) -> value {
    return value{std::string(text), TENON_KV_SECRET};
}

/// A text with references that the host fills in as it encodes the request, `Bearer
/// ${access_token}`: the names and where each may be sent are in request.h.
inline auto reference(std::string_view text) -> value {
    return value{std::string(text), TENON_KV_TEMPLATE | TENON_KV_SECRET};
}

/// `${client_id}`, which is no secret.
inline auto client_id() -> value {
    return value{"${client_id}", TENON_KV_TEMPLATE};
}
inline auto client_secret() -> value {
    return reference("${client_secret}");
}
inline auto access_token() -> value {
    return reference("${access_token}");
}
inline auto refresh_token() -> value {
    return reference("${refresh_token}");
}

/// The header `Authorization: Basic` (RFC 7617) of two texts, each raw or a reference; the host
/// encodes it as it sends it:
///   tenon::get(url).header("Authorization", tenon::basic(in.credential("key"), {}))
inline auto basic(const value& user, const value& password) -> value {
    std::string text = "Basic $base64{";
    const auto add = [&text](const value& part) {
        for (const char c : part.text) {
            const bool special = (c == '$' || c == '}') && (part.flags & TENON_KV_TEMPLATE) == 0;
            text += special ? std::string{'$', c} : std::string(1, c);
        }
    };
    add(user);
    text += ':';
    add(password);
    return reference(text + "}");
}

/// A named value, owned.
struct named_value {
    std::string name;
    tenon::value value;
};

/// An ordered list of named values that the host passed in.
class values {
  public:
    values() = default;
    explicit values(tenon_kvs borrowed) {
        items_.reserve(borrowed.count);
        for (std::size_t i = 0; i < borrowed.count; ++i) {
            const tenon_kv& item = borrowed.items[i];
            value copy{std::string(view(item.value)), item.flags};
            items_.push_back(named_value{std::string(view(item.key)), std::move(copy)});
        }
    }

    /// The value of that name; an empty one where there is none.
    auto get(std::string_view name) const -> value {
        const value* const found = find(name);
        return found == nullptr ? value() : *found;
    }
    auto text(std::string_view name) const -> std::string { return get(name).text; }
    auto has(std::string_view name) const noexcept -> bool { return find(name) != nullptr; }

    /// The texts of a TENON_FIELD_LIST: a JSON array of strings, or one string with spaces or
    /// commas.
    auto list(std::string_view name) const -> std::vector<std::string> {
        const std::string written = text(name);
        const json_document document(written);
        if (!document.root().is_array()) {
            return split(written, ", ");
        }
        std::vector<std::string> texts;
        for (const json& item : document.root().items()) {
            texts.push_back(item.id());
        }
        return texts;
    }

    /// The members of a TENON_FIELD_MAP: a JSON object of strings. What is not a string or number
    /// stays JSON.
    auto map(std::string_view name) const -> std::vector<std::pair<std::string, std::string>> {
        const std::string written = text(name);
        const json_document document(written);
        std::vector<std::pair<std::string, std::string>> members;
        for (const json& item : document.root().items()) {
            const bool plain = item.is_string() || item.is_number();
            members.emplace_back(item.name(), plain ? item.id() : std::string(item.raw()));
        }
        return members;
    }

    auto begin() const noexcept { return items_.begin(); }
    auto end() const noexcept { return items_.end(); }
    auto size() const noexcept -> std::size_t { return items_.size(); }

  private:
    auto find(std::string_view name) const noexcept -> const value* {
        for (const named_value& item : items_) {
            if (item.name == name) {
                return &item.value;
            }
        }
        return nullptr;
    }

    std::vector<named_value> items_;
};

}  // namespace tenon

#endif
