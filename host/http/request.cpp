#include "http/request.hpp"

#include "base/text.hpp"

namespace tenon::host {
namespace {

constexpr std::size_t kept_capacity = 1024;

void empty_string(std::string& text) {
    text.clear();
    if (text.capacity() > kept_capacity) {
        text.shrink_to_fit();
    }
}

}  // namespace

auto find_parameter(const parameter_list& parameters, std::string_view name) noexcept
    -> std::optional<std::string_view> {
    for (const auto& [found, value] : parameters) {
        if (found == name) {
            return value;
        }
    }
    return std::nullopt;
}

auto request::param(std::string_view name) const noexcept -> std::string_view {
    return find_parameter(params, name).value_or(std::string_view());
}

auto request::cookie(std::string_view name) const noexcept -> std::optional<std::string_view> {
    for (std::size_t i = 0; i < headers.size(); ++i) {
        auto [field, rest] = headers.at(i);
        if (!equal_ignoring_case(field, "cookie")) {
            continue;
        }
        while (!rest.empty()) {
            const auto pair = trimmed(rest.substr(0, rest.find(';')));
            rest.remove_prefix(std::min(
                rest.size(), rest.find(';') == rest.npos ? rest.size() : rest.find(';') + 1
            ));
            const auto equals = pair.find('=');
            if (equals != pair.npos && pair.substr(0, equals) == name) {
                return pair.substr(equals + 1);
            }
        }
    }
    return std::nullopt;
}

auto request::media_type() const noexcept -> std::string_view {
    const auto value = headers.find("content-type");
    return trimmed(value.substr(0, value.find(';')));
}

void request::clear() {
    method.clear();
    empty_string(target);
    segments.clear();
    query.clear();
    headers.shrink();
    empty_string(body);
    client.clear();
    secure = false;
    id.clear();
    received_at = {};
    params.clear();
    route = {};
}

}  // namespace tenon::host
