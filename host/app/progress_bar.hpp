// How far something long is: one line on standard error that is drawn over where a person looks on.
#pragma once

#include <cstdint>

namespace tenon::host {

// Nothing where nobody looks on.
void draw_progress(std::int64_t done, std::int64_t total);
// Ends the line.
void end_progress();

}  // namespace tenon::host
