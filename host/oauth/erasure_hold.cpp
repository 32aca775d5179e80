#include "oauth/erasure_hold.hpp"

#include "base/pause.hpp"
#include "oauth/erased.hpp"
#include "store/database.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

namespace tenon::host {
namespace {

constexpr int most_beats = 1'000;  // hours; counted, for the clock may stand

auto beat(oauth_context& context, actor by, std::string owner) -> boost::asio::awaitable<void> {
    const auto touch = [&context, who = who_of(context, by),
                        owner](sql_session& session) -> result<bool> {
        return touch_erasure(session, who, owner, context.time.now());
    };
    bool ours = true;
    for (int beats = 0; ours && beats < most_beats; ++beats) {
        co_await pause(context.options.lease / 3);
        const auto touched = co_await context.db.with_org(by.org, access::write, touch);
        ours = touched.has_error() || *touched;  // storage that is away comes back
    }
}

}  // namespace

auto new_erasure_owner(const oauth_context& context) -> std::string {
    return context.options.instance + '/' + make_uuid(context.time, context.random);
}

auto is_erasure_left(const oauth_context& context, const erasure_state& state) -> bool {
    const auto& own = context.options;
    const bool of_before = own.sole_owner && !state.owner.starts_with(own.instance + '/');
    return state.owner.empty() || of_before || state.touched_at <= context.time.now() - own.lease;
}

erasure_heartbeat::erasure_heartbeat(
    const boost::asio::any_io_executor& strand, oauth_context& context, actor by, std::string owner
)
    : over_(std::make_shared<boost::asio::cancellation_signal>()) {
    boost::asio::co_spawn(
        strand, beat(context, std::move(by), std::move(owner)),
        boost::asio::bind_cancellation_slot(
            over_->slot(), [over = over_](const std::exception_ptr& /*cancelled*/) {}
        )
    );
}

erasure_heartbeat::~erasure_heartbeat() {
    over_->emit(boost::asio::cancellation_type::terminal);
}

}  // namespace tenon::host
