// Storage that is away for a while, and pauses in which the world's time passes.
#pragma once

#include "base/pause.hpp"
#include "store/database.hpp"
#include "support/oauth_world.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <set>
#include <utility>

namespace tenon::test {

// The inner one, unless it is away.
class absent_database final : public host::database {
  public:
    absent_database(host::database& inner, const manual_clock& time) : inner_(inner), time_(time) {}
    [[nodiscard]] auto engine() const noexcept -> host::sql_engine override {
        return inner_.engine();
    }

    host::time_point away_until{};
    bool loses_answer = false;                // the next write's: it is committed
    std::function<void()> once_written = {};  // after the next write's commit

  protected:
    void submit(std::shared_ptr<host::transaction_job> job) override {
        if (time_.now() < away_until) {
            job->fail(host::fail(host::errc::storage_unavailable, "it is away"));
            return job->complete();
        }
        bool refused = false;  // by the function, which says so itself
        auto work = [&](host::sql_session& session) -> host::result<void> {
            refused = !job->run(session);
            return refused ? host::fail(host::errc::conflict, "rolled back") : host::result<void>();
        };
        const auto mode = job->writes() ? host::access::write : host::access::read;
        const auto done = job->org() ? inner_.with_org_now(*job->org(), mode, work)
                                     : inner_.as_service_now(mode, work);
        if (done.has_error() && !refused) {
            job->fail(done.error());
        }
        if (job->writes() && done.has_value() && once_written) {
            std::exchange(once_written, nullptr)();
        }
        if (job->writes() && std::exchange(loses_answer, false)) {
            job->fail(host::fail(host::errc::storage_unavailable, "it went away"));
        }
        job->complete();
    }

  private:
    host::database& inner_;
    const manual_clock& time_;
};

inline auto pass(manual_clock& time, host::milliseconds span) -> boost::asio::awaitable<void> {
    time.advance(span);
    const auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
}

using waiting_line = std::multiset<host::time_point>;

// A place in it, for as long as it lives.
struct waiting_place {
    waiting_place(waiting_line& in, host::time_point due) : line(in), at(in.insert(due)) {}
    ~waiting_place() { line.erase(at); }
    waiting_place(const waiting_place&) = delete;
    auto operator=(const waiting_place&) -> waiting_place& = delete;

    waiting_line& line;
    waiting_line::iterator at;
};

inline auto pass_in_turn(
    manual_clock& time, std::shared_ptr<waiting_line> line, host::milliseconds span
) -> boost::asio::awaitable<void> {
    const auto due = time.now() + span;
    const waiting_place mine(*line, due);
    const auto executor = co_await boost::asio::this_coro::executor;
    do {
        co_await boost::asio::post(executor, boost::asio::use_awaitable);
    } while (*line->begin() < due);
    time.advance(std::max(due - time.now(), host::milliseconds(0)));
}

// Whoever pauses in that world moves its clock; of several, who is to wait least.
inline void let_time_pass(oauth_world& world) {
    boost::asio::use_service<host::pause_service>(world.io).wait =
        [&time = world.time, line = std::make_shared<waiting_line>()](host::milliseconds span) {
            return pass_in_turn(time, line, span);
        };
}

}  // namespace tenon::test
