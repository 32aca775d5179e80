// A file that is said to be a backup, checked as before a restore.
#include "backup/checking.hpp"
#include "fuzz.hpp"

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    using namespace tenon::host;  // NOLINT: a target of that namespace
    const auto input = tenon::fuzz::text_of(data, size);
    std::size_t at = 0;
    const auto source = [&](std::span<char> into) -> result<std::size_t> {
        const auto got = input.copy(into.data(), into.size(), at);
        at += got;
        return got;
    };
    const auto checked = check_backup(source, nullptr, [](std::int64_t, std::int64_t) {});
    if (checked.has_value()) {
        tenon::fuzz::must(at == size && checked->size == size, "it is read to its end");
    }
    if (const auto values = read_values(input); values.has_value()) {
        std::string again;
        for (const auto& value : *values) {
            append_value(again, value);
        }
        tenon::fuzz::must(again == input, "values can be written again");
    }
    return 0;
}
