#include "provider/cassette.hpp"

#include "base/json.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

namespace tenon::host {
namespace {

using nlohmann::ordered_json;

auto refuse(std::string why) -> error {
    return fail(errc::invalid_request, std::move(why));
}

auto operation_of(const std::string& name) -> std::optional<operation_kind> {
    constexpr std::array kinds{operation_kind::describe, operation_kind::authorize,
                               operation_kind::exchange, operation_kind::refresh,
                               operation_kind::profile,  operation_kind::revoke,
                               operation_kind::validate};
    const auto* const found =
        std::ranges::find(kinds, name, [](operation_kind kind) { return name_of(kind); });
    return found == kinds.end() ? std::nullopt : std::optional(*found);
}

auto transport_of(const std::string& name) -> transport {
    constexpr std::array<std::string_view, 9> names{
        "ok", "timeout", "dns", "connect", "tls", "reset", "too_large", "denied", "cancelled"};
    const auto* const found = std::ranges::find(names, name);
    return found == names.end() ? transport::ok
                                : static_cast<transport>(std::distance(names.begin(), found));
}

// A body or a configured value: text as it is, all else written out.
auto text_of(const ordered_json& value) -> std::string {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

auto texts_in(const ordered_json& from, const char* name) -> std::map<std::string, std::string> {
    std::map<std::string, std::string> out;
    const auto members = from.value(name, ordered_json::object());  // lives as long as the walk
    for (const auto& [key, value] : members.items()) {
        out.emplace(key, text_of(value));
    }
    return out;
}

auto response_in(const ordered_json& from) -> outbound_response {
    outbound_response out;
    out.outcome = transport_of(from.value("transport", "ok"));
    out.status = from.value("status", out.outcome == transport::ok ? 200U : 0U);
    out.sent = out.outcome == transport::ok ? request_sent::yes : request_sent::maybe;
    const auto headers = from.value("headers", ordered_json::object());
    for (const auto& [name, value] : headers.items()) {
        out.headers.emplace_back(name, text_of(value));
    }
    if (from.contains("body")) {
        out.body = text_of(from.at("body"));
    }
    return out;
}

auto exchange_in(const ordered_json& from) -> cassette_exchange {
    const auto request = from.value("request", ordered_json::object());
    return {
        request.value("method", ""), request.value("url", ""),
        response_in(from.value("response", ordered_json::object()))};
}

// Throws ordered_json::exception where a member is of another type than it must be.
auto read(const ordered_json& from) -> result<cassette> {
    if (!from.is_object() || from.value("cassette", 0) != 1) {
        return refuse("not a cassette of version 1: expected {\"cassette\": 1, …}");
    }
    const auto kind = operation_of(from.value("operation", ""));
    if (!kind) {
        return refuse(
            "`operation` is none of describe, authorize, exchange, refresh, profile, revoke, "
            "validate"
        );
    }
    cassette out;
    out.provider = from.value("provider", "");
    if (out.provider.empty()) {
        return refuse("`provider` is missing: the id of the provider that it was recorded with");
    }
    out.kind = *kind;
    out.slot = from.value("slot", "");
    out.setup = from.value("setup", "");
    const auto config = from.value("config", ordered_json::object());
    for (const auto& [key, value] : config.items()) {
        out.config[key] = {text_of(value), value.is_structured()};
    }
    out.discovery = from.contains("discovery") ? from.at("discovery").dump() : "";
    out.connect = texts_in(from, "connect");
    out.params = texts_in(from, "params");
    for (const auto& one : from.value("exchanges", ordered_json::array())) {
        out.exchanges.push_back(exchange_in(one));
    }
    out.outcome = from.contains("outcome") ? from.at("outcome").dump() : "";
    return out;
}

// JSON as JSON, for a reader's eyes; all else as text.
auto readable(const std::string& body) -> ordered_json {
    if (check_json(body).has_error()) {
        return body;
    }
    auto parsed = ordered_json::parse(body, nullptr, false);
    // Numbers beyond a double, repeated keys: only what comes back byte for byte.
    return parsed.is_structured() && parsed.dump() == body ? parsed : ordered_json(body);
}

auto to_json(const cassette_exchange& from) -> ordered_json {
    ordered_json response = {{"status", from.response.status}};
    if (from.response.outcome != transport::ok) {
        constexpr std::array<const char*, 9> names{
            "ok", "timeout", "dns", "connect", "tls", "reset", "too_large", "denied", "cancelled"};
        response["transport"] = names.at(static_cast<std::size_t>(from.response.outcome));
    }
    for (const auto& [name, value] : from.response.headers) {
        response["headers"][name] = value;
    }
    response["body"] = readable(from.response.body);
    return {
        {"request", {{"method", from.method}, {"url", from.url}}},
        {"response", std::move(response)}};
}

}  // namespace

auto parse_cassette(std::string_view text) -> result<cassette> {
    if (const auto checked = check_json(text); checked.has_error()) {
        return refuse("not JSON: " + checked.error().message);
    }
    try {
        return read(ordered_json::parse(text));
    } catch (const ordered_json::exception& wrong) {
        return refuse(std::string("a member has the wrong type: ") + wrong.what());
    }
}

auto write_cassette(const cassette& recorded) -> std::string {
    ordered_json out = {
        {"cassette", 1},
        {"provider", recorded.provider},
        {"operation", name_of(recorded.kind)},
        {"slot", recorded.slot}};
    if (!recorded.setup.empty()) {
        out["setup"] = recorded.setup;
    }
    for (const auto& [key, value] : recorded.config) {
        out["config"][key] = value.is_json ? ordered_json::parse(value.text, nullptr, false)
                                           : ordered_json(value.text);
    }
    if (!recorded.discovery.empty()) {
        out["discovery"] = ordered_json::parse(recorded.discovery, nullptr, false);
    }
    if (!recorded.connect.empty()) {
        out["connect"] = recorded.connect;
    }
    if (!recorded.params.empty()) {
        out["params"] = recorded.params;
    }
    out["exchanges"] = ordered_json::array();
    for (const auto& one : recorded.exchanges) {
        out["exchanges"].push_back(to_json(one));
    }
    if (!recorded.outcome.empty()) {
        out["outcome"] = ordered_json::parse(recorded.outcome, nullptr, false);
    }
    return out.dump(2) + "\n";
}

auto read_cassettes(const std::filesystem::path& directory) -> result<std::vector<cassette>> {
    std::vector<std::filesystem::path> files;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
        if (entry.path().extension() == ".json") {
            files.push_back(entry.path());
        }
    }
    if (failed) {
        return refuse(directory.string() + ": can't be read: " + failed.message());
    }
    std::ranges::sort(files);
    std::vector<cassette> out;
    for (const auto& file : files) {
        std::ifstream from(file, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(from), {}};
        auto one = parse_cassette(text);
        if (one.has_error()) {
            return refuse(file.string() + ": " + one.error().message);
        }
        one->name = file.stem().string();
        out.push_back(std::move(*one));
    }
    return out;
}

}  // namespace tenon::host
