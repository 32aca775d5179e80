// Which way this plugin is broken in: a text in its file that the test overwrites, `none` as built.
#pragma once

namespace mutant {

// A mutation is named after the check that it breaks, mostly.
auto is(const char* mutation) noexcept -> bool;

}  // namespace mutant
