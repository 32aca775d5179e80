// An OpenID provider that we did not write: the npm package oauth2-mock-server, served on loopback
// by oauth2-mock-server/serve.mjs beside this file.
#pragma once

#include "support/process.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::test {

// Knows one user, `johndoe`, who consents to everything. Any client may come, with any secret.
class foreign_server {
  public:
    // Starts it; throws std::runtime_error, which says what to install, where Node.js or the
    // package is missing.
    foreign_server();
    ~foreign_server();
    foreign_server(const foreign_server&) = delete;
    auto operator=(const foreign_server&) -> foreign_server& = delete;

    // Its issuer, as its discovery names it: `http://127.0.0.1:PORT`.
    [[nodiscard]] auto url() const -> const std::string& { return url_; }
    // What serve.mjs lists under /misbehaviour, in place of what was said before. Empties the list
    // of requests.
    void misbehave(const nlohmann::json& how);
    void behave() { misbehave(nlohmann::json::object()); }
    // What this endpoint was asked since then, oldest first: objects of method, path, query, form
    // and authorization.
    [[nodiscard]] auto requests(std::string_view path) const -> std::vector<nlohmann::json>;

  private:
    std::unique_ptr<process> process_;
    std::string url_;
};

}  // namespace tenon::test
