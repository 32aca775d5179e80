// How Catch shows a result: its error says what happened; its value may be a secret.
#pragma once

#include "base/result.hpp"
#include "support/catch.hpp"

#include <string>

template <class T>
struct Catch::StringMaker<tenon::host::result<T>> {
    static auto convert(const tenon::host::result<T>& shown) -> std::string {
        if (!shown.has_error()) {
            return "(a value)";
        }
        return std::string(tenon::host::code_of(shown.error().code)) + ": " + shown.error().message;
    }
};
