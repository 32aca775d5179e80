#include "base/log.hpp"

#include "base/clock.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

log_format format_in_use = log_format::text;  // written once, before threads start

auto name_of(log_key key) -> std::string_view {
    switch (key) {
        case log_key::request_id: return "request_id";
        case log_key::method: return "method";
        case log_key::route: return "route";
        case log_key::status: return "status";
        case log_key::duration_ms: return "duration_ms";
        case log_key::bytes: return "bytes";
        case log_key::client: return "client";
        case log_key::org: return "org";
        case log_key::connection: return "connection";
        case log_key::grant: return "grant";
        case log_key::provider: return "provider";
        case log_key::operation: return "operation";
        case log_key::slot: return "slot";
        case log_key::outcome: return "outcome";
        case log_key::generation: return "generation";
        case log_key::code: return "code";
        case log_key::detail: return "detail";
        case log_key::path: return "path";
        case log_key::address: return "address";
        case log_key::count: return "count";
        case log_key::key_id: return "key_id";
        case log_key::version: return "version";
        case log_key::signal: return "signal";
    }
    return "unknown";
}

auto to_spdlog(log_level level) -> spdlog::level::level_enum {
    switch (level) {
        case log_level::trace: return spdlog::level::trace;
        case log_level::debug: return spdlog::level::debug;
        case log_level::info: return spdlog::level::info;
        case log_level::warn: return spdlog::level::warn;
        case log_level::error: return spdlog::level::err;
        case log_level::off: return spdlog::level::off;
    }
    return spdlog::level::info;
}

auto logger() -> spdlog::logger& {
    static auto instance = [] {
        auto made = spdlog::stderr_logger_mt("tenon");
        made->set_pattern("%v");
        return made;
    }();
    return *instance;
}

// Text of foreign origin must not be able to forge a line.
auto json_text(std::string_view text) -> std::string {
    return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void configure_log(log_level level, log_format format) {
    format_in_use = format;
    logger().set_level(to_spdlog(level));
    logger().flush_on(spdlog::level::trace);
}

void set_log_level(log_level level) {
    logger().set_level(to_spdlog(level));
}

void log(log_level level, std::string_view event, std::initializer_list<log_field> fields) {
    const auto at = to_spdlog(level);
    if (!logger().should_log(at)) {
        return;
    }
    const std::string now = to_rfc3339(system_clock().now());
    const auto level_name = spdlog::level::to_string_view(at);
    const std::string_view level_text(level_name.data(), level_name.size());
    std::string line;
    if (format_in_use == log_format::json) {
        line = "{\"time\":\"" + now + "\",\"level\":\"" + std::string(level_text) +
               "\",\"event\":" + json_text(event);
        for (const auto& field : fields) {
            line += ",\"" + std::string(name_of(field.key)) + "\":" + json_text(field.value);
        }
        line += '}';
    } else {
        line = now + ' ' + std::string(level_text) + ' ' + std::string(event);
        for (const auto& field : fields) {
            line += ' ' + std::string(name_of(field.key)) + '=' + json_text(field.value);
        }
    }
    logger().log(at, line);
}

auto log_enabled(log_level level) noexcept -> bool {
    return logger().should_log(to_spdlog(level));
}

void flush_log() {
    logger().flush();
}

}  // namespace tenon::host
