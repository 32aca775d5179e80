// What somebody probably meant to write.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tenon::host {

// The candidate that is fewest insertions, deletions, replacements and swaps of neighbours away
// from `word`, without regard to case, and near enough to be a slip (a third of its length, at most
// 3); empty if none is. The first of equals.
[[nodiscard]] auto nearest_match(std::string_view word, std::span<const std::string> candidates)
    -> std::string;

}  // namespace tenon::host
