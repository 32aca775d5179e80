// Why something that a plugin asked for is not done.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace tenon::host {

enum class refusal_kind {
    denied,  // policy: the plugin is told TENON_TRANSPORT_DENIED, nothing is sent
    broken,  // the request breaks the ABI's contract: the operation ends
};

struct refusal {
    refusal_kind kind = refusal_kind::denied;
    std::string message;  // no secret
};

template <class T>
using or_refusal = boost::system::result<T, refusal>;

[[nodiscard]] inline auto denied(std::string message) -> refusal {
    return {refusal_kind::denied, std::move(message)};
}
[[nodiscard]] inline auto broken(std::string message) -> refusal {
    return {refusal_kind::broken, std::move(message)};
}

}  // namespace tenon::host
