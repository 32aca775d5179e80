#include "base/pause.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenon::host {

namespace asio = boost::asio;

asio::execution_context::id pause_service::id;

auto pause(milliseconds span) -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    auto& context = asio::query(executor, asio::execution::context);
    if (const auto& own = asio::use_service<pause_service>(context).wait) {
        auto waiting = own(span);
        co_return co_await std::move(waiting);
    }
    asio::steady_timer timer(executor, span);
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace tenon::host
