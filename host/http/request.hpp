// What a handler is given.
#pragma once

#include "base/clock.hpp"
#include "http/fields.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::host {

// Names and values, decoded, in the order in which they came, duplicates included.
using parameter_list = std::vector<std::pair<std::string, std::string>>;

// The first value of that name; nothing if there is none. Names are compared exactly.
[[nodiscard]] auto find_parameter(const parameter_list& parameters, std::string_view name) noexcept
    -> std::optional<std::string_view>;

struct request {
    std::string method;  // as sent: `GET`; a HEAD that is answered by a GET route stays `HEAD`
    std::string target;  // as sent; may hold secrets: never logged
    // The path, decoded segment by segment: `%2F` within one is a `/` here.
    std::vector<std::string> segments;
    parameter_list query;  // decoded as forms are: `+` is a space
    header_fields headers;
    std::string body;
    std::string client;   // the client's address, as trusted_proxies let it be known; no port
    bool secure = false;  // https here, or at a trusted proxy that says so
    std::string id;       // for X-Request-Id and the log
    time_point received_at{};
    parameter_list params;   // what the route's `:name`s stand for, decoded
    std::string_view route;  // the pattern of the route that was found; lives as long as the router

    // The value of the pattern's `:name`; empty if the pattern has none of that name.
    [[nodiscard]] auto param(std::string_view name) const noexcept -> std::string_view;
    // The first query parameter of that name.
    [[nodiscard]] auto query_value(std::string_view name) const noexcept
        -> std::optional<std::string_view> {
        return find_parameter(query, name);
    }
    // The value of the cookie of that name (RFC 6265 5.4); nothing if it was not sent.
    [[nodiscard]] auto cookie(std::string_view name) const noexcept
        -> std::optional<std::string_view>;
    // The media type of the body without its parameters, as sent: `application/json`.
    [[nodiscard]] auto media_type() const noexcept -> std::string_view;

    // Empties it for the connection's next request; keeps memory, but not that of an unusually
    // large one.
    void clear();
};

}  // namespace tenon::host
