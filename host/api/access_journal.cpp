#include "api/access_journal.hpp"

#include "base/log.hpp"
#include "base/pause.hpp"
#include "store/api_keys.hpp"
#include "store/credential_reads.hpp"
#include "store/database.hpp"

#include <algorithm>

namespace tenon::host {

namespace {

constexpr std::int64_t use_granularity = 10'000;
// Beyond it the oldest are dropped: a database that is gone for hours must not fill the memory.
constexpr std::size_t most_kept = 200'000;
// A transaction's worth.
constexpr std::size_t batches_at_once = 50;

// Counts for as long as it lives.
class under_way {
  public:
    explicit under_way(std::atomic<int>& in) : in_(in) { ++in_; }
    ~under_way() { --in_; }
    under_way(const under_way&) = delete;
    auto operator=(const under_way&) -> under_way& = delete;

  private:
    std::atomic<int>& in_;
};

auto start_of_minute(time_point now) -> std::int64_t {
    return std::chrono::floor<std::chrono::minutes>(now).time_since_epoch().count();
}

}  // namespace

access_journal::access_journal(database& db, const clock& time) : db_(db), time_(time) {}

void access_journal::note_use(const caller_handle& who) {
    const auto now = time_.now();
    const auto stamp = now.time_since_epoch().count();
    auto before = who->last_noted.load(std::memory_order_relaxed);
    if (stamp < before + use_granularity ||
        !who->last_noted.compare_exchange_strong(before, stamp, std::memory_order_relaxed)) {
        return;
    }
    const std::lock_guard lock(guard_);
    uses_[who->key] = now;
}

void access_journal::note_read(const caller_handle& who, const connection_id& connection) {
    subject what{who, connection.text(), start_of_minute(time_.now())};
    auto& mine = shards_[hash{}(what) % shards_.size()];
    const std::lock_guard lock(mine.guard);
    ++mine.reads[std::move(what)];
}

auto access_journal::take_reads() -> std::vector<credential_reads_row> {
    std::vector<credential_reads_row> rows;
    {
        const std::lock_guard lock(guard_);
        rows.swap(kept_);
    }
    for (auto& each : shards_) {
        decltype(each.reads) taken;
        {
            const std::lock_guard lock(each.guard);
            taken.swap(each.reads);
        }
        for (const auto& [what, count] : taken) {
            const time_point minute{std::chrono::minutes{what.minute}};
            rows.push_back(
                {what.who->org, what.who->key, connection_id(what.connection), minute, count}
            );
        }
    }
    return rows;
}

void access_journal::put_back(
    const std::vector<credential_reads_row>& reads, const key_uses& uses
) {
    const std::lock_guard lock(guard_);
    uses_.insert(uses.begin(), uses.end());  // a later use has come in meanwhile: that one stays
    const auto room = most_kept - std::min(most_kept, kept_.size());
    const auto count = std::min(room, reads.size());
    if (count < reads.size()) {
        log(log_level::error, "credential reads dropped",
            {{log_key::count, reads.size() - count},
             {log_key::detail, "the database has been away for too long to account for them"}});
    }
    kept_.insert(kept_.end(), reads.end() - static_cast<std::ptrdiff_t>(count), reads.end());
}

auto access_journal::take_uses() -> key_uses {
    const std::lock_guard lock(guard_);
    key_uses uses(uses_.begin(), uses_.end());
    uses_.clear();
    return uses;
}

auto access_journal::write(std::vector<credential_reads_row> reads, key_uses uses)
    -> boost::asio::awaitable<result<void>> {
    if (reads.empty() && uses.empty()) {
        co_return result<void>();
    }
    struct gathered {
        std::vector<credential_reads_row> reads;
        key_uses uses;
    };
    const auto what = std::make_shared<const gathered>(std::move(reads), std::move(uses));
    auto work = [what](sql_session& session) -> result<void> {
        append_credential_reads(session, what->reads);
        if (!what->uses.empty()) {
            touch_api_keys(session, what->uses);
        }
        return {};
    };
    const under_way mine(writing_);
    auto written = co_await db_.as_service(access::write, std::move(work));
    if (written.has_error()) {
        put_back(what->reads, what->uses);
    }
    co_return written;
}

auto access_journal::add_up(std::int64_t before, std::optional<org_id> of)
    -> boost::asio::awaitable<result<void>> {
    auto work = [before, of](sql_session& session) -> result<std::size_t> {
        const time_point minute{std::chrono::minutes{before}};
        return add_up_credential_reads(session, minute, batches_at_once, of);
    };
    // Another host may be at it, and have taken what a statement found.
    for (bool more = true; more;) {
        const auto some = co_await db_.as_service(access::write, work);
        if (some.has_error()) {
            co_return some.error();
        }
        more = *some > 0;
    }
    co_return result<void>();
}

auto access_journal::flush() -> boost::asio::awaitable<result<void>> {
    auto written = co_await write(take_reads(), take_uses());
    const auto minute = start_of_minute(time_.now());
    if (written.has_error() || added_up_ >= minute) {
        co_return written;
    }
    auto added = co_await add_up(minute, std::nullopt);
    if (added.has_value()) {
        added_up_ = minute;
    }
    co_return added;
}

auto access_journal::settle(org_id of) -> boost::asio::awaitable<result<void>> {
    auto written = co_await write(take_reads(), take_uses());
    while (writing_ > 0) {
        co_await pause(milliseconds(10));
    }
    if (written.has_error()) {
        co_return written;
    }
    // Clocks differ.
    co_return co_await add_up(start_of_minute(time_.now()) + 2, std::move(of));
}

}  // namespace tenon::host
