#include "conformance/outcome.hpp"

#include "provider/cassette_outcome.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host::conformance {
namespace {

using json = nlohmann::json;

auto outcome_of(const performance& run) -> std::string {
    if (const auto* failed = run.failed()) {
        return outcome_json(*failed);
    }
    return run.done() == nullptr ? "{}" : outcome_json(run.done()->output);
}

// Where the first difference lies, and what it is.
auto differs(const json& expected, const json& found, const std::string& where) -> std::string;

auto members_differ(const json& expected, const json& found, const std::string& where)
    -> std::string {
    for (const auto& [name, value] : expected.items()) {
        const auto at = where + "." + name;
        auto what = found.contains(name) ? differs(value, found.at(name), at)
                                         : at + " is missing; expected " + value.dump();
        if (!what.empty()) {
            return what;
        }
    }
    return {};
}

auto elements_differ(const json& expected, const json& found, const std::string& where)
    -> std::string {
    for (std::size_t i = 0; i < expected.size(); ++i) {
        auto what = differs(expected[i], found[i], where + "[" + std::to_string(i) + "]");
        if (!what.empty()) {
            return what;
        }
    }
    return {};
}

auto differs(const json& expected, const json& found, const std::string& where) -> std::string {
    if (expected.is_object() && found.is_object()) {
        return members_differ(expected, found, where);
    }
    if (expected.is_array() && found.is_array() && expected.size() == found.size()) {
        return elements_differ(expected, found, where);
    }
    return expected == found ? std::string()
                             : where + " is " + found.dump() + "; expected " + expected.dump();
}

}  // namespace

auto difference(const std::string& expected, const performance& run) -> std::string {
    if (expected.empty()) {
        return {};
    }
    return differs(
        json::parse(expected, nullptr, false), json::parse(outcome_of(run), nullptr, false),
        "outcome"
    );
}

}  // namespace tenon::host::conformance
