#include "base/config_values.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace tenon::host {
namespace {

template <class Value, std::size_t Count>
using name_table = std::array<std::pair<std::string_view, Value>, Count>;

constexpr name_table<bool, 8> booleans{
    {{"true", true},
     {"yes", true},
     {"on", true},
     {"1", true},
     {"false", false},
     {"no", false},
     {"off", false},
     {"0", false}}};
constexpr name_table<std::size_t, 1> no_units{{{"", 1}}};
constexpr name_table<std::size_t, 4> byte_units{
    {{"", 1}, {"KiB", 1024}, {"MiB", 1024UL * 1024}, {"GiB", 1024UL * 1024 * 1024}}};
constexpr name_table<std::size_t, 4> time_units{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}}};
constexpr name_table<log_level, 6> levels{
    {{"trace", log_level::trace},
     {"debug", log_level::debug},
     {"info", log_level::info},
     {"warn", log_level::warn},
     {"error", log_level::error},
     {"off", log_level::off}}};
constexpr name_table<log_format, 2> formats{
    {{"text", log_format::text}, {"json", log_format::json}}};
constexpr name_table<plugin_requirement, 3> requirements{
    {{"pin", plugin_requirement::pin},
     {"signature", plugin_requirement::signature},
     {"none", plugin_requirement::none}}};

template <class Table>
auto by_name(const Table& table, std::string_view name) {
    using value = typename Table::value_type::second_type;
    for (const auto& [known, stands_for] : table) {
        if (known == name) {
            return std::optional<value>(stands_for);
        }
    }
    return std::optional<value>();
}

template <class Table, class Value>
auto name_of(const Table& table, Value value) -> std::string {
    for (const auto& [known, stands_for] : table) {
        if (stands_for == value) {
            return std::string(known);
        }
    }
    return {};
}

// Digits and a unit, multiplied; nothing if it is not that, or too large to count.
template <class Table>
auto scaled(std::string_view text, const Table& units) -> std::optional<std::size_t> {
    std::size_t count = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, count);
    std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
    unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
    const auto factor = by_name(units, unit);
    if (read.ec != std::errc{} || !factor ||
        count > std::numeric_limits<std::size_t>::max() / *factor) {
        return std::nullopt;
    }
    return count * *factor;
}

auto no_number(std::size_t least, std::size_t most) -> error {
    return fail(
        errc::invalid_request,
        "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most)
    );
}

}  // namespace

auto parse_bool(std::string_view text) -> result<bool> {
    if (const auto value = by_name(booleans, to_lower(text))) {
        return *value;
    }
    return fail(errc::invalid_request, "must be `true` or `false`");
}

auto parse_number(std::string_view text, std::size_t least, std::size_t most)
    -> result<std::size_t> {
    const auto value = scaled(text, no_units);
    return value && *value >= least && *value <= most ? result<std::size_t>(*value)
                                                      : result<std::size_t>(no_number(least, most));
}

auto parse_bytes(std::string_view text, std::size_t least, std::size_t most)
    -> result<std::size_t> {
    const auto value = scaled(text, byte_units);
    if (!value || *value < least || *value > most) {
        auto problem = no_number(least, most);
        problem.message += " (`16KiB`, `1MiB` work too)";
        return problem;
    }
    return *value;
}

auto parse_duration(std::string_view text, std::size_t least, std::size_t most)
    -> result<milliseconds> {
    const auto value = scaled(text, time_units);
    if (!value || *value < least || *value > most) {
        return fail(
            errc::invalid_request,
            "must be a time with its unit, such as `500ms`, `30s`, `5m` or `1h`, from " +
                duration_text(milliseconds(static_cast<milliseconds::rep>(least))) + " to " +
                duration_text(milliseconds(static_cast<milliseconds::rep>(most)))
        );
    }
    return milliseconds(static_cast<milliseconds::rep>(*value));
}

auto parse_listen(std::string_view text) -> result<listen_address> {
    const auto colon = text.rfind(':');
    listen_address address;
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    const auto digits = colon == std::string_view::npos ? "" : text.substr(colon + 1);
    const auto* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, address.port);
    const bool colons_fit = bracketed == (host.find(':') != std::string_view::npos);
    if (host.empty() || !colons_fit || host.find_first_of(" /@[]") != std::string_view::npos ||
        digits.empty() || read.ec != std::errc{} || read.ptr != end) {
        return fail(
            errc::invalid_request,
            "must be ADDRESS:PORT, such as `127.0.0.1:8080`, `0.0.0.0:8080` or `[::]:8080`"
        );
    }
    address.host = host;
    return address;
}

auto parse_level(std::string_view text) -> result<log_level> {
    if (const auto value = by_name(levels, to_lower(text))) {
        return *value;
    }
    return fail(
        errc::invalid_request, "must be `trace`, `debug`, `info`, `warn`, `error` or `off`"
    );
}

auto parse_format(std::string_view text) -> result<log_format> {
    if (const auto value = by_name(formats, to_lower(text))) {
        return *value;
    }
    return fail(errc::invalid_request, "must be `text` or `json`");
}

auto parse_requirement(std::string_view text) -> result<plugin_requirement> {
    if (const auto value = by_name(requirements, to_lower(text))) {
        return *value;
    }
    return fail(errc::invalid_request, "must be `pin`, `signature` or `none`");
}

auto duration_text(milliseconds value) -> std::string {
    const auto count = static_cast<std::size_t>(value.count());
    std::string_view unit = "ms";
    std::size_t factor = 1;
    for (const auto& [name, size] : time_units) {
        if (count != 0 && count % size == 0) {
            unit = name;
            factor = size;
        }
    }
    return std::to_string(count / factor) + std::string(unit);
}

auto listen_text(const listen_address& value) -> std::string {
    if (value.host.empty()) {
        return {};
    }
    const bool v6 = value.host.find(':') != std::string::npos;
    return (v6 ? "[" + value.host + "]" : value.host) + ":" + std::to_string(value.port);
}

auto level_text(log_level value) -> std::string {
    return name_of(levels, value);
}

auto format_text(log_format value) -> std::string {
    return name_of(formats, value);
}

auto requirement_text(plugin_requirement value) -> std::string {
    return name_of(requirements, value);
}

}  // namespace tenon::host
