// Runs a fuzz target over files, and the files of folders, given as arguments: in builds without
// libFuzzer.
#include "fuzz.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

auto files_in(const std::filesystem::path& place) -> std::vector<std::filesystem::path> {
    if (!std::filesystem::is_directory(place)) {
        return {place};
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(place)) {
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

void replay(const std::filesystem::path& file) {
    std::cerr << file.filename().string() << '\n';  // the last one named is the one that crashed
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        throw std::runtime_error("can't be read: " + file.string());
    }
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    // No byte behind the end is the input's.
    const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

auto replay_all(const std::vector<std::filesystem::path>& places) -> std::size_t {
    std::size_t count = 0;
    for (const auto& place : places) {
        for (const auto& file : files_in(place)) {
            replay(file);
            ++count;
        }
    }
    return count;
}

}  // namespace

auto main(int argc, char** argv) -> int {
    try {
        const auto count = replay_all({argv + 1, argv + argc});
        std::cerr << count << " inputs\n";
        return count == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    } catch (const std::exception& problem) {
        std::cerr << problem.what() << '\n';
        return EXIT_FAILURE;
    }
}
