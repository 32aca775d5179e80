// What a handler answers.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::host {

// Content-Length, Date, Connection, X-Request-Id, security headers and CORS are added by the
// session.
struct response {
    unsigned status = 200;
    // Of static storage: a literal. Empty: no Content-Type.
    std::string_view content_type = "application/json";
    bool no_store = false;  // Cache-Control: no-store
    std::vector<std::pair<std::string, std::string>>
        headers;  // any others; CR, LF or NUL in one: std::invalid_argument
    std::string body;

    // Replaces every field of that name.
    void set_header(std::string_view name, std::string_view value);
    void add_header(std::string_view name, std::string_view value);
    // As made by the default constructor, but the memory is kept.
    void clear();
};

// JSON text, already serialized.
[[nodiscard]] auto json_response(unsigned status, std::string json_text) -> response;
// 303 See Other: the browser GETs `location`.
[[nodiscard]] auto redirect_response(std::string location) -> response;
// A status alone: 204, 304.
[[nodiscard]] auto empty_response(unsigned status) -> response;
// `text/html; charset=utf-8` and the like; the type is of static storage.
[[nodiscard]] auto text_response(unsigned status, std::string_view content_type, std::string text)
    -> response;

// RFC 9110's reason phrase: `Not Found`; `Unknown` for a status that has none.
[[nodiscard]] auto reason_of(unsigned status) noexcept -> std::string_view;

}  // namespace tenon::host
