// Files that are said to be plugins.
#include "fuzz.hpp"
#include "provider/elf_reader.hpp"

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    const auto judged = tenon::host::check_plugin_file(tenon::fuzz::text_of(data, size));
    tenon::fuzz::must(
        judged.has_value() || !judged.error().message.empty(), "a refusal has a reason"
    );
    return 0;
}
