// What is wrong with a configuration, collected. For base's own sources.
#pragma once

#include "base/error.hpp"

#include <map>
#include <string>
#include <vector>

namespace tenon::host {

// The place of a key, or of what it belongs to; empty where neither has one.
[[nodiscard]] inline auto place_in(
    const std::map<std::string, std::string>& places, std::string key
) -> std::string {
    while (true) {
        if (const auto place = places.find(key); place != places.end()) {
            return place->second;
        }
        const auto dot = key.rfind('.');
        if (dot == std::string::npos) {
            return {};
        }
        key.resize(dot);
    }
}

class config_problems {
  public:
    // Where a key's value comes from: `tenon.yaml:12` or `TENON_LISTEN`.
    void note(const std::string& key, const std::string& where) { places_[key] = where; }

    // `key`: `limits.body_bytes`. Without `where`: the place that was noted for it, or for what it
    // belongs to.
    void add(const std::string& where, const std::string& key, const std::string& message) {
        const auto place = where.empty() ? place_in(places_, key) : where;
        found_.push_back({key, place.empty() ? message : place + ": " + message});
    }
    [[nodiscard]] auto places() const -> const std::map<std::string, std::string>& {
        return places_;
    }
    [[nodiscard]] auto empty() const noexcept -> bool { return found_.empty(); }

    // All of them in one error.
    [[nodiscard]] auto to_error() const -> error {
        error all{errc::invalid_request, "the configuration can't be used:", {}, found_};
        for (const auto& problem : found_) {
            all.message += "\n  " + problem.message;
        }
        return all;
    }

  private:
    std::map<std::string, std::string> places_;
    std::vector<field_problem> found_;
};

}  // namespace tenon::host
