#include "oauth/cleaning.hpp"

#include "store/changes.hpp"
#include "store/credential_reads.hpp"
#include "store/database.hpp"
#include "store/erasures.hpp"
#include "store/pending_connects.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

constexpr std::size_t rows_at_once = 1'000;
constexpr auto changes_kept = std::chrono::hours(1);
// And for as long as an exchange is there that began before: a host that is down recovers it when
// it starts. Nothing else that stores a user's data goes on for longer than this.
constexpr auto erasures_kept = std::chrono::hours(2);

}  // namespace

auto clean_expired(oauth_context& context) -> boost::asio::awaitable<void> {
    const auto now = context.time.now();
    for (;;) {
        auto erase = [now](sql_session& session) -> result<std::int64_t> {
            const auto pending = erase_expired_pending_connects(session, now, rows_at_once);
            const auto changes = erase_changes_before(session, now - changes_kept, rows_at_once);
            const auto erasures = remove_old_erasures(session, now - erasures_kept, rows_at_once);
            return std::max({pending, changes, erasures});
        };
        auto most = co_await context.db.as_service(access::write, std::move(erase));
        if (most.has_error() || *most < static_cast<std::int64_t>(rows_at_once)) {
            co_return;
        }
    }
}

auto prune_reads_batch(oauth_context& context) -> boost::asio::awaitable<result<bool>> {
    if (context.options.reads_lifetime == milliseconds(0)) {
        co_return false;
    }
    const auto before = context.time.now() - context.options.reads_lifetime;
    auto erase = [before](sql_session& session) -> result<bool> {
        const auto erased = erase_credential_reads_before(session, before, rows_at_once);
        return erased == static_cast<std::int64_t>(rows_at_once);
    };
    co_return co_await context.db.as_service(access::write, std::move(erase));
}

}  // namespace tenon::host
