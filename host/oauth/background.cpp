#include "oauth/background.hpp"

#include "base/log.hpp"
#include "base/pause.hpp"
#include "oauth/audit_chain.hpp"
#include "oauth/change_feed.hpp"
#include "oauth/cleaning.hpp"
#include "oauth/erasure.hpp"
#include "oauth/lapsing.hpp"
#include "oauth/leaving.hpp"
#include "oauth/owed_revoking.hpp"
#include "oauth/recovery.hpp"
#include "oauth/scheduler.hpp"
#include "oauth/token_cache.hpp"
#include "store/database.hpp"

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace tenon::host {

namespace this_coro = boost::asio::this_coro;

namespace {

constexpr milliseconds recovery_interval{15'000};
constexpr milliseconds cleaning_interval{60'000};
constexpr milliseconds revoking_interval{5'000};
constexpr milliseconds sealing_interval{1'000};
constexpr milliseconds stop_poll{10};

}  // namespace

struct background_work::implementation : std::enable_shared_from_this<implementation> {
    implementation(oauth_context& shared, refresher& refreshes)
        : context(shared), refresh(refreshes), feed(shared), scheduler(shared, refreshes) {}

    oauth_context& context;
    refresher& refresh;
    change_feed feed;
    refresh_scheduler scheduler;
    std::atomic<bool> stopping{false};
    std::atomic<int> running{0};

    // A loop's strand, and what ends its rest.
    struct sleeper {
        explicit sleeper(const boost::asio::any_io_executor& on) : strand(make_strand(on)) {}
        boost::asio::strand<boost::asio::any_io_executor> strand;
        boost::asio::cancellation_signal wake;
        std::atomic<bool> called{false};  // since its turn began
    };
    std::vector<std::unique_ptr<sleeper>> sleepers;  // as start() made them

    // Waits; call() and stop() end that, and nothing else that a loop is in.
    auto rest(const sleeper& own, milliseconds span) const -> boost::asio::awaitable<void> {
        if (stopping || own.called) {
            co_return;
        }
        co_await this_coro::reset_cancellation_state(boost::asio::enable_terminal_cancellation());
        try {
            co_await pause(span);
        } catch (const boost::system::system_error&) {
            log(log_level::trace, "background work is woken");
        }
        co_await this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    }

    // The loop's next turn comes at once. Any thread.
    void call(sleeper& one) {
        one.called = true;
        boost::asio::post(one.strand, [self = shared_from_this(), &wake = one.wake] {
            wake.emit(boost::asio::cancellation_type::terminal);
        });
    }

    auto caller_of(sleeper& one) -> std::function<void()> {
        return [weak = weak_from_this(), &one] {
            if (const auto alive = weak.lock()) {
                alive->call(one);
            }
        };
    }

    void wake_all() {
        for (const auto& one : sleepers) {
            call(*one);
        }
    }

    // One loop's turn must not end the loop: what it could not do it does next time.
    template <class Turn>
    auto loop(const char* name, sleeper& own, Turn turn) -> boost::asio::awaitable<void> {
        co_await this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
        while (!stopping) {
            milliseconds wait{1'000};
            own.called = false;
            try {
                wait = co_await turn();
            } catch (const std::exception& problem) {
                log(log_level::error, "background work failed",
                    {{log_key::operation, name}, {log_key::detail, problem.what()}});
            }
            co_await rest(own, wait);
        }
        --running;
    }

    auto watch_changes() -> boost::asio::awaitable<milliseconds> { co_return co_await feed.read(); }
    auto refresh_due() -> boost::asio::awaitable<milliseconds> {
        co_return co_await scheduler.tick();
    }
    auto recover() -> boost::asio::awaitable<milliseconds> {
        const bool first = !recovered_once;
        recovered_once = true;
        co_await recover_intents(context, refresh, first);
        co_return recovery_interval;
    }
    auto finish_disconnects() -> boost::asio::awaitable<milliseconds> {
        const bool first = !finished_once;
        finished_once = true;
        co_await finish_abandoned(context, first);
        co_return recovery_interval;
    }
    auto go_on_erasing() -> boost::asio::awaitable<milliseconds> {
        const bool first = !erased_once;
        erased_once = true;
        std::function<bool()> stop = [this] { return stopping.load(); };
        co_await finish_erasures(context, first, std::move(stop));
        co_return recovery_interval;
    }
    auto discard_unconfirmed() -> boost::asio::awaitable<milliseconds> {
        std::function<bool()> stop = [this] { return stopping.load(); };
        const auto gone = co_await discard_lapsed(context, std::move(stop));
        co_return gone == lapsed_batch ? milliseconds(0) : recovery_interval;
    }
    auto revoke_owed() -> boost::asio::awaitable<milliseconds> {
        const auto tried = co_await make_owed_revocations(context);
        co_return tried >= owed_batch ? milliseconds(0) : revoking_interval;
    }
    auto seal_log() -> boost::asio::awaitable<milliseconds> {
        const auto turn = co_await seal_audit_batch(context);
        if (turn.has_value() && turn->more) {
            co_return milliseconds(0);
        }
        // What is broken stays so until the operator mends it: the log need not say so every
        // second.
        co_return turn.has_value() && turn->broken ? cleaning_interval : sealing_interval;
    }
    auto clean() -> boost::asio::awaitable<milliseconds> {
        for (bool more = true; more && !stopping;) {
            const auto left = co_await prune_reads_batch(context);
            more = left.has_value() && *left;
        }
        co_await clean_expired(context);
        for (bool more = true; more && !stopping;) {
            const auto left = co_await prune_audit_batch(context);
            more = left.has_value() && left->more;
        }
        co_return cleaning_interval;
    }

    template <class Turn>
    auto spawn(const char* name, Turn turn) -> sleeper& {
        ++running;
        auto& own = *sleepers.emplace_back(std::make_unique<sleeper>(context.background));
        boost::asio::co_spawn(
            own.strand,
            [self = shared_from_this(), name, turn, &own]() -> boost::asio::awaitable<void> {
                auto bound = [self, turn] { return ((*self).*turn)(); };
                co_await self->loop(name, own, bound);
            },
            boost::asio::bind_cancellation_slot(own.wake.slot(), boost::asio::detached)
        );
        return own;
    }

    bool recovered_once = false;
    bool finished_once = false;
    bool erased_once = false;
};

background_work::background_work(oauth_context& context, refresher& refresh)
    : implementation_(std::make_shared<implementation>(context, refresh)) {}

background_work::~background_work() = default;

void background_work::on_change(
    std::function<void(const change&)> listener, std::function<void()> lost
) {
    implementation_->feed.add_listener(std::move(listener), std::move(lost));
}

void background_work::start() {
    auto& self = *implementation_;
    auto& changes = self.spawn("changes", &implementation::watch_changes);
    self.context.db.on_announcement(self.caller_of(changes));
    auto& due = self.spawn("refresh", &implementation::refresh_due);
    self.scheduler.when_room(self.caller_of(due));
    self.spawn("recovery", &implementation::recover);
    self.spawn("disconnects", &implementation::finish_disconnects);
    self.spawn("erasures", &implementation::go_on_erasing);
    self.spawn("confirmations", &implementation::discard_unconfirmed);
    self.spawn("revocations", &implementation::revoke_owed);
    self.spawn("audit", &implementation::seal_log);
    self.spawn("cleaning", &implementation::clean);
}

auto background_work::stop(milliseconds grace) -> boost::asio::awaitable<bool> {
    auto self = implementation_;
    self->stopping = true;
    self->wake_all();
    self->scheduler.stop();
    const auto give_up = self->context.time.now() + grace;
    while (self->running > 0 || self->scheduler.in_flight() > 0 || self->refresh.in_flight() > 0) {
        if (self->context.time.now() > give_up) {
            co_return false;
        }
        co_await pause(stop_poll);
    }
    co_return true;
}

}  // namespace tenon::host
