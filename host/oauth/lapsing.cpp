#include "oauth/lapsing.hpp"

#include "base/log.hpp"
#include "oauth/discarding.hpp"
#include "oauth/park.hpp"
#include "oauth/token_cache.hpp"
#include "store/database.hpp"

namespace tenon::host {
namespace {

constexpr std::size_t batch = 100;

auto lapsed(oauth_context& context)
    -> boost::asio::awaitable<result<std::vector<confirmation_row>>> {
    auto look = [now = context.time.now()](sql_session& session
                ) -> result<std::vector<confirmation_row>> {
        return expired_confirmations(session, now, batch);
    };
    co_return co_await context.db.as_service(access::read, std::move(look));
}

auto drop(oauth_context& context, confirmation_row row, std::string why)
    -> boost::asio::awaitable<void> {
    log(log_level::warn, "tokens that nobody confirmed are not revoked",
        {{log_key::provider, row.provider.text()}, {log_key::detail, why}});
    auto erase = [hash = row.code_hash](sql_session& session) -> result<void> {
        delete_confirmation(session, hash);
        return {};
    };
    [[maybe_unused]] auto done =
        co_await context.db.with_org(row.org, access::write, std::move(erase));
}

}  // namespace

auto discard_lapsed(oauth_context& context) -> boost::asio::awaitable<std::size_t> {
    auto found = co_await lapsed(context);
    if (found.has_error()) {
        co_return 0;
    }
    for (auto& row : *found) {
        auto what = open_parked(context, row);
        if (what.has_error()) {
            co_await drop(context, std::move(row), what.error().message);
            continue;
        }
        what->by = actor{row.org, row.user, "recovery", {}};
        what->confirmation = row.code_hash;
        co_await discard(context, std::move(*what), errc::invalid_state);
    }
    co_return found->size();
}

}  // namespace tenon::host
