#include "store/completion.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <optional>
#include <unordered_set>

namespace tenon::host {

namespace asio = boost::asio;

namespace {

// What is left of a waiting coroutine: taken once, by whoever comes first.
class waiter {
  public:
    virtual ~waiter() = default;
    virtual void resume(boost::system::error_code why) = 0;
    // Destroys the coroutine without resuming it.
    virtual void drop() = 0;
};

// Destroys what still waits when its context goes, while the context can still take that.
class waiter_service final : public asio::execution_context::service {
  public:
    using key_type = waiter_service;
    static inline asio::execution_context::id id;

    explicit waiter_service(asio::execution_context& context) : service(context) {}

    void add(std::shared_ptr<waiter> one) {
        const std::lock_guard lock(guard_);
        waiting_.insert(std::move(one));
    }
    void remove(const std::shared_ptr<waiter>& one) {
        const std::lock_guard lock(guard_);
        waiting_.erase(one);
    }

  private:
    void shutdown() override {
        std::unordered_set<std::shared_ptr<waiter>> left;
        {
            const std::lock_guard lock(guard_);
            left.swap(waiting_);
        }
        for (const auto& one : left) {
            one->drop();
        }
    }

    std::mutex guard_;
    std::unordered_set<std::shared_ptr<waiter>> waiting_;
};

template <class Handler>
class handler_waiter final : public waiter, public std::enable_shared_from_this<waiter> {
  public:
    explicit handler_waiter(Handler handler)
        : executor_(asio::prefer(
              asio::get_associated_executor(handler), asio::execution::outstanding_work_t::tracked
          )),
          service_(&asio::use_service<waiter_service>(
              asio::query(asio::get_associated_executor(handler), asio::execution::context)
          )),
          handler_(std::make_unique<Handler>(std::move(handler))) {}

    void enlist() { service_->add(shared_from_this()); }

    // Under the lock, posting can't overlap with the context's end: drop() comes before or after.
    void resume(boost::system::error_code why) override {
        const std::lock_guard lock(guard_);
        if (!handler_) {
            return;
        }
        asio::post(*executor_, [handler = std::move(handler_), why]() mutable {
            auto call = std::move(*handler);
            handler.reset();
            call(why);
        });
        executor_.reset();
        service_->remove(shared_from_this());
    }

    void drop() override {
        std::unique_ptr<Handler> gone;
        std::optional<asio::any_io_executor> executor;
        const std::lock_guard lock(guard_);
        gone = std::move(handler_);
        executor.swap(executor_);
    }

  private:
    std::mutex guard_;
    std::optional<asio::any_io_executor> executor_;
    waiter_service* service_;
    std::unique_ptr<Handler> handler_;
};

struct begin_waiting {
    template <class Handler>
    void operator()(Handler handler, std::function<void(std::function<void()>)> start) const {
        auto slot = asio::get_associated_cancellation_slot(handler);
        auto one = std::make_shared<handler_waiter<Handler>>(std::move(handler));
        one->enlist();
        if (slot.is_connected()) {
            slot.assign([weak = std::weak_ptr<waiter>(one)](asio::cancellation_type /*any*/) {
                if (const auto waiting = weak.lock()) {
                    waiting->resume(asio::error::operation_aborted);
                }
            });
        }
        start([one] { one->resume({}); });
    }
};

}  // namespace

auto wait_for_signal(std::function<void(std::function<void()> resume)> start)
    -> asio::awaitable<void> {
    begin_waiting begin;
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(boost::system::error_code)>(
        begin, asio::use_awaitable, std::move(start)
    );
}

}  // namespace tenon::host
