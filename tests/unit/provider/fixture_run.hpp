// A coroutine, run to its end on a loop of its own.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

namespace tenon::test {

template <class T>
auto run(boost::asio::awaitable<T> work) -> T {
    boost::asio::io_context context;
    std::optional<T> out;
    std::exception_ptr thrown;
    boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr failed, T value) {
        thrown = failed;
        if (!failed) {
            out.emplace(std::move(value));
        }
    });
    context.run();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    return std::move(*out);
}

}  // namespace tenon::test
