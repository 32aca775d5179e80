// The pins of a folder of plugins.
#include "fuzz.hpp"
#include "provider/plugin_pins.hpp"

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    using namespace tenon::host;  // NOLINT: a target of that namespace
    if (const auto pins = parse_pins(tenon::fuzz::text_of(data, size)); pins.has_value()) {
        const auto written = serialize(*pins);
        tenon::fuzz::must(serialize(parse_pins(written).value()) == written, "the same pins");
    }
    return 0;
}
