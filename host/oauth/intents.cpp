#include "oauth/intents.hpp"

#include "oauth/erased.hpp"
#include "oauth/persist.hpp"
#include "oauth/sealing.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/strand.hpp>

namespace tenon::host {
namespace {

auto seal_reply(
    const oauth_context& context, const intent_ref& intent, std::size_t position,
    const recorded_reply& reply
) -> intent_reply {
    std::string plain = serialize(reply);
    intent_reply row;
    row.position = static_cast<std::int64_t>(position);
    row.sealed = seal_for(
        context.seal, intent.org, reply_row(intent.id, row.position), sealed_column::intent_reply,
        plain
    );
    wipe(plain.data(), plain.size());
    row.received_at = context.time.now();
    return row;
}

// Its user was erased; or the intent is gone.
auto is_unwanted(const error& problem) -> bool {
    return problem.code == errc::invalid_state || problem.code == errc::conflict;
}

using exchange_record_ptr = std::shared_ptr<exchange_record>;

// In a transaction: the intent if it is to begin, and the reply.
auto write_reply(
    sql_session& session, oauth_context& context, const exchange_record& record,
    const intent_reply& row
) -> result<void> {
    if (const auto& begin = record.begin) {
        auto welcome = refuse_erased_unnamed(session, context.seal, begin->user, begin->created_at);
        if (welcome.has_error()) {
            return welcome;
        }
        insert_intent(session, *begin);
    }
    add_intent_reply(session, record.intent.id, row);
    return {};
}

// A commit whose answer was lost did take place: the intent is there, the reply may be written
// again.
auto may_be_there(const result<void>& written, const exchange_record& record) -> bool {
    return written.has_error() && written.error().code == errc::conflict && record.begin;
}

// Nobody waits for it any more: whoever finds it takes it up at once.
auto keep_late_reply(oauth_context& context, exchange_record_ptr record, intent_reply row)
    -> boost::asio::awaitable<void> {
    auto write = [&context, record, row](sql_session& session) -> result<void> {
        auto written = write_reply(session, context, *record, row);
        if (written.has_value()) {
            release_intent(session, record->intent.id, context.options.instance);
        }
        return written;
    };
    const auto org = record->intent.org;
    auto written = co_await persist_at_last(context, org, write, overdue_listener());
    if (may_be_there(written, *record)) {
        record->begin.reset();
        written = co_await persist_at_last(context, org, write, overdue_listener());
    }
    if (written.has_error() && is_unwanted(written.error())) {
        record->unwanted = true;
        auto discarding = record->discard(record->replies);
        co_await std::move(discarding);
    }
}

auto store_reply(
    oauth_context& context, exchange_record_ptr record, std::size_t position, recorded_reply reply
) -> boost::asio::awaitable<result<void>> {
    const auto row = seal_reply(context, record->intent, position, reply);
    record->replies.insert_or_assign(position, std::move(reply));
    if (record->unwanted) {
        co_return result<void>();
    }
    auto write = [&context, record, row](sql_session& session) -> result<void> {
        return write_reply(session, context, *record, row);
    };
    const auto org = record->intent.org;
    auto written = co_await persist(context, org, write);
    if (may_be_there(written, *record)) {
        record->begin.reset();
        written = co_await persist(context, org, write);
    }
    if (written.has_value()) {
        record->begin.reset();
    } else if (is_unwanted(written.error())) {
        record->unwanted = true;
        co_return result<void>();
    } else if (written.error().code == errc::storage_unavailable) {
        boost::asio::co_spawn(
            boost::asio::make_strand(context.background), keep_late_reply(context, record, row),
            boost::asio::detached
        );
    }
    co_return written;
}

struct refresh_sink_state {
    oauth_context* context;
    intent_row intent;
    overdue_listener overdue;
};

auto store_refresh_reply(
    std::shared_ptr<refresh_sink_state> state, intent_reply row, bool puts_back
) -> boost::asio::awaitable<result<void>> {
    auto write = [state, row, puts_back](sql_session& session) -> result<void> {
        if (puts_back) {
            insert_intent(session, state->intent);
        }
        add_intent_reply(session, state->intent.id, row);
        return {};
    };
    return persist_at_last(*state->context, state->intent.org, std::move(write), state->overdue);
}

auto keep_refresh_reply(
    std::shared_ptr<refresh_sink_state> state, std::size_t position, recorded_reply reply
) -> boost::asio::awaitable<result<void>> {
    const intent_ref ref{state->intent.org, state->intent.id};
    const auto row = seal_reply(*state->context, ref, position, reply);
    // In turns: a commit whose answer was lost may have put it back.
    bool puts_back = false;
    result<void> written;
    for (int tries = 0; tries < 3; ++tries) {
        auto writing = store_refresh_reply(state, row, puts_back);
        written = co_await std::move(writing);
        if (written.has_value() || written.error().code != errc::conflict) {
            break;
        }
        puts_back = !puts_back;
    }
    co_return written;
}

}  // namespace

auto make_reply_sink(oauth_context& context, std::shared_ptr<exchange_record> record)
    -> reply_sink {
    return [&context, record](std::size_t position, recorded_reply reply) {
        return store_reply(context, record, position, std::move(reply));
    };
}

auto make_refresh_sink(oauth_context& context, intent_row intent, overdue_listener overdue)
    -> reply_sink {
    auto state = std::make_shared<refresh_sink_state>(refresh_sink_state{
        &context, std::move(intent), std::move(overdue)});
    return [state](std::size_t position, recorded_reply reply) {
        return keep_refresh_reply(state, position, std::move(reply));
    };
}

auto open_replies(
    const sealer& seal, const intent_ref& intent, const std::vector<intent_reply>& sealed
) -> result<recorded_replies> {
    recorded_replies replies;
    for (const auto& row : sealed) {
        const auto position = static_cast<std::size_t>(row.position);
        auto plain = open_from(
            seal, intent.org, reply_row(intent.id, row.position), sealed_column::intent_reply,
            row.sealed
        );
        if (plain.has_error()) {
            return plain.error();
        }
        auto reply = parse_recorded_reply(plain->reveal());
        if (reply.has_error()) {
            return reply.error();
        }
        replies.emplace(position, std::move(*reply));
    }
    return replies;
}

}  // namespace tenon::host
