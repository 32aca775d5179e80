#include "support/simulator/message.hpp"

#include "support/simulator/digest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

auto hex_value(char c) -> int {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

auto same_text(std::string_view a, std::string_view b) -> bool {
    return std::ranges::equal(a, b, [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

// What follows a scheme such as `Basic `, whose case does not matter.
auto credentials_of(const sim_request& request, std::string_view scheme) -> std::string {
    const auto value = request.header("authorization").value_or("");
    if (value.size() <= scheme.size() ||
        !same_text(std::string_view(value).substr(0, scheme.size()), scheme) ||
        value[scheme.size()] != ' ') {
        return {};
    }
    return value.substr(scheme.size() + 1);
}

}  // namespace

auto sim_request::header(std::string_view name) const -> std::optional<std::string> {
    const auto found = std::ranges::find(headers, name, [](const auto& each) {
        return std::string_view(each.first);
    });
    return found == headers.end() ? std::nullopt : std::optional(found->second);
}

parameters::parameters(std::string_view encoded) {
    for (const auto& part : split(encoded, '&')) {
        const auto equals = std::min(part.find('='), part.size());
        auto name = percent_decode(std::string_view(part).substr(0, equals), true);
        auto value = percent_decode(
            equals < part.size() ? std::string_view(part).substr(equals + 1) : std::string_view{},
            true
        );
        if (!name || !value) {
            problem_ = "a percent escape is broken";
            return;
        }
        add(std::move(*name), std::move(*value));
    }
}

auto parameters::from_json(std::string_view text) -> parameters {
    parameters read;
    const auto parsed = json::parse(text, nullptr, false);
    if (!parsed.is_object()) {
        read.problem_ = "the body is not a JSON object";
        return read;
    }
    for (const auto& [name, value] : parsed.items()) {
        if (!value.is_string() && !value.is_number()) {
            read.problem_ = "parameter " + name + " is neither a string nor a number";
            return read;
        }
        read.add(name, value.is_string() ? value.get<std::string>() : value.dump());
    }
    return read;
}

void parameters::add(std::string name, std::string value) {
    const bool twice =
        std::ranges::any_of(items_, [&](const auto& each) { return each.first == name; });
    if (twice && problem_.empty()) {
        problem_ = "parameter " + name + " occurs twice";
    }
    items_.emplace_back(std::move(name), std::move(value));
}

auto parameters::get(std::string_view name) const -> std::string {
    const auto found = std::ranges::find(items_, name, [](const auto& each) {
        return std::string_view(each.first);
    });
    return found == items_.end() ? std::string() : found->second;
}

auto percent_encode(std::string_view text) -> std::string {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
            encoded += c;
        } else {
            encoded += '%';
            encoded += digits[byte >> 4U];
            encoded += digits[byte & 15U];
        }
    }
    return encoded;
}

auto percent_decode(std::string_view text, bool plus_is_space) -> std::optional<std::string> {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            decoded += ' ';
        } else if (text[i] != '%') {
            decoded += text[i];
        } else {
            const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return std::nullopt;
            }
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return decoded;
}

auto html_escape(std::string_view text) -> std::string {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&': escaped += "&amp;"; break;
            case '<': escaped += "&lt;"; break;
            case '>': escaped += "&gt;"; break;
            case '"': escaped += "&quot;"; break;
            case '\'': escaped += "&#39;"; break;
            default: escaped += c;
        }
    }
    return escaped;
}

auto split(std::string_view text, char separator) -> std::vector<std::string> {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        if (end > 0) {
            parts.emplace_back(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

auto lists(std::string_view text, char separator, std::string_view part) -> bool {
    return std::ranges::count(split(text, separator), part) > 0;
}

auto join(const std::vector<std::string>& parts, std::string_view separator) -> std::string {
    std::string joined;
    for (const auto& part : parts) {
        joined += joined.empty() ? std::string_view{} : separator;
        joined += part;
    }
    return joined;
}

auto json_answer(std::uint32_t status, const json& body) -> sim_response {
    return {
        status,
        {{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", "no-store"}},
        body.dump()};
}

auto html_answer(std::uint32_t status, std::string_view text) -> sim_response {
    return {status, {{"Content-Type", "text/html; charset=utf-8"}}, std::string(text)};
}

auto oauth_error(std::uint32_t status, std::string_view code, std::string_view description)
    -> sim_response {
    return json_answer(status, {{"error", code}, {"error_description", description}});
}

auto bearer_error(std::uint32_t status, std::string_view code, std::string_view description)
    -> sim_response {
    auto answer = oauth_error(status, code, description);
    answer.headers.emplace_back(
        "WWW-Authenticate", R"(Bearer error=")" + std::string(code) + R"(", error_description=")" +
                                std::string(description) + '"'
    );
    return answer;
}

auto redirect(std::string target, const header_list& added, std::string_view fragment)
    -> sim_response {
    char separator = target.find('?') == std::string::npos ? '?' : '&';
    for (const auto& [name, value] : added) {
        target += separator;
        target += percent_encode(name) + '=' + percent_encode(value);
        separator = '&';
    }
    target += fragment;
    return {302, {{"Location", target}, {"Cache-Control", "no-store"}}, {}};
}

auto wrong_method(std::string_view allow) -> sim_response {
    auto answer = json_answer(405, {{"error", "method_not_allowed"}});
    answer.headers.emplace_back("Allow", allow);
    return answer;
}

auto has_type(const sim_request& request, std::string_view type) -> bool {
    const auto value = request.header("content-type").value_or("");
    return same_text(std::string_view(value).substr(0, value.find(';')), type);
}

auto basic_auth(const sim_request& request) -> std::optional<basic_credentials> {
    const auto decoded = from_base64(credentials_of(request, "Basic"));
    const auto colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos) {
        return std::nullopt;
    }
    basic_credentials read;
    read.raw_id = decoded->substr(0, colon);
    read.raw_secret = decoded->substr(colon + 1);
    read.id = percent_decode(read.raw_id, true).value_or("");
    read.secret = percent_decode(read.raw_secret, true).value_or("");
    return read;
}

auto bearer(const sim_request& request) -> std::string {
    return credentials_of(request, "Bearer");
}

}  // namespace tenon::sim
