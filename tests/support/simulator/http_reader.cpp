#include "support/simulator/http_reader.hpp"

#include <algorithm>
#include <charconv>

namespace tenon::sim {
namespace {

constexpr std::size_t max_body = 4UL * 1024 * 1024;

auto take_line(std::string_view& text) -> std::string_view {
    const auto end = std::min(text.find("\r\n"), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    return line;
}

auto trimmed(std::string_view text) -> std::string_view {
    while (text.starts_with(' ') || text.starts_with('\t')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ') || text.ends_with('\t')) {
        text.remove_suffix(1);
    }
    return text;
}

auto lowered(std::string_view text) -> std::string {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return lower;
}

auto read_request_line(std::string_view line, request_head& head) -> bool {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || last == first ||
        !line.substr(last + 1).starts_with("HTTP/1.")) {
        return false;
    }
    head.keep_alive = line.ends_with('1');
    head.request.method = line.substr(0, first);
    const auto target = line.substr(first + 1, last - first - 1);
    const auto mark = std::min(target.find('?'), target.size());
    head.request.path = target.substr(0, mark);
    head.request.query = mark < target.size() ? target.substr(mark + 1) : std::string_view{};
    return target.starts_with('/');
}

// Takes the headers that decide how to go on.
auto read_framing(request_head& head) -> bool {
    if (head.request.header("transfer-encoding")) {
        return false;
    }
    if (const auto connection = head.request.header("connection")) {
        const auto value = lowered(*connection);
        head.keep_alive = value.find("close") == std::string::npos &&
                          (head.keep_alive || value.find("keep-alive") != std::string::npos);
    }
    const auto length = head.request.header("content-length").value_or("0");
    const auto* end = length.data() + length.size();
    const auto [stopped, problem] = std::from_chars(length.data(), end, head.body_size);
    return problem == std::errc{} && stopped == end && head.body_size <= max_body;
}

auto reason_of(std::uint32_t status) -> std::string_view {
    switch (status) {
        case 200: return "OK";
        case 204: return "No Content";
        case 302: return "Found";
        case 303: return "See Other";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 429: return "Too Many Requests";
        case 500: return "Internal Server Error";
        case 503: return "Service Unavailable";
        default: return "Other";
    }
}

}  // namespace

auto read_head(std::string_view text) -> std::optional<request_head> {
    request_head head;
    if (!read_request_line(take_line(text), head)) {
        return std::nullopt;
    }
    while (!text.empty()) {
        const auto line = take_line(text);
        if (line.empty()) {
            break;
        }
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) {
            return std::nullopt;
        }
        head.request.headers.emplace_back(
            lowered(line.substr(0, colon)), trimmed(line.substr(colon + 1))
        );
    }
    if (!read_framing(head)) {
        return std::nullopt;
    }
    return head;
}

auto write_answer(const sim_response& response, bool keep_alive) -> std::string {
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + ' ' +
                       std::string(reason_of(response.status)) + "\r\n";
    for (const auto& [name, value] : response.headers) {
        text.append(name).append(": ").append(value).append("\r\n");
    }
    if (!keep_alive) {
        text += "Connection: close\r\n";
    }
    if (response.status != 204) {
        text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    }
    return text.append("\r\n").append(response.body);
}

}  // namespace tenon::sim
