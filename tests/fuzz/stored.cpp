// What was stored by an earlier version, or by a hand that has the key: replies, parked
// connections, exchanges.
#include "fuzz.hpp"
#include "oauth/exchange.hpp"
#include "oauth/landing.hpp"
#include "provider/recorded_reply.hpp"

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    using namespace tenon::host;  // NOLINT: a target of that namespace
    using tenon::fuzz::must;
    const auto input = tenon::fuzz::text_of(data, size);
    if (const auto reply = parse_recorded_reply(input); reply.has_value()) {
        must(parse_recorded_reply(serialize(*reply)).has_value(), "a reply can be written again");
    }
    if (const auto what = parse_landing(input); what.has_value()) {
        must(
            serialize(parse_landing(serialize(*what)).value()) == serialize(*what),
            "the same landing"
        );
    }
    if (const auto what = parse_exchange_input(input); what.has_value()) {
        must(
            serialize(parse_exchange_input(serialize(*what)).value()) == serialize(*what),
            "the same exchange"
        );
    }
    (void)params_from_json(input);
    return 0;
}
