#include "oauth/scheduler.hpp"

#include "base/log.hpp"
#include "oauth/refresh_places.hpp"
#include "provider/registry.hpp"
#include "store/database.hpp"
#include "store/grants.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>
#include <functional>
#include <iterator>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace tenon::host {
namespace {

constexpr int most_looks = 10;  // in one turn
// Of refreshes at once, with those that have been answered and are being written down.
constexpr std::size_t most_busy = 800;
constexpr milliseconds idle_wait{1'000};
constexpr milliseconds busy_wait{20};
// What can't be refreshed for reasons of our own (its tokens can't be opened) is looked at again
// after this.
constexpr std::chrono::minutes set_aside{5};

using provider_set = std::unordered_set<provider_id>;

}  // namespace

struct refresh_scheduler::implementation : std::enable_shared_from_this<implementation> {
    implementation(oauth_context& shared, refresher& refreshes)
        : context(shared), refresh(refreshes), places(shared.options.refresh_concurrency) {}

    // Of a provider's places so many are filled at once: while these are asked, those of before are
    // written down.
    auto batch() const -> std::size_t {
        constexpr std::size_t batches = 10;
        return (places.of_each() + batches - 1) / batches;
    }

    oauth_context& context;
    refresher& refresh;
    std::atomic<bool> stopping{false};
    mutable std::mutex guard;
    std::unordered_map<grant_id, bool> busy;  // whether it still has a place at its provider
    refresh_places places;
    std::size_t freed = 0;  // places, since the last look
    std::function<void()> on_room;

    // True if the grant may start now; it then has a place at its provider until answered(), and
    // counts until left().
    auto enter(const due_grant& due) -> bool {
        const std::lock_guard lock(guard);
        if (busy.size() >= most_busy || busy.contains(due.id) || !places.enter(due.provider)) {
            return false;
        }
        busy.emplace(due.id, true);
        return true;
    }

    void answered(const grant_id& grant, const provider_id& provider) {
        std::function<void()> tell;
        {
            const std::lock_guard lock(guard);
            if (free_place(grant, provider) && ++freed == batch()) {
                tell = on_room;
            }
        }
        if (tell) {
            tell();
        }
    }

    void left(const grant_id& grant, const provider_id& provider) {
        const std::lock_guard lock(guard);
        free_place(grant, provider);
        busy.erase(grant);
    }

    // Under the lock. False: it had none, or left while its answer waited for storage.
    auto free_place(const grant_id& grant, const provider_id& provider) -> bool {
        const auto found = busy.find(grant);
        if (found == busy.end() || !std::exchange(found->second, false)) {
            return false;
        }
        places.leave(provider);
        return true;
    }

    // Before a look: whose refreshes may begin here and now. What is due at a provider that this
    // host can't ask (it is switched off, or its issuer's metadata is missing) stays as it is:
    // other hosts may be able to, or this one later.
    auto with_room() -> provider_set {
        std::vector<provider_id> serving;
        const auto snapshot = context.providers.snapshot();
        for (const auto& [name, entry] : snapshot->providers) {
            if (entry.state == provider_state::enabled) {
                serving.emplace_back(name);
            }
        }
        const std::lock_guard lock(guard);
        freed = 0;
        places.know(serving);
        provider_set open;
        std::ranges::copy_if(serving, std::inserter(open, open.end()), [this](const auto& one) {
            return places.has_room(one);
        });
        return open;
    }

    auto count() const -> std::size_t {
        const std::lock_guard lock(guard);
        return busy.size();
    }

