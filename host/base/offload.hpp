// The only door from coroutines to blocking code.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tenon::host {

// Runs fn(args...) on the pool and resumes the caller on its own executor. Arguments, not a
// closure: g++ 12 frees the captures of closures in co_await expressions twice.
template <class Fn, class... Args>
auto offload(boost::asio::thread_pool& pool, Fn fn, Args... args)
    -> boost::asio::awaitable<std::invoke_result_t<Fn, Args...>> {
    auto job = [fn, bound = std::make_tuple(std::move(args)...)](
               ) mutable -> boost::asio::awaitable<std::invoke_result_t<Fn, Args...>> {
        co_return std::apply(fn, std::move(bound));
    };
    return boost::asio::co_spawn(pool, std::move(job), boost::asio::use_awaitable);
}

}  // namespace tenon::host
