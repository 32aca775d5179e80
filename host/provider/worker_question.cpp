#include "provider/worker_question.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace tenon::host {
namespace {

namespace asio = boost::asio;

struct begin_waiting {
    template <class Handler>
    void operator()(Handler handler, const std::shared_ptr<worker_question>& question) const {
        auto executor = asio::prefer(
            asio::get_associated_executor(handler), asio::execution::outstanding_work_t::tracked
        );
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            slot.assign([weak = std::weak_ptr(question)](asio::cancellation_type /*any*/) {
                if (const auto waiting = weak.lock()) {
                    waiting->cancel();
                }
            });
        }
        auto kept = std::make_shared<Handler>(std::move(handler));
        question->park([kept, executor](boost::system::error_code failed) {
            asio::dispatch(executor, [kept, failed]() mutable { std::move (*kept)(failed); });
        });
    }
};

}  // namespace

void worker_question::park(resume go_on) {
    {
        const std::lock_guard lock(guard_);
        if (!reply_) {
            resume_ = std::move(go_on);
            return;
        }
    }
    go_on({});
}

void worker_question::answer(worker_reply reply) {
    resume go_on;
    {
        const std::lock_guard lock(guard_);
        reply_ = std::move(reply);
        go_on.swap(resume_);
    }
    if (go_on) {
        go_on({});
    }
}

void worker_question::cancel() {
    resume go_on;
    {
        const std::lock_guard lock(guard_);
        go_on.swap(resume_);
    }
    if (go_on) {
        go_on(asio::error::operation_aborted);
    }
}

void worker_question::drop() {
    resume gone;  // destroyed after the lock is let go: the coroutine goes with it
    const std::lock_guard lock(guard_);
    gone.swap(resume_);
}

auto worker_question::wait() -> asio::awaitable<worker_reply> {
    const auto self = shared_from_this();
    begin_waiting begin;
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(boost::system::error_code)>(
        begin, asio::use_awaitable, self
    );
    auto out = std::move(*self->reply_);
    co_return out;
}

}  // namespace tenon::host
