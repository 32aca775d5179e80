// A JSON object as a request's body, read field by field; every problem is named, not only the
// first.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// Fields that nobody asks for are ignored: callers may be newer than this host. `null` counts as
// absent.
class body_fields {
  public:
    // Nothing sent counts as an empty object. Errors: invalid_json (also of a member that is there
    // twice: who looked at the request before may have read the other one); invalid_request (not an
    // object).
    [[nodiscard]] static auto parse(std::string_view body) -> result<body_fields>;

    body_fields(body_fields&&) noexcept;
    auto operator=(body_fields&&) noexcept -> body_fields&;
    ~body_fields();

    [[nodiscard]] auto has(std::string_view name) const -> bool;
    // Each of these notes a problem where the field has another type (or, if it must be there,
    // where it is absent or empty) and then answers with nothing.
    auto text(std::string_view name) -> std::string;
    auto required_text(std::string_view name) -> std::string;
    auto required_name(std::string_view name) -> std::string;  // as naming.hpp has them
    auto flag(std::string_view name, bool otherwise) -> bool;
    auto time(std::string_view name) -> std::optional<time_point>;
    auto texts(std::string_view name) -> std::vector<std::string>;
    // An object of texts; numbers and booleans are taken as their JSON text.
    auto text_map(std::string_view name) -> std::map<std::string, std::string>;
    auto objects(std::string_view name) -> std::vector<body_fields>;

    // Notes each field that is none of these but written much like one: `confrim` would go
    // unheeded.
    void refuse_slips(const std::vector<std::string>& known);
    void note(std::string field, std::string message);
    // Error: invalid_request with every problem that was noted.
    [[nodiscard]] auto checked() const -> result<void>;

  private:
    explicit body_fields(std::unique_ptr<nlohmann::json> object);
    [[nodiscard]] auto find(std::string_view name) const -> const nlohmann::json*;

    std::unique_ptr<nlohmann::json> object_;
    std::vector<field_problem> problems_;
};

}  // namespace tenon::host
