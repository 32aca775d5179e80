#include "oauth/intents.hpp"

#include "oauth/persist.hpp"
#include "oauth/sealing.hpp"

namespace tenon::host {
namespace {

struct sink_state {
    oauth_context* context;
    intent_ref intent;
    std::shared_ptr<const intent_row> begin;  // null: it is there
};

auto store_reply(std::shared_ptr<sink_state> state, std::size_t position, recorded_reply reply)
    -> boost::asio::awaitable<result<void>> {
    auto& context = *state->context;
    const auto& intent = state->intent;
    std::string plain = serialize(reply);
    intent_reply row;
    row.position = static_cast<std::int64_t>(position);
    row.sealed = seal_for(
        context.seal, intent.org, reply_row(intent.id, row.position), sealed_column::intent_reply,
        plain
    );
    wipe(plain.data(), plain.size());
    row.received_at = context.time.now();
    auto write = [begin = state->begin, row, id = intent.id](sql_session& session) -> result<void> {
        if (begin) {
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
    }
    co_return written;
}

}  // namespace

auto make_reply_sink(
    oauth_context& context, intent_ref intent, std::shared_ptr<const intent_row> begin
) -> reply_sink {
    auto state =
        std::make_shared<sink_state>(sink_state{&context, std::move(intent), std::move(begin)});
    return [state](std::size_t position, recorded_reply reply) {
        return store_reply(state, position, std::move(reply));
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
