#include "http/session.hpp"

#include "base/log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <typeinfo>

namespace tenon::host {
namespace asio = boost::asio;
namespace {

// How long a connection that never sent anything is given once the host drains: it was accepted,
// its request may be on its way.
constexpr milliseconds fresh_while_draining{250};
// A session that has been idle for this long gives back what its last request left behind.
constexpr milliseconds idle_before_trim{1000};

}  // namespace

auto session_list::add(const std::shared_ptr<session_base>& opened) -> place {
    const std::lock_guard lock(guard_);
    ++size_;
    return sessions_.insert(sessions_.end(), opened);
}

void session_list::remove(place where) noexcept {
    const std::lock_guard lock(guard_);
    sessions_.erase(where);
    --size_;
}

auto session_list::all() const -> std::vector<std::shared_ptr<session_base>> {
    std::vector<std::shared_ptr<session_base>> found;
    const std::lock_guard lock(guard_);
    found.reserve(sessions_.size());
    for (const auto& known : sessions_) {
        if (auto session = known.lock()) {
            found.push_back(std::move(session));
        }
    }
    return found;
}

session_base::session_base(
    std::shared_ptr<session_context> owner, const conversation_context& shared,
    const router& routes, session_strand strand, std::string peer, bool secure
)
    : owner_(std::move(owner)),
      talk_(shared, routes, std::move(peer), secure),
      limits_(shared.limits),
      strand_(std::move(strand)),
      deadline_(steady::time_point::max().time_since_epoch().count()) {}

void session_base::turn_away() {
    turned_away_ = true;
    talk_.turn_away();
}

void session_base::start() {
    place_ = owner_->sessions.add(shared_from_this());
    if (auto* observer = owner_->observer.load()) {
        turned_away_ ? observer->connection_refused() : observer->connection_opened();
    }
    asio::co_spawn(
        strand_, lifetime(shared_from_this()),
        asio::bind_cancellation_slot(stop_.slot(), asio::detached)
    );
}

auto session_base::lifetime(std::shared_ptr<session_base> self) -> asio::awaitable<void> {
    // Leaves the list even if the context is destroyed with the coroutine suspended in it.
    struct on_exit {
        session_base& session;
        ~on_exit() { session.finish(); }
    };
    const on_exit leave{*self};
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    if (owner_->draining) {
        on_drain();
    }
    try {
        co_await run();
    } catch (const std::exception& thrown) {
        log(log_level::error, "session failed", {{log_key::detail, typeid(thrown).name()}});
    }
    close_now();
}

void session_base::finish() {
    auto& tally = owner_->tally;
    if (owner_->draining) {
        ++(cut_ ? tally.cut : cancelled_ ? tally.cancelled : tally.finished);
    }
    auto* observer = owner_->observer.load();
    if (observer != nullptr && !turned_away_) {
        observer->connection_closed();
    }
    owner_->sessions.remove(place_);
    owner_->session_ended();
}

void session_base::set_deadline(milliseconds from_now) {
    deadline_is_for_reading_ = false;
    deadline_.store((steady::now() + from_now).time_since_epoch().count());
}

void session_base::set_reading_deadline() {
    const auto phase = talk_.phase();
    // A request has one deadline for its header and one for its body, however many bytes come at a
    // time.
    const auto number = talk_.request_number();
    const bool same = deadline_for_ == phase && deadline_for_number_ == number;
    if (deadline_is_for_reading_ && same && phase != reading_phase::idle) {
        return;
    }
    switch (phase) {
        case reading_phase::fresh:
            set_deadline(drain_seen_ ? fresh_while_draining : limits_.header_deadline);
            break;
        case reading_phase::header: set_deadline(limits_.header_deadline); break;
        case reading_phase::idle: set_deadline(limits_.idle_deadline); break;
        case reading_phase::body: set_deadline(limits_.body_deadline); break;
    }
    const bool idle = phase == reading_phase::idle || phase == reading_phase::fresh;
    idle_since_.store(
        idle ? (steady::now() + idle_before_trim).time_since_epoch().count() : 0,
        std::memory_order_relaxed
    );
    deadline_is_for_reading_ = true;
    deadline_for_ = phase;
    deadline_for_number_ = number;
}

void session_base::sweep(steady::time_point now) {
    const auto ticks = now.time_since_epoch().count();
    const auto trim_at = idle_since_.load(std::memory_order_relaxed);
    if (deadline_.load() <= ticks) {
        asio::post(strand_, [self = shared_from_this()] { self->on_deadline(); });
    } else if (trim_at != 0 && trim_at <= ticks) {
        idle_since_.store(0, std::memory_order_relaxed);
        asio::post(strand_, [self = shared_from_this()] {
            if (self->waiting_for_request_) {
                self->talk_.trim();
            }
        });
    }
}

void session_base::on_deadline() {
    if (deadline_.load() > steady::now().time_since_epoch().count()) {
        return;  // it got on in the meantime
    }
    no_deadline();
    deadline_passed_ = true;
    if (handling_) {
        stop_.emit(asio::cancellation_type::total);
    } else {
        cancel_io();
    }
}

void session_base::begin_drain() {
    asio::post(strand_, [self = shared_from_this()] { self->on_drain(); });
}

void session_base::on_drain() {
    if (drain_seen_) {
        return;
    }
    drain_seen_ = true;
    talk_.begin_drain();
    if (waiting_for_request_) {
        drain_kick_ = true;
        deadline_is_for_reading_ = false;
        cancel_io();
    }
}

void session_base::cancel_handler() {
    asio::post(strand_, [self = shared_from_this()] {
        self->cancelled_ = true;
        self->stop_.emit(asio::cancellation_type::total);
    });
}

void session_base::cut() {
    asio::post(strand_, [self = shared_from_this()] {
        self->cut_ = true;
        self->stop_.emit(asio::cancellation_type::terminal);
        self->close_now();
    });
}

auto session_base::handle() -> asio::awaitable<void> {
    bool threw = false;
    bool was_cancelled = false;
    response made;
    handling_ = true;
    set_deadline(limits_.handler_deadline);
    co_await asio::this_coro::throw_if_cancelled(true);
    try {
        auto answer = talk_.call();
        made = co_await std::move(answer);
    } catch (const boost::system::system_error& thrown) {
        threw = true;
        was_cancelled = thrown.code() == asio::error::operation_aborted;
    } catch (const std::exception& thrown) {
        threw = true;
        log(log_level::error, "handler failed",
            {{log_key::request_id, talk_.request_id()}, {log_key::detail, typeid(thrown).name()}});
    }
    handling_ = false;
    no_deadline();
    deadline_passed_ = false;
    // What cancelled the handler must not cancel the sending of its answer.
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    if (!threw) {
        talk_.answered(made);
    } else if (was_cancelled && drain_seen_) {
        talk_.failed(503, fail(errc::shutting_down, "The host is stopping. Try again."));
    } else if (was_cancelled) {
        talk_.failed(
            504, fail(errc::provider_timeout, "This took too long and was given up. Try again.")
        );
    } else {
        talk_.failed(500, fail(errc::internal, "Something went wrong here. It was logged."));
    }
}

}  // namespace tenon::host
