#include "oauth/intents.hpp"

#include "oauth/erased.hpp"
#include "oauth/persist.hpp"
#include "oauth/sealing.hpp"

namespace tenon::host {
namespace {

struct sink_state {
    oauth_context* context;
    intent_ref intent;
    std::shared_ptr<const intent_row> begin;  // null: it is there
    std::shared_ptr<bool> unwanted;
};

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

auto store_reply(std::shared_ptr<sink_state> state, std::size_t position, recorded_reply reply)
    -> boost::asio::awaitable<result<void>> {
    if (*state->unwanted) {
        co_return result<void>();
    }
    auto& context = *state->context;
    const auto& intent = state->intent;
    const auto row = seal_reply(context, intent, position, reply);
    auto write = [&context, begin = state->begin, row,
                  id = intent.id](sql_session& session) -> result<void> {
        if (begin) {
            if (auto welcome =
                    refuse_erased_unnamed(session, context.random, begin->user, begin->created_at);
                welcome.has_error()) {
                return welcome;
            }
            insert_intent(session, *begin);
        }
        add_intent_reply(session, id, row);
        return {};
    };
    auto written = co_await persist(context, intent.org, std::move(write));
    if (written.has_error() && written.error().code == errc::conflict && state->begin) {
        // A commit whose answer was lost did take place: the intent is there, the reply may be
        // written again.
        state->begin.reset();
        co_return co_await store_reply(state, position, std::move(reply));
    }
    if (written.has_value()) {
        state->begin.reset();
    } else if (is_unwanted(written.error())) {
        *state->unwanted = true;
        co_return result<void>();
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

auto make_reply_sink(
    oauth_context& context, intent_ref intent, std::shared_ptr<const intent_row> begin,
    std::shared_ptr<bool> unwanted
) -> reply_sink {
    auto state = std::make_shared<sink_state>(sink_state{
        &context, std::move(intent), std::move(begin), std::move(unwanted)});
    return [state](std::size_t position, recorded_reply reply) {
        return store_reply(state, position, std::move(reply));
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
) -> result<std::map<std::size_t, recorded_reply>> {
    std::map<std::size_t, recorded_reply> replies;
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
