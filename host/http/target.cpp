#include "http/target.hpp"

#include "base/utf8.hpp"

namespace tenon::host {
namespace {

constexpr std::size_t most_pairs = 256;

auto hex_value(char digit) -> int {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

// The path and query behind `http://authority`; nothing if it is not absolute form.
auto behind_authority(std::string_view target) -> std::optional<std::string_view> {
    const auto colon = target.find("://");
    if (colon == target.npos) {
        return std::nullopt;
    }
    const auto scheme = target.substr(0, colon);
    if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) {
        return std::nullopt;
    }
    const auto rest = target.substr(colon + 3);
    const auto path = rest.find_first_of("/?");
    if (path == 0) {
        return std::nullopt;  // no authority
    }
    return path == rest.npos ? std::string_view("/") : rest.substr(path);
}

auto has_forbidden_byte(std::string_view target) -> bool {
    for (const char letter : target) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte <= 0x20 || byte == 0x7f || letter == '#' || letter == '\\') {
            return true;
        }
    }
    return false;
}

auto parse_path(std::string_view path, std::vector<std::string>& segments) -> result<void> {
    path.remove_prefix(1);
    for (;;) {
        const auto slash = path.find('/');
        const auto raw = path.substr(0, slash);
        auto decoded = raw.find('%') == raw.npos ? std::optional<std::string>(raw)
                                                 : percent_decode(raw, plus_sign::literal);
        if (!decoded) {
            return fail(errc::invalid_request, "The path holds a broken percent escape.");
        }
        if (!is_text(*decoded)) {
            return fail(errc::invalid_request, "The path is not UTF-8.");
        }
        segments.push_back(std::move(*decoded));
        if (slash == path.npos) {
            return {};
        }
        path.remove_prefix(slash + 1);
    }
}

// Of the two digits of a percent escape; NUL is none.
auto escaped_byte(std::string_view digits) -> std::optional<char> {
    const int high = digits.size() == 2 ? hex_value(digits[0]) : -1;
    const int low = digits.size() == 2 ? hex_value(digits[1]) : -1;
    if (high < 0 || low < 0 || high + low == 0) {
        return std::nullopt;
    }
    return static_cast<char>(high * 16 + low);
}

}  // namespace

auto percent_decode(std::string_view text, plus_sign plus) -> std::optional<std::string> {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus == plus_sign::space) {
            decoded += ' ';
        } else if (text[i] != '%') {
            decoded += text[i];
        } else {
            const auto byte = escaped_byte(text.substr(i + 1, 2));
            if (!byte) {
                return std::nullopt;
            }
            decoded += *byte;
            i += 2;
        }
    }
    return decoded;
}

auto parse_parameters(std::string_view text, parameter_list& into) -> result<void> {
    while (!text.empty()) {
        const auto end = text.find('&');
        const auto pair = text.substr(0, end);
        text = end == text.npos ? std::string_view() : text.substr(end + 1);
        if (pair.empty()) {
            continue;
        }
        const auto equals = pair.find('=');
        auto name = percent_decode(pair.substr(0, equals), plus_sign::space);
        auto value = equals == pair.npos
                         ? std::optional<std::string>("")
                         : percent_decode(pair.substr(equals + 1), plus_sign::space);
        if (!name || !value) {
            return fail(errc::invalid_request, "A parameter holds a broken percent escape.");
        }
        // Nothing could store it, or hand it on: refused before anything is done.
        if (!is_text(*name) || !is_text(*value)) {
            return fail(errc::invalid_request, "A parameter is not UTF-8, or holds a NUL.");
        }
        if (into.size() >= most_pairs) {
            return fail(errc::invalid_request, "There are more than 256 parameters.");
        }
        into.emplace_back(std::move(*name), std::move(*value));
    }
    return {};
}

auto parse_target(std::string_view target, request& into) -> result<void> {
    if (has_forbidden_byte(target)) {
        return fail(
            errc::invalid_request,
            "The request target holds a control character, a backslash or a fragment."
        );
    }
    if (target == "*" && into.method == "OPTIONS") {
        return {};
    }
    if (!target.starts_with('/')) {
        const auto rest = behind_authority(target);
        if (!rest) {
            return fail(errc::invalid_request, "The request target must be a path.");
        }
        target = *rest;
    }
    const auto question = target.find('?');
    auto path = target.substr(0, question);
    if (path.empty()) {
        path = "/";
    }
    if (auto parsed = parse_path(path, into.segments); !parsed) {
        return parsed;
    }
    return question == target.npos ? result<void>()
                                   : parse_parameters(target.substr(question + 1), into.query);
}

}  // namespace tenon::host