    // A failure that left the due time where it was would come up again with every tick.
    auto put_off(refresh_order order) -> boost::asio::awaitable<void> {
        const auto org = order.org;
        auto write = [order = std::move(order),
                      now = context.time.now()](sql_session& session) -> result<void> {
            // What another host writes of it at this moment is waited for, and stays.
            const auto row =
                lock_grant(session, order.grant) ? find_grant(session, order.grant) : std::nullopt;
            if (row && row->next_refresh_at == order.due) {
                const auto later = now + set_aside;
                const bool ends_before = row->expires_at > now && row->expires_at < later;
                set_next_refresh(
                    session, order.grant, row->generation, ends_before ? *row->expires_at : later
                );
            }
            return {};
        };
        [[maybe_unused]] auto done =
            co_await context.db.with_org(org, access::write, std::move(write));
    }

    auto run(refresh_order order) -> boost::asio::awaitable<void> {
        const auto grant = order.grant;
        const auto provider = order.provider;
        order.answered = [self = shared_from_this(), grant, provider] {
            self->answered(grant, provider);
        };
        try {
            auto renewed = co_await refresh.refresh_claimed(order);
            if (renewed.has_error()) {
                co_await put_off(std::move(order));
            }
        } catch (const std::exception& problem) {
            log(log_level::error, "refresh failed",
                {{log_key::grant, grant.text()}, {log_key::detail, problem.what()}});
        }
        left(grant, provider);
    }

    // Begins what there is room for. Answers whether there may be more to begin: it was a whole
    // batch, or other hosts took some of it.
    auto begin(std::vector<due_grant> due) -> boost::asio::awaitable<bool> {
        std::erase_if(due, [this](const due_grant& one) { return stopping || !enter(one); });
        claimed_refreshes claimed;
        std::exception_ptr thrown;
        try {
            // Every host sees what is due: each claims what it begins, all at once.
            auto claiming = refresh.claim(due);
            auto made = co_await std::move(claiming);
            if (made.has_value()) {
                claimed = std::move(*made);
            }
        } catch (...) {
            thrown = std::current_exception();
        }
        const bool more = claimed.others_took_some || claimed.orders.size() >= batch();
        std::unordered_set<grant_id> ours;
        for (auto& order : claimed.orders) {
            ours.insert(order.grant);
            start(std::move(order));
        }
        for (const auto& one : due) {
            if (!ours.contains(one.id)) {
                left(one.id, one.provider);
            }
        }
        if (thrown) {
            std::rethrow_exception(thrown);
        }
        co_return more;
    }

    void start(refresh_order order) {
        boost::asio::co_spawn(
            context.background,
            [self = shared_from_this(), order = std::move(order)](
            ) -> boost::asio::awaitable<void> { co_await self->run(order); },
            boost::asio::detached
        );
    }
};

refresh_scheduler::refresh_scheduler(oauth_context& context, refresher& refresh)
    : implementation_(std::make_shared<implementation>(context, refresh)) {}

refresh_scheduler::~refresh_scheduler() = default;

auto refresh_scheduler::tick() -> boost::asio::awaitable<milliseconds> {
    auto self = implementation_;
    bool more = true;
    for (int looks = 0; more && looks < most_looks; ++looks) {
        // What was claimed is held, and not seen.
        auto look = [of_each = self->batch(), open = self->with_room(),
                     now = self->context.time.now()](sql_session& session
                    ) -> result<std::vector<due_grant>> {
            return due_grants(session, now, of_each, [&open](const provider_id& one) {
                return open.contains(one);
            });
        };
        auto due = co_await self->context.db.as_service(access::read, std::move(look));
        if (due.has_error()) {
            co_return idle_wait;
        }
        auto beginning = self->begin(std::move(*due));
        more = co_await std::move(beginning);
    }
    co_return more || self->count() > 0 ? busy_wait : idle_wait;
}

void refresh_scheduler::when_room(std::function<void()> tell) {
    const std::lock_guard lock(implementation_->guard);
    implementation_->on_room = std::move(tell);
}

void refresh_scheduler::stop() {
    implementation_->stopping = true;
}

auto refresh_scheduler::in_flight() const -> std::size_t {
    return implementation_->count();
}

}  // namespace tenon::host
