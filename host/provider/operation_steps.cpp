#include "provider/host_calls.hpp"
#include "provider/operation_run.hpp"
#include "provider/wire_abi.hpp"

#include <tenon/operation.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenon::host {
namespace asio = boost::asio;

auto operation_run::sleep() -> awaitable<void> {
    const auto length = std::get<sleep_action>(action_).length;
    if (length > remaining()) {
        action_ = stop(
            failure_category::unavailable, "deadline",
            "the plugin wants to wait beyond the operation's deadline"
        );
        co_return;
    }
    asio::steady_timer timer(co_await asio::this_coro::executor, length);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    tenon_reply reply{};
    reply.struct_size = sizeof reply;
    reply.kind = TENON_ACTION_SLEEP;
    reply.now_ms = time_.now().time_since_epoch().count();
    take(op_.step(reply));
}

auto operation_run::call() -> awaitable<void> {
    const auto served = serve_call(std::get<call_action>(action_), parts_.about, context().values);
    std::vector<tenon_kv> out;
    for (const auto& item : served.out) {
        out.push_back({as_str(item.key), as_str(item.value), item.flags, 0});
    }
    tenon_reply reply{};
    reply.struct_size = sizeof reply;
    reply.kind = TENON_ACTION_CALL;
    reply.now_ms = time_.now().time_since_epoch().count();
    reply.call_status = served.status;
    reply.call_out = {out.data(), out.size()};
    take(op_.step(reply));
    co_return;
}

void operation_run::step_with(const outbound_response& response) {
    std::vector<tenon_kv> headers;
    headers.reserve(response.headers.size());
    for (const auto& [name, value] : response.headers) {
        headers.push_back({as_str(name), as_str(value), 0, 0});
    }
    tenon_http_response http{};
    http.struct_size = sizeof http;
    http.transport = static_cast<std::uint32_t>(response.outcome);
    http.status = response.outcome == transport::ok ? response.status : 0;
    http.sent = static_cast<std::uint32_t>(response.sent);
    http.headers = {headers.data(), headers.size()};
    http.body = as_str(
        response.outcome == transport::ok ? std::string_view(response.body) : std::string_view{}
    );
    tenon_reply reply{};
    reply.struct_size = sizeof reply;
    reply.kind = TENON_ACTION_HTTP;
    const auto when = response.sent_at == time_point{} ? time_.now() : response.sent_at;
    reply.now_ms = when.time_since_epoch().count();
    reply.http = &http;
    take(op_.step(reply));
}

}  // namespace tenon::host
