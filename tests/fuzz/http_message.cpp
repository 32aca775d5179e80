// The request parser: however the bytes are cut into pieces, the same requests come out.
#include "fuzz.hpp"
#include "http/message_parser.hpp"
#include "http/request.hpp"
#include "http/target.hpp"

#include <algorithm>
#include <string>

namespace {

using namespace tenon::host;  // NOLINT: a target of that namespace

constexpr std::size_t header_limit = 4'096;
constexpr std::size_t body_limit = 2'048;

void tell(std::string& told, const request& from) {
    told += from.method + ' ' + from.target + '\n';
    for (std::size_t i = 0; i < from.headers.size(); ++i) {
        const auto [name, value] = from.headers.at(i);
        told += std::string(name) + ": " + std::string(value) + '\n';
    }
    told += from.body + '\n';
}

// The requests that a server makes of it that gets `piece` bytes at a time. What is malformed may
// be refused at once, or when the rest of its header is there.
auto read_in_pieces(std::string_view input, std::size_t piece) -> std::string {
    request into;
    message_parser parser(into, header_limit);
    std::string told;
    std::size_t given = 0;
    std::size_t used = 0;
    for (;;) {
        const auto waiting = input.substr(used, given - used);
        const auto [step, taken] = parser.put(waiting);
        tenon::fuzz::must(taken <= waiting.size(), "no more is used than was given");
        used += taken;
        switch (step) {
            case parse_step::need_more:
                if (given == input.size()) {
                    return told;
                }
                given = std::min(input.size(), given + piece);
                break;
            case parse_step::header: parser.limit_body(body_limit); break;
            case parse_step::message:
                tell(told, into);
                if (!parser.keeps_alive()) {
                    return told;
                }
                into.clear();
                parser.reset();
                break;
            case parse_step::bad:
            case parse_step::too_large_header:
            case parse_step::too_large_body: return told;
        }
    }
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    const auto input = tenon::fuzz::text_of(data, size);
    const auto whole = read_in_pieces(input, input.size() + 1);
    tenon::fuzz::must(whole == read_in_pieces(input, 1), "byte by byte, the same");
    tenon::fuzz::must(whole == read_in_pieces(input, 7), "in pieces of seven, the same");
    return 0;
}
