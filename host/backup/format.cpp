#include "backup/format.hpp"

#include <optional>

namespace tenon::host {
namespace {

constexpr std::size_t size_bytes = 4;
constexpr std::size_t integer_bytes = 8;

void append_number(std::string& out, std::uint64_t number, std::size_t bytes) {
    for (std::size_t i = bytes; i > 0; --i) {
        out += static_cast<char>(number >> (8 * (i - 1)) & 0xffU);
    }
}

auto read_number(std::string_view bytes) -> std::uint64_t {
    std::uint64_t number = 0;
    for (const char byte : bytes) {
        number = number << 8U | static_cast<unsigned char>(byte);
    }
    return number;
}

void append_sized(std::string& out, char tag, std::string_view bytes) {
    out += tag;
    append_size(out, bytes.size());
    out += bytes;
}

struct appender {
    std::string& out;

    void operator()(std::monostate /*null*/) const { out += 'n'; }
    void operator()(bool value) const { out += value ? 't' : 'f'; }
    void operator()(std::int64_t value) const {
        out += 'i';
        append_number(out, static_cast<std::uint64_t>(value), integer_bytes);
    }
    void operator()(const std::string& value) const { append_sized(out, 's', value); }
    void operator()(const blob& value) const { append_sized(out, 'b', value.data); }
};

// Takes so many bytes off the front; nothing: there are fewer.
auto take(std::string_view& rest, std::size_t size) -> std::optional<std::string_view> {
    if (rest.size() < size) {
        return std::nullopt;
    }
    const auto taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
}

auto take_sized(std::string_view& rest) -> std::optional<std::string_view> {
    const auto size = take(rest, size_bytes);
    return size ? take(rest, read_size(*size)) : std::nullopt;
}

// What follows a value's tag.
auto take_value(char tag, std::string_view& rest) -> std::optional<sql_value> {
    switch (tag) {
        case 'n': return sql_value();
        case 'f': return sql_value(false);
        case 't': return sql_value(true);
        case 'i':
            if (const auto number = take(rest, integer_bytes)) {
                return sql_value(static_cast<std::int64_t>(read_number(*number)));
            }
            return std::nullopt;
        case 's':
            if (const auto text = take_sized(rest)) {
                return sql_value(std::string(*text));
            }
            return std::nullopt;
        case 'b':
            if (const auto bytes = take_sized(rest)) {
                return sql_value(blob{std::string(*bytes)});
            }
            return std::nullopt;
        default: return std::nullopt;
    }
}

}  // namespace

void append_size(std::string& out, std::size_t size) {
    append_number(out, size, size_bytes);
}

auto read_size(std::string_view bytes) -> std::size_t {
    return static_cast<std::size_t>(read_number(bytes.substr(0, size_bytes)));
}

void append_value(std::string& out, const sql_value& value) {
    std::visit(appender{out}, value);
}

auto read_values(std::string_view block) -> result<std::vector<sql_value>> {
    std::vector<sql_value> values;
    while (!block.empty()) {
        const char tag = block.front();
        block.remove_prefix(1);
        auto value = take_value(tag, block);
        if (!value) {
            return fail(errc::invalid_request, "a value that can't be read");
        }
        values.push_back(std::move(*value));
    }
    return values;
}

}  // namespace tenon::host
