// Writing what must not be lost.
#pragma once

#include "base/pause.hpp"
#include "base/result.hpp"
#include "oauth/context.hpp"
#include "store/database.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <utility>

namespace tenon::host {

// A write on an organization's rows that is tried again while storage is away, for as long as an
// operation may last. Fn must be copyable.
template <class Fn>
auto persist(oauth_context& context, org_id org, Fn fn)
    -> boost::asio::awaitable<std::invoke_result_t<Fn&, sql_session&>> {
    const auto give_up = context.time.now() + context.options.operation_deadline;
    milliseconds wait{50};
    for (;;) {
        auto done = co_await context.db.with_org(org, access::write, fn);
        if (!done.has_error() || done.error().code != errc::storage_unavailable ||
            context.time.now() + wait > give_up) {
            co_return done;
        }
        co_await pause(wait);
        wait = std::min(wait * 2, milliseconds(1'000));
    }
}

// Told that what is to be written waits for storage longer than an operation may last.
using overdue_listener = std::function<void(const error&)>;

// The same without an end, of what is held nowhere else: `overdue` (which may be empty) is told
// once, and it is tried again for as long as the host lives.
template <class Fn>
auto persist_at_last(oauth_context& context, org_id org, Fn fn, overdue_listener overdue)
    -> boost::asio::awaitable<std::invoke_result_t<Fn&, sql_session&>> {
    for (;;) {
        auto done = co_await persist(context, org, fn);
        if (!done.has_error() || done.error().code != errc::storage_unavailable) {
            co_return done;
        }
        if (overdue) {
            std::exchange(overdue, nullptr)(done.error());
        }
    }
}

}  // namespace tenon::host
