// A value, or the reason why there is none.
#pragma once

#include "base/error.hpp"

#include <boost/system/result.hpp>
#include <stdexcept>

namespace tenon::host {

// Thrown by result<T>::value() on a failure: asking for a value that isn't there is a bug.
class bad_result : public std::logic_error {
  public:
    explicit bad_result(const error& failure)
        : std::logic_error(std::string(code_of(failure.code)) + ": " + failure.message) {}
};

[[noreturn]] inline void throw_exception_from_error(
    const error& failure, const boost::source_location& /*where*/
) {
    throw bad_result(failure);
}

// boost::system::result 1.81 may be dropped unseen; this one may not.
template <class T>
class [[nodiscard]] result : public boost::system::result<T, error> {
    using base = boost::system::result<T, error>;

  public:
    using base::base;
};

// `return fail(errc::not_found, "no connection of that id");`
[[nodiscard]] inline auto fail(errc code, std::string message) -> error {
    return error{code, std::move(message), {}, {}};
}

}  // namespace tenon::host
