// What openapi.json promises, held against what the server answers.
#pragma once

#include "support/http_client.hpp"

#include <nlohmann/json.hpp>
#include <string>

namespace tenon::test {

class api_contract {
  public:
    explicit api_contract(nlohmann::json document);

    // What is wrong with that answer to that request: an operation, status, media type or error
    // code that is not listed, a body that is not as its schema says, a field that the schema does
    // not know. Empty: nothing.
    [[nodiscard]] auto problem(const http_request& asked, const http_response& answered) const
        -> std::string;

  private:
    [[nodiscard]] auto find_operation(const std::string& method, const std::string& path) const
        -> const nlohmann::json*;
    [[nodiscard]] auto resolve(const nlohmann::json& schema) const -> const nlohmann::json&;
    // What is wrong with a value, where; empty: nothing.
    [[nodiscard]] auto mismatch(
        const nlohmann::json& named, const nlohmann::json& value, const std::string& where
    ) const -> std::string;
    [[nodiscard]] auto object_mismatch(
        const nlohmann::json& schema, const nlohmann::json& value, const std::string& where
    ) const -> std::string;
    [[nodiscard]] auto choice_mismatch(
        const nlohmann::json& schema, const nlohmann::json& value, const std::string& where
    ) const -> std::string;
    [[nodiscard]] auto body_problem(const nlohmann::json& listed, const http_response& answered)
        const -> std::string;

    nlohmann::json document_;
    nlohmann::json unlisted_;  // how a request is refused that belongs to no operation
};

// For a client of the host at that address: send() throws std::runtime_error where an answer is not
// as openapi.json says. The document is the same of every host: asked for once.
[[nodiscard]] auto hold_to_contract(const std::string& url) -> http_client::witness;

}  // namespace tenon::test
