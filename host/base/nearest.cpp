#include "base/nearest.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <vector>

namespace tenon::host {
namespace {

constexpr std::size_t longest = 64;  // more is no slip

// Optimal string alignment: Damerau's distance in which no part is edited twice.
auto distance(std::string_view left, std::string_view right) -> std::size_t {
    std::vector<std::size_t> before(right.size() + 1);
    std::vector<std::size_t> above(right.size() + 1);
    std::vector<std::size_t> row(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j) {
        above[j] = j;
    }
    for (std::size_t i = 1; i <= left.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        std::swap(before, above);
        std::swap(above, row);
    }
    return above[right.size()];
}

}  // namespace

auto nearest_match(std::string_view word, std::span<const std::string> candidates) -> std::string {
    if (word.empty() || word.size() > longest) {
        return {};
    }
    const auto plain = to_lower(word);
    std::size_t allowed = std::clamp<std::size_t>(word.size() / 3, 1, 3);
    std::string best;
    for (const auto& candidate : candidates) {
        if (candidate.size() > longest) {
            continue;
        }
        const auto edits = distance(plain, to_lower(candidate));
        if (best.empty() ? edits <= allowed : edits < allowed) {
            allowed = edits;
            best = candidate;
        }
    }
    return best;
}

}  // namespace tenon::host
