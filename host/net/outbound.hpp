// The client behind base's outbound_http.
#pragma once

#include "base/outbound.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <memory>
#include <string>

namespace tenon::host {

struct outbound_options {
    std::string proxy;     // `http://proxy:3128`; empty: none, whatever the environment says
    std::string no_proxy;  // names that go directly, comma-separated
    // Requests for addresses that users supplied go directly, where each address can be checked as
    // it is connected to, unless the operator says that the proxy itself refuses networks that
    // aren't public.
    bool proxy_guards_addresses = false;
    std::string ca_file;  // PEM bundle; empty: the system's
    std::size_t per_origin =
        50;  // exchanges at a time with one scheme, host and port; more wait within their deadline
    std::size_t idle_connections = 64;         // kept for reuse
    std::size_t max_header_bytes = 64 * 1024;  // of an answer; more: too_large
    milliseconds connect_timeout{10'000};  // of the request's timeout, at most this much to connect
    std::string user_agent = "tenon";
};

// Exchanges run on a strand of `executor`; awaiting callers may be anywhere. Destroying it ends
// what is in flight as cancelled. Throws std::runtime_error if libcurl can't be initialised.
[[nodiscard]] auto make_outbound(boost::asio::any_io_executor executor, outbound_options options)
    -> std::unique_ptr<outbound_http>;

}  // namespace tenon::host
