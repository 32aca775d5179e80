// Resumes a coroutine from a thread that the coroutine's executor knows nothing of.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

namespace tenon::host {

// Calls start(resume) and waits until resume() is called: once, from any thread, also after the
// waiting coroutine was cancelled (then it has resumed with operation_aborted) or its executor's
// context was destroyed (then it is gone): both are harmless.
auto wait_for_signal(std::function<void(std::function<void()> resume)> start)
    -> boost::asio::awaitable<void>;

}  // namespace tenon::host
