#include "gen.hpp"

namespace tenon::test {

namespace {

void append_utf8(std::string& text, char32_t point) {
    const auto byte = [&](char32_t bits) { text.push_back(static_cast<char>(bits)); };
    if (point < 0x80) {
        byte(point);
    } else if (point < 0x800) {
        byte(0xC0 | (point >> 6U));
        byte(0x80 | (point & 0x3FU));
    } else if (point < 0x10000) {
        byte(0xE0 | (point >> 12U));
        byte(0x80 | ((point >> 6U) & 0x3FU));
        byte(0x80 | (point & 0x3FU));
    } else {
        byte(0xF0 | (point >> 18U));
        byte(0x80 | ((point >> 12U) & 0x3FU));
        byte(0x80 | ((point >> 6U) & 0x3FU));
        byte(0x80 | (point & 0x3FU));
    }
}

auto any_point() -> rc::Gen<char32_t> {
    return rc::gen::oneOf(
        rc::gen::inRange<char32_t>(1, 0x80), rc::gen::inRange<char32_t>(0x80, 0x800),
        rc::gen::inRange<char32_t>(0x800, 0xD800), rc::gen::inRange<char32_t>(0xE000, 0x10000),
        rc::gen::inRange<char32_t>(0x10000, 0x110000),
        rc::gen::element<char32_t>(U'\'', U'"', U'\\', U'$', U';', U'\n', U'%', 0x2028, 0xFEFF)
    );
}

auto quoted(const std::string& text) -> std::string {
    std::string json = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            json += '\\';
            json += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            json += "\\u00";
            json += "01"[c >> 4];
            json += "0123456789abcdef"[c & 0xF];
        } else {
            json += c;
        }
    }
    return json + "\"";
}

auto any_space() -> std::string {
    return *rc::gen::element<std::string>("", "", " ", "\n\t", "  ");
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as it is told.
auto make_value(int depth) -> std::string;

auto make_number() -> std::string {
    const auto digits =
        *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('1', ':')));
    return (*rc::gen::arbitrary<bool>() ? "-" : "") + digits +
           *rc::gen::element<std::string>("", ".0", ".000000000000000000001", "e+00", "E-7");
}

// NOLINTNEXTLINE(misc-no-recursion)
auto make_object(int depth) -> std::string {
    std::string json = "{" + any_space();
    const int members = *rc::gen::inRange(0, 4);
    for (int i = 0; i < members; ++i) {
        // Duplicate keys on purpose.
        const auto key = *rc::gen::oneOf(one_of_few("key", 2), any_text());
        json += (i == 0 ? "" : ",") + any_space() + quoted(key) + any_space() + ":" + any_space() +
                make_value(depth - 1);
    }
    return json + any_space() + "}";
}

// NOLINTNEXTLINE(misc-no-recursion)
auto make_value(int depth) -> std::string {
    switch (*rc::gen::inRange(0, depth > 0 ? 7 : 5)) {
        case 0: return *rc::gen::element<std::string>("null", "true", "false");
        case 1: return make_number();
        case 2:
            return *rc::gen::element<std::string>(
                R"("\u0041\/")", R"("\ud83d\ude00")", R"("\\u0000")", R"("")"
            );
        case 3:
        case 4: return quoted(*any_text());
        case 5:
            return "[" + make_value(depth - 1) + any_space() + "," + make_value(depth - 1) + "]";
        default: return make_object(depth);
    }
}

}  // namespace

auto any_text() -> rc::Gen<std::string> {
    return rc::gen::map(
        rc::gen::container<std::u32string>(any_point()),
        [](const std::u32string& points) {
            std::string text;
            for (const char32_t point : points) {
                append_utf8(text, point);
            }
            return text;
        }
    );
}

auto any_json_object() -> rc::Gen<std::string> {
    return rc::gen::exec([] { return make_object(3); });
}

auto one_of_few(const std::string& name, int count) -> rc::Gen<std::string> {
    return rc::gen::map(rc::gen::inRange(0, count), [name](int number) {
        return name + "-" + std::to_string(number);
    });
}

}  // namespace tenon::test
