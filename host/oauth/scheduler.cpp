#include "oauth/scheduler.hpp"

#include "base/log.hpp"
#include "oauth/refresh_places.hpp"
#include "provider/registry.hpp"
#include "store/database.hpp"
#include "store/grants.hpp"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <mutex>
#include <unordered_set>

namespace tenon::host {
namespace {

constexpr int most_looks = 10;  // in one turn
constexpr milliseconds idle_wait{1'000};
constexpr milliseconds busy_wait{20};
// What can't be refreshed for reasons of our own (the provider is switched off) is looked at again
// after this.
constexpr std::chrono::minutes set_aside{5};

}  // namespace

struct refresh_scheduler::implementation : std::enable_shared_from_this<implementation> {
    implementation(oauth_context& shared, refresher& refreshes)
        : context(shared), refresh(refreshes), places(shared.options.refresh_concurrency) {}

    oauth_context& context;
    refresher& refresh;
    std::atomic<bool> stopping{false};
    mutable std::mutex guard;
    std::unordered_set<grant_id> busy;
    refresh_places places;

    // True if the grant may start now; it then counts until left().
    auto enter(const due_grant& due) -> bool {
        const std::lock_guard lock(guard);
        if (busy.contains(due.id) || !places.enter(due.provider)) {
            return false;
        }
        busy.insert(due.id);
        return true;
    }

    void left(const due_grant& due) {
        const std::lock_guard lock(guard);
        busy.erase(due.id);
        places.leave(due.provider);
    }

    // Who may not begin anything now; each that serves has places of its own.
    auto full_providers() -> std::vector<provider_id> {
        std::vector<provider_id> serving;
        const auto snapshot = context.providers.snapshot();
        for (const auto& [name, entry] : snapshot->providers) {
            if (entry.state == provider_state::enabled) {
                serving.emplace_back(name);
            }
        }
        const std::lock_guard lock(guard);
        places.know(serving);
        return places.full();
    }

    auto count() const -> std::size_t {
        const std::lock_guard lock(guard);
        return busy.size();
    }

    // A failure that left the due time where it was would come up again with every tick.
    auto put_off(due_grant due) -> boost::asio::awaitable<void> {
        auto write = [due, now = context.time.now()](sql_session& session) -> result<void> {
            // What another host writes of it at this moment is waited for, and stays.
            const auto row =
                lock_grant(session, due.id) ? find_grant(session, due.id) : std::nullopt;
            if (row && row->next_refresh_at == due.next_refresh_at) {
                const auto later = now + set_aside;
                const bool ends_before = row->expires_at > now && row->expires_at < later;
                set_next_refresh(
                    session, due.id, row->generation, ends_before ? *row->expires_at : later
                );
            }
            return {};
        };
        [[maybe_unused]] auto done =
            co_await context.db.with_org(due.org, access::write, std::move(write));
    }

    auto run(due_grant due) -> boost::asio::awaitable<void> {
        try {
            refresh_order order{due.org, due.id, due.provider, refresh_reason::ahead};
            order.due = due.next_refresh_at;
            auto renewed = co_await refresh.refresh(std::move(order));
            if (renewed.has_error()) {
                co_await put_off(due);
            }
        } catch (const std::exception& problem) {
            log(log_level::error, "refresh failed",
                {{log_key::grant, due.id.text()}, {log_key::detail, problem.what()}});
        }
        left(due);
    }

    // What is due is seen by every host: each takes the leases of what it begins, all at once.
    // Answers with those that it got, and those whose provider this host may be unable to ask: what
    // it can't begin it must not keep from others.
    auto claim(std::vector<due_grant> entered)
        -> boost::asio::awaitable<result<std::vector<due_grant>>> {
        if (context.options.sole_owner || entered.empty()) {
            co_return entered;
        }
        std::vector<due_grant> doubted;
        std::erase_if(entered, [this, &doubted](const due_grant& one) {
            const bool doubt = context.providers.find(one.provider.text()).has_error();
            if (doubt) {
                doubted.push_back(one);
            }
            return doubt;
        });
        const auto now = context.time.now();
        auto take = [entered = std::move(entered), now, until = now + context.options.lease,
                     owner = context.options.instance](sql_session& session
                    ) -> result<std::vector<due_grant>> {
            return claim_due_grants(session, entered, owner, until, now);
        };
        auto claimed = co_await context.db.as_service(access::write, std::move(take));
        if (claimed.has_value()) {
            claimed->insert(claimed->end(), doubted.begin(), doubted.end());
        }
        co_return claimed;
    }

    // Begins what there is room for. Answers whether other hosts took some of that.
    auto begin(std::vector<due_grant> due) -> boost::asio::awaitable<bool> {
        std::erase_if(due, [this](const due_grant& one) { return stopping || !enter(one); });
        auto claiming = claim(due);
        auto claimed = co_await std::move(claiming);
        std::unordered_set<grant_id> ours;
        if (claimed.has_value()) {
            for (auto& one : *claimed) {
                ours.insert(one.id);
                start(std::move(one));
            }
        }
        for (const auto& one : due) {
            if (!ours.contains(one.id)) {
                left(one);
            }
        }
        co_return claimed.has_value() && ours.size() < due.size();
    }

    void start(due_grant due) {
        boost::asio::co_spawn(
            context.background,
            [self = shared_from_this(), due = std::move(due)]() -> boost::asio::awaitable<void> {
                co_await self->run(due);
            },
            boost::asio::detached
        );
    }
};

refresh_scheduler::refresh_scheduler(oauth_context& context, refresher& refresh)
    : implementation_(std::make_shared<implementation>(context, refresh)) {}

refresh_scheduler::~refresh_scheduler() = default;

auto refresh_scheduler::tick() -> boost::asio::awaitable<milliseconds> {
    auto self = implementation_;
    bool shared = false;
    // What other hosts began meanwhile is looked past.
    for (int looks = 0; looks < most_looks; ++looks) {
        // What runs of a provider may be seen as well.
        auto look = [of_each = self->places.of_each(), full = self->full_providers(),
                     now = self->context.time.now()](sql_session& session
                    ) -> result<std::vector<due_grant>> {
            return due_grants(session, now, of_each, full);
        };
        auto due = co_await self->context.db.as_service(access::read, std::move(look));
        if (due.has_error()) {
            co_return idle_wait;
        }
        auto beginning = self->begin(std::move(*due));
        shared = co_await std::move(beginning);
        if (!shared) {
            break;
        }
    }
    co_return shared || self->count() > 0 ? busy_wait : idle_wait;
}

void refresh_scheduler::stop() {
    implementation_->stopping = true;
}

auto refresh_scheduler::in_flight() const -> std::size_t {
    return implementation_->count();
}

}  // namespace tenon::host
