#include "http/response.hpp"

#include "http/fields.hpp"

namespace tenon::host {

void response::set_header(std::string_view name, std::string_view value) {
    std::erase_if(headers, [&](const auto& field) {
        return equal_ignoring_case(field.first, name);
    });
    add_header(name, value);
}

void response::add_header(std::string_view name, std::string_view value) {
    headers.emplace_back(name, value);
}

void response::clear() {
    status = 200;
    content_type = "application/json";
    no_store = false;
    headers.clear();
    body.clear();
}

auto json_response(unsigned status, std::string json_text) -> response {
    response made;
    made.status = status;
    made.body = std::move(json_text);
    return made;
}

auto redirect_response(std::string location) -> response {
    auto made = empty_response(303);
    made.no_store = true;
    made.headers.emplace_back("Location", std::move(location));
    return made;
}

auto empty_response(unsigned status) -> response {
    response made;
    made.status = status;
    made.content_type = {};
    return made;
}

auto text_response(unsigned status, std::string_view content_type, std::string text) -> response {
    response made;
    made.status = status;
    made.content_type = content_type;
    made.body = std::move(text);
    return made;
}

auto reason_of(unsigned status) noexcept -> std::string_view {
    switch (status) {
        case 100: return "Continue";
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 415: return "Unsupported Media Type";
        case 422: return "Unprocessable Content";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        default: return "Unknown";
    }
}

}  // namespace tenon::host
