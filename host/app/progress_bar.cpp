#include "app/progress_bar.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>

namespace tenon::host {
namespace {

auto is_watched() -> bool {
    return ::isatty(STDERR_FILENO) == 1;
}

}  // namespace

void draw_progress(std::int64_t done, std::int64_t total) {
    constexpr int width = 40;
    if (!is_watched()) {
        return;
    }
    const auto filled =
        total <= 0 ? width : static_cast<int>(std::min(done, total) * width / total);
    std::cerr << "\r[" << std::string(static_cast<std::size_t>(filled), '#')
              << std::string(static_cast<std::size_t>(width - filled), '.') << "] " << done << '/'
              << total << std::flush;
}

void end_progress() {
    if (is_watched()) {
        std::cerr << '\n';
    }
}

}  // namespace tenon::host
