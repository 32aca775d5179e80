// The simulators' own HTTP/1.1 reader: heads and bodies with Content-Length, nothing else.
#pragma once

#include "support/simulator/message.hpp"

namespace tenon::sim {

struct request_head {
    sim_request request;  // without the body
    std::size_t body_size = 0;
    bool keep_alive = true;
};

// Reads the head, whose text ends with an empty line. Nothing where it is not HTTP/1.x, or the body
// is chunked.
[[nodiscard]] auto read_head(std::string_view text) -> std::optional<request_head>;
// A whole answer as bytes. `keep_alive` is told to the client.
[[nodiscard]] auto write_answer(const sim_response& response, bool keep_alive) -> std::string;

}  // namespace tenon::sim
