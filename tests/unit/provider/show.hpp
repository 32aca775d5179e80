// How Catch shows this room's results: why not, never the value.
#pragma once

#include "provider/operation.hpp"
#include "provider/refusal.hpp"
#include "support/result.hpp"

template <class T>
struct Catch::StringMaker<boost::system::result<T, tenon::host::refusal>> {
    static auto convert(const boost::system::result<T, tenon::host::refusal>& shown)
        -> std::string {
        return shown.has_error() ? shown.error().message : "(a value)";
    }
};

template <>
struct Catch::StringMaker<tenon::host::operation_result> {
    static auto convert(const tenon::host::operation_result& shown) -> std::string {
        return shown.has_error() ? shown.error().code + ": " + shown.error().message : "(a value)";
    }
};
