// HTTP messages as the simulated providers see them: whole, and without a socket.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::sim {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct sim_request {
    std::string method;
    std::string path;     // as sent, without the query
    std::string query;    // as sent, without `?`
    header_list headers;  // names in lower case
    std::string body;

    // The header's value; nothing if it is absent. The first one if it is repeated.
    [[nodiscard]] auto header(std::string_view name) const -> std::optional<std::string>;
};

struct sim_response {
    std::uint32_t status = 200;
    header_list headers;
    std::string body;
};

// Decoded name-value pairs of a query or a form (application/x-www-form-urlencoded).
class parameters {
  public:
    // `problem()` tells if the text can't be decoded (a broken percent escape) or a name occurs
    // twice (RFC 6749 3.1, 3.2).
    explicit parameters(std::string_view encoded);
    // Of a JSON object whose values are strings or numbers; anything else is a problem.
    [[nodiscard]] static auto from_json(std::string_view text) -> parameters;

    // The value, or "": a parameter without a value counts as omitted (RFC 6749 3.1).
    [[nodiscard]] auto get(std::string_view name) const -> std::string;
    [[nodiscard]] auto has(std::string_view name) const -> bool { return !get(name).empty(); }
    [[nodiscard]] auto problem() const -> const std::string& { return problem_; }
    [[nodiscard]] auto items() const -> const header_list& { return items_; }

  private:
    parameters() = default;
    void add(std::string name, std::string value);

    header_list items_;
    std::string problem_;
};

[[nodiscard]] auto percent_encode(std::string_view text)
    -> std::string;  // all but RFC 3986's unreserved
// `plus_is_space` as in forms. Nothing if an escape is broken.
[[nodiscard]] auto percent_decode(std::string_view text, bool plus_is_space)
    -> std::optional<std::string>;
[[nodiscard]] auto html_escape(std::string_view text) -> std::string;
// `a,b c` by the separator; empty parts are left out.
[[nodiscard]] auto split(std::string_view text, char separator) -> std::vector<std::string>;
[[nodiscard]] auto lists(std::string_view text, char separator, std::string_view part) -> bool;
[[nodiscard]] auto join(const std::vector<std::string>& parts, std::string_view separator)
    -> std::string;

[[nodiscard]] auto json_answer(std::uint32_t status, const nlohmann::json& body) -> sim_response;
[[nodiscard]] auto html_answer(std::uint32_t status, std::string_view text) -> sim_response;
// RFC 6749 5.2: {"error", "error_description"}.
[[nodiscard]] auto oauth_error(
    std::uint32_t status, std::string_view code, std::string_view description
) -> sim_response;
// RFC 6750 3: 401 or 403 with a Bearer challenge that names the error.
[[nodiscard]] auto bearer_error(
    std::uint32_t status, std::string_view code, std::string_view description
) -> sim_response;
// 302 to the target with the pairs added to its query, and `fragment` behind it (`#_`).
[[nodiscard]] auto redirect(
    std::string target, const header_list& added, std::string_view fragment = {}
) -> sim_response;
// 405 with Allow.
[[nodiscard]] auto wrong_method(std::string_view allow) -> sim_response;

// True where the Content-Type is that type, whatever its parameters.
[[nodiscard]] auto has_type(const sim_request& request, std::string_view type) -> bool;

// `Authorization: Basic` as it is, and both parts form-decoded (RFC 6749 2.3.1).
struct basic_credentials {
    std::string raw_id, raw_secret, id, secret;
};
// Nothing if the header is absent or not to be read.
[[nodiscard]] auto basic_auth(const sim_request& request) -> std::optional<basic_credentials>;
// The token of `Authorization: Bearer`; "" if there is none.
[[nodiscard]] auto bearer(const sim_request& request) -> std::string;

}  // namespace tenon::sim
