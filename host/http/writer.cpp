#include "http/writer.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <stdexcept>

namespace tenon::host {
namespace {

void append_number(std::string& out, std::size_t number) {
    std::array<char, 20> digits{};
    auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_two(std::string& out, unsigned number) {
    out += static_cast<char>('0' + number / 10);
    out += static_cast<char>('0' + number % 10);
}

// Made once a second and thread.
void append_date(std::string& out, time_point now) {
    thread_local std::chrono::sys_seconds made_for{};
    thread_local std::string made;
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (made.empty() || made_for != second) {
        made = imf_date(now);
        made_for = second;
    }
    out.append("Date: ").append(made).append("\r\n");
}

void check_fields(const response& answer) {
    for (const auto& [name, value] : answer.headers) {
        bool good = !name.empty();
        for (const char letter : name) {
            good = good && (std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-');
        }
        if (!good || value.find_first_of(std::string_view("\r\n\0", 3)) != value.npos) {
            throw std::invalid_argument("a response field would break the message: " + name);
        }
    }
}

auto may_have_body(unsigned status) -> bool {
    return status >= 200 && status != 204 && status != 304;
}

void append_connection(std::string& out, connection_field connection) {
    switch (connection) {
        case connection_field::none: return;
        case connection_field::close: out += "Connection: close\r\n"; return;
        case connection_field::keep_alive: out += "Connection: keep-alive\r\n"; return;
    }
}

}  // namespace

auto imf_date(time_point when) -> std::string {
    static constexpr std::array<std::string_view, 7> days = {"Sun, ", "Mon, ", "Tue, ", "Wed, ",
                                                             "Thu, ", "Fri, ", "Sat, "};
    static constexpr std::array<std::string_view, 12> months = {" Jan ", " Feb ", " Mar ", " Apr ",
                                                                " May ", " Jun ", " Jul ", " Aug ",
                                                                " Sep ", " Oct ", " Nov ", " Dec "};
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(when - day));
    std::string text(days[std::chrono::weekday(day).c_encoding()]);
    append_two(text, static_cast<unsigned>(date.day()));
    text += months[static_cast<unsigned>(date.month()) - 1];
    append_two(text, static_cast<unsigned>(static_cast<int>(date.year()) / 100));
    append_two(text, static_cast<unsigned>(static_cast<int>(date.year()) % 100));
    text += ' ';
    append_two(text, static_cast<unsigned>(time.hours().count()));
    text += ':';
    append_two(text, static_cast<unsigned>(time.minutes().count()));
    text += ':';
    append_two(text, static_cast<unsigned>(time.seconds().count()));
    return text += " GMT";
}

void write_response(
    std::string& out, const response& answer, const reply_facts& facts, const edge_policy& policy
) {
    check_fields(answer);
    out += "HTTP/1.1 ";
    append_number(out, answer.status);
    out.append(" ").append(reason_of(answer.status)).append("\r\n");
    append_date(out, facts.now);
    if (!answer.content_type.empty()) {
        out.append("Content-Type: ").append(answer.content_type).append("\r\n");
    }
    if (answer.no_store) {
        out += "Cache-Control: no-store\r\n";
    }
    for (const auto& [name, value] : answer.headers) {
        out.append(name).append(": ").append(value).append("\r\n");
    }
    out.append("X-Request-Id: ").append(facts.request_id).append("\r\n");
    policy.write(out, answer, facts.secure, facts.origin);
    append_connection(out, facts.connection);
    if (may_have_body(answer.status)) {
        out += "Content-Length: ";
        append_number(out, answer.body.size());
        out += "\r\n";
    }
    out += "\r\n";
    if (may_have_body(answer.status) && !facts.head) {
        out += answer.body;
    }
}

}  // namespace tenon::host
