// The catalogue's providers as GET …/providers shows them.
#pragma once

#include "base/catalogue.hpp"
#include "base/error.hpp"

#include <map>
#include <mutex>
#include <string>

namespace tenon::host {

struct catalogued_provider {
    std::string shown_name, category, confidence;
    std::string
        json;  // the provider's object: one that the operator enables by a section of its name
};

// Written once, when it is first asked for: reading every entry is nothing to do at a start. Any
// thread.
class catalogue_listing {
  public:
    explicit catalogue_listing(catalogue known) : known_(std::move(known)) {}

    [[nodiscard]] auto entries() -> const std::map<std::string, catalogued_provider>&;

    // Where a provider is unknown to the plugins but not to the catalogue, the refusal of one that
    // is not configured: provider_disabled, with what to do. Any other error as it came.
    [[nodiscard]] auto explained(error refusal, const std::string& provider) const -> error;

  private:
    catalogue known_;
    std::once_flag once_;
    std::map<std::string, catalogued_provider> entries_;
};

}  // namespace tenon::host
