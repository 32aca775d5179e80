#include "api/json_writer.hpp"

#include "http/problem.hpp"

namespace tenon::host {

void json_writer::separate() {
    if (comma_) {
        text_ += ',';
    }
    comma_ = true;
}

auto json_writer::open(char bracket) -> json_writer& {
    separate();
    text_ += bracket;
    comma_ = false;
    return *this;
}

auto json_writer::close(char bracket) -> json_writer& {
    text_ += bracket;
    comma_ = true;
    return *this;
}

auto json_writer::key(std::string_view name) -> json_writer& {
    separate();
    append_json_string(text_, name);
    text_ += ':';
    comma_ = false;
    return *this;
}

auto json_writer::value(std::string_view text) -> json_writer& {
    separate();
    append_json_string(text_, text);
    return *this;
}

auto json_writer::value(bool yes) -> json_writer& {
    return raw(yes ? "true" : "false");
}

auto json_writer::raw(std::string_view json) -> json_writer& {
    separate();
    text_ += json.empty() ? std::string_view("null") : json;
    return *this;
}

}  // namespace tenon::host
