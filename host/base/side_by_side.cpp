#include "base/side_by_side.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

namespace tenon::host {
namespace asio = boost::asio;

auto side_by_side(std::vector<asio::awaitable<void>> all) -> asio::awaitable<void> {
    if (all.empty()) {
        co_return;  // a group of nothing never ends
    }
    const auto executor = co_await asio::this_coro::executor;
    const auto started = [&](asio::awaitable<void> work) {
        return asio::co_spawn(executor, std::move(work), asio::deferred);
    };
    std::vector<decltype(started(std::move(all.front())))> group;
    group.reserve(all.size());
    for (auto& work : all) {
        group.push_back(started(std::move(work)));
    }
    auto together = asio::experimental::make_parallel_group(std::move(group));
    const auto ended =
        co_await together.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    for (const auto& broken : std::get<1>(ended)) {
        if (broken) {
            std::rethrow_exception(broken);
        }
    }
}

}  // namespace tenon::host
