#include "app/inspection_format.hpp"

#include "base/json.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

using nlohmann::json;

auto to_json(const descriptor& about) -> json {
    json out{
        {"id", about.id},
        {"name", about.display_name},
        {"vendor", about.vendor},
        {"version", about.version},
        {"issuer", about.issuer},
        {"jwks", about.jwks_url},
        {"calls", about.host_calls},
        {"origins", json::array()},
        {"scopes", json::array()},
        {"fields", json::array()}};
    for (const auto& one : about.origins) {
        out["origins"].push_back({one.url, one.roles});
    }
    for (const auto& one : about.scopes) {
        out["scopes"].push_back({one.name, one.description, one.by_default});
    }
    for (const auto& one : about.connect_fields) {
        out["fields"].push_back({one.name, one.pattern, one.choices});
    }
    return out;
}

auto descriptor_of(const json& from) -> descriptor {
    descriptor out;
    out.id = from.at("id").get<std::string>();
    out.display_name = from.at("name").get<std::string>();
    out.vendor = from.at("vendor").get<std::string>();
    out.version = from.at("version").get<std::string>();
    out.issuer = from.at("issuer").get<std::string>();
    out.jwks_url = from.at("jwks").get<std::string>();
    out.host_calls = from.at("calls").get<std::vector<std::string>>();
    for (const auto& one : from.at("origins")) {
        out.origins.push_back({one.at(0).get<std::string>(), one.at(1).get<origin_roles>()});
    }
    for (const auto& one : from.at("scopes")) {
        out.scopes.push_back(
            {one.at(0).get<std::string>(), one.at(1).get<std::string>(), one.at(2).get<bool>()}
        );
    }
    for (const auto& one : from.at("fields")) {
        field_descriptor field;
        field.name = one.at(0).get<std::string>();
        field.pattern = one.at(1).get<std::string>();
        field.choices = one.at(2).get<std::vector<std::string>>();
        out.connect_fields.push_back(std::move(field));
    }
    return out;
}

}  // namespace

auto inspection_text(const std::vector<descriptor>& found) -> std::string {
    json providers = json::array();
    for (const auto& one : found) {
        providers.push_back(to_json(one));
    }
    return json{{"providers", std::move(providers)}}.dump();
}

auto refusal_text(std::string_view why) -> std::string {
    return json{{"refused", why}}.dump();
}

auto read_inspection(std::string_view text) -> result<std::vector<descriptor>> {
    const auto parsed = parse_json(text);
    try {
        if (parsed.has_value() && parsed->contains("refused")) {
            return fail(errc::invalid_request, parsed->at("refused").get<std::string>());
        }
        if (parsed.has_value()) {
            std::vector<descriptor> out;
            for (const auto& one : parsed->at("providers")) {
                out.push_back(descriptor_of(one));
            }
            return out;
        }
    } catch (const json::exception&) {
        // As below.
    }
    return fail(
        errc::invalid_request, "what it answers makes no sense: it is no honest plugin, or it broke"
    );
}

}  // namespace tenon::host
