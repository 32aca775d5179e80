// Logging from an allow-list: a line is an event's name and named fields of types that can't hold a
// secret by accident.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tenon::host {

enum class log_level { trace, debug, info, warn, error, off };
enum class log_format { text, json };

// The fields that a log line may have. There is none for a URL, a header, a body or a token: add
// one here, with a reason, rather than putting such a thing into `detail`.
enum class log_key {
    request_id,
    method,
    route,
    status,
    duration_ms,
    bytes,
    client,  // a request of ours; route is the pattern, not the path
    org,
    connection,
    grant,
    provider,
    operation,
    slot,
    outcome,
    generation,
    code,    // one of our error codes, or the provider's
    detail,  // one sentence of our own making
    path,
    address,
    count,
    key_id,
    version,
    signal
};

struct log_field {
    log_key key;
    std::string value;
    log_field(log_key k, std::string_view v) : key(k), value(v) {}
    log_field(log_key k, std::integral auto v) : key(k), value(std::to_string(v)) {}
};

// Sets the sink (standard error), level and format. Once, before threads start.
void configure_log(log_level level, log_format format);
// Any thread.
void set_log_level(log_level level);
// Writes one line: time, level, event, fields. Any thread; asynchronous writers are flushed by
// flush_log().
void log(log_level level, std::string_view event, std::initializer_list<log_field> fields = {});
// Would a line of that level be written? For paths that can't afford to make its fields in vain.
// Any thread.
[[nodiscard]] auto log_enabled(log_level level) noexcept -> bool;
void flush_log();

}  // namespace tenon::host
