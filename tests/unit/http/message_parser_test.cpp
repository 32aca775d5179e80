// Bytes become requests, in whatever pieces they come.
#include "http/message_parser.hpp"

#include "http/request.hpp"
#include "support/catch.hpp"

namespace tenon::host {
namespace {

constexpr std::string_view chunked =
    "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

// The body that comes out, given `piece` bytes at a time; nothing where it is refused or
// unfinished.
auto body_in_pieces(const std::string& bytes, std::size_t piece) -> std::optional<std::string> {
    request into;
    message_parser parser(into, 4'096);
    const std::string_view all = bytes;
    std::size_t used = 0;
    for (std::size_t given = 0; given <= all.size(); given += piece) {
        for (;;) {
            const auto [step, taken] = parser.put(all.substr(used, given - used));
            used += taken;
            if (step == parse_step::message) {
                return into.body;
            }
            if (step == parse_step::need_more) {
                break;
            }
            if (step != parse_step::header) {
                return std::nullopt;
            }
        }
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("a chunked body may come byte by byte, its last chunk too") {
    const std::string head(chunked);
    for (const std::size_t piece : {1U, 2U, 3U, 4U, 5U, 7U}) {
        CAPTURE(piece);
        const std::string padding(64, ' ');  // so that each size of a piece reaches the end
        CHECK(body_in_pieces(head + "0\r\n\r\n" + padding, piece) == "");
        CHECK(body_in_pieces(head + "3;q=1\r\nabc\r\n0\r\n\r\n" + padding, piece) == "abc");
        CHECK(body_in_pieces(head + "1\r\na\r\n000\r\nT: 1\r\n\r\n" + padding, piece) == "a");
        CHECK_FALSE(body_in_pieces(head + "0\r\n\rx" + padding, piece));
        CHECK_FALSE(body_in_pieces(head + "0\r\n", piece));
    }
}

}  // namespace tenon::host
