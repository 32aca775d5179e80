#include "provider/url_encoder.hpp"

#include "base/json.hpp"
#include "base/url.hpp"

#include <tenon/base.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace tenon::host {

auto expand_all(std::vector<key_value>& items, const reference_values& values, template_place place)
    -> or_refusal<void> {
    for (auto& item : items) {
        if ((item.flags & TENON_KV_TEMPLATE) == 0) {
            continue;
        }
        if ((item.flags & TENON_KV_JSON) != 0) {
            return broken("'" + item.key + "': a value can't be both a template and JSON");
        }
        auto text = expand(item.value, values, place);
        if (text.has_error()) {
            return refusal{text.error().kind, "'" + item.key + "': " + text.error().message};
        }
        item.value = std::move(*text);
    }
    return {};
}

auto form_encode(std::string_view text) -> std::string {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size() + text.size() / 4);
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '*' || c == '-' || c == '.' || c == '_';
        if (plain) {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 0x0fU];
        }
    }
    return out;
}

auto encode_form(const std::vector<key_value>& pairs) -> std::string {
    std::string out;
    for (const auto& pair : pairs) {
        if (!out.empty()) {
            out += '&';
        }
        out += form_encode(pair.key);
        out += '=';
        out += form_encode(pair.value);
    }
    return out;
}

auto encode_query(const std::vector<key_value>& pairs) -> std::string {
    std::string out;
    for (const auto& pair : pairs) {
        if (!out.empty()) {
            out += '&';
        }
        out += percent_encode(pair.key);
        out += '=';
        out += percent_encode(pair.value);
    }
    return out;
}

namespace {

auto hex_digit(char c) -> int {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

auto decode(std::string_view text) -> std::string {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                            hex_digit(text[i + 2]) >= 0;
        if (escape) {
            out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

}  // namespace

auto query_of(std::string_view url) -> std::vector<key_value> {
    std::vector<key_value> out;
    const auto mark = url.find('?');
    auto left = mark == std::string_view::npos ? std::string_view{} : url.substr(mark + 1);
    while (!left.empty()) {
        const auto pair = left.substr(0, left.find('&'));
        left.remove_prefix(std::min(pair.size() + 1, left.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        out.push_back(
            {decode(pair.substr(0, equals)), decode(pair.substr(std::min(equals + 1, pair.size()))),
             0}
        );
    }
    return out;
}

auto encode_json(const std::vector<key_value>& pairs) -> or_refusal<std::string> {
    std::set<std::string_view> seen;
    std::string out = "{";
    for (const auto& pair : pairs) {
        if (!seen.insert(pair.key).second) {
            return broken("the JSON field '" + pair.key + "' is there twice");
        }
        const bool ready = (pair.flags & TENON_KV_JSON) != 0;
        if (ready && check_json(pair.value).has_error()) {
            return broken("the JSON field '" + pair.key + "' is not JSON");
        }
        out += out.size() > 1 ? "," : "";
        out += nlohmann::json(pair.key).dump() + ":";
        out += ready ? pair.value
                     : nlohmann::json(pair.value)
                           .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    return out + "}";
}

namespace {

auto find_param(const std::vector<key_value>& params, std::string_view name)
    -> or_refusal<std::string_view> {
    const auto found = std::ranges::find(params, name, &key_value::key);
    if (found == params.end()) {
        return broken("the path names {" + std::string(name) + "}, and path_params don't have it");
    }
    const std::string_view value = found->value;
    if (value.empty() || value == "." || value == "..") {
        return broken(
            "the path parameter '" + found->key +
            "' would change the path: it is empty or a dot segment"
        );
    }
    return value;
}

}  // namespace

auto fill_path(std::string_view path, const std::vector<key_value>& params)
    -> or_refusal<std::string> {
    std::string out;
    std::size_t filled = 0;
    while (true) {
        const auto open = path.find_first_of("{}");
        out += path.substr(0, open);
        if (open == std::string_view::npos) {
            break;
        }
        const auto close = path.find('}', open);
        if (path[open] == '}' || close == std::string_view::npos) {
            return broken("the path has a lone brace");
        }
        auto value = find_param(params, path.substr(open + 1, close - open - 1));
        if (value.has_error()) {
            return value.error();
        }
        out += percent_encode(*value);
        ++filled;
        path.remove_prefix(close + 1);
    }
    if (filled != params.size()) {
        return broken("path_params and the names in the path are not the same");
    }
    return out;
}

}  // namespace tenon::host
