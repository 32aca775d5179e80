// What RapidCheck invents for us. RapidCheck's own Catch header knows only Catch2's version 2: not
// used.
#pragma once

#include "support/catch.hpp"

#include <rapidcheck.h>
#include <string>

namespace tenon::test {

// Any Unicode text but NUL, as UTF-8: from all planes, with what escaping goes wrong on.
[[nodiscard]] auto any_text() -> rc::Gen<std::string>;

// A JSON object as text: odd spaces, duplicate keys, huge numbers, escapes, nested.
[[nodiscard]] auto any_json_object() -> rc::Gen<std::string>;

// One of `name-0` to `name-(count - 1)`.
[[nodiscard]] auto one_of_few(const std::string& name, int count) -> rc::Gen<std::string>;

// At least 100 cases; prints the seed, and the smallest counterexample.
template <class Property>
void check_property(const std::string& sentence, Property property) {
    CHECK(rc::check(sentence, property));
}

}  // namespace tenon::test
