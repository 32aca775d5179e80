// Reads one request after the other out of bytes. Beast's parser does the grammar; what it forgives
// is refused here.
#pragma once

#include "http/request.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace tenon::host {

enum class parse_step {
    need_more,  // the bytes are used up, as far as they could be
    header,     // the header is complete: look at it, set the body's limit, go on
    message,    // all of it is there
    bad,        // not a request that may be answered with anything but an error; see problem()
    too_large_header,
    too_large_body,
};

class message_parser {
  public:
    // Fills `into`, which outlives it. `header_limit` in bytes, request line included.
    message_parser(request& into, std::size_t header_limit);
    ~message_parser();
    message_parser(const message_parser&) = delete;
    auto operator=(const message_parser&) -> message_parser& = delete;

    // Begins the next request; `into` was cleared by the caller.
    void reset();

    struct progress {
        parse_step step;
        std::size_t used;  // bytes that need not be given again
    };
    // The unused bytes of the last call come again, in front. Refused beyond Beast: both or
    // repeated Content-Length and Transfer-Encoding, any coding but `chunked` (RFC 9112 6.1, 6.3),
    // folded lines (5.2), a missing or repeated Host (3.2).
    [[nodiscard]] auto put(std::string_view bytes) -> progress;
    // What is wrong, in one sentence, after `bad`.
    [[nodiscard]] auto problem() const noexcept -> std::string_view;

    // From step `header` on:
    [[nodiscard]] auto content_length() const -> std::optional<std::uint64_t>;
    [[nodiscard]] auto has_body() const -> bool;  // also a chunked one that turns out empty
    [[nodiscard]] auto keeps_alive() const -> bool;
    [[nodiscard]] auto is_http_1_0() const -> bool;
    void limit_body(std::size_t bytes);

  private:
    class impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tenon::host
