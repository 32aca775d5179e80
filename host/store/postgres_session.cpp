#include "store/postgres_session.hpp"

#include "base/log.hpp"

namespace tenon::host {

namespace {

// A connect that takes longer than this is a network that swallows packets: for that long again the
// others fail at once, or each would wait as well.
constexpr milliseconds slow_connect{1'000};

// A snapshot takes as long as what is done with it: its statements, and the pauses between them.
auto beginning_of(access mode) -> std::string_view {
    switch (mode) {
        case access::read: return "SET LOCAL transaction_read_only = on;";
        case access::snapshot:
            return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = "
                   "0; SET LOCAL idle_in_transaction_session_timeout = 0;";
        case access::write: return "BEGIN;";
    }
    return "";
}

auto unavailable(const std::string& why) -> storage_failure {
    log(log_level::error, "storage_failed",
        {{log_key::operation, "postgresql"}, {log_key::detail, why}});
    return storage_failure(
        fail(errc::storage_unavailable, "the database can't be reached, or went away; try again")
    );
}

}  // namespace

postgres_seat::postgres_seat(
    std::string url, const database_options& options, postgres_watch& watch,
    std::atomic<steady::rep>& closed
)
    : url_(std::move(url)), options_(options), watch_(watch), closed_until_(closed) {}

auto postgres_seat::link(bool& fresh) -> postgres_link& {
    fresh = !link_;
    if (!link_) {
        try {
            connect();
        } catch (const postgres_lost& lost) {
            throw unavailable(lost.what());
        }
    }
    return *link_;
}

// A server that fell silent is tried by one.
void postgres_seat::drop() noexcept {
    if (link_ && link_->was_silent()) {
        closed_until_.store(steady::now().time_since_epoch().count());
    }
    link_.reset();
}

void postgres_seat::drop_if_ended() noexcept {
    if (link_ && link_->has_ended()) {
        drop();
    }
}

// Where the last attempt took too long, one at a time.
void postgres_seat::admit() {
    auto closed = closed_until_.load();
    if (closed == open) {
        return;
    }
    const auto now = steady::now();
    const auto tried_until = now + options_.connect_timeout + slow_connect;
    if (now.time_since_epoch().count() < closed ||
        !closed_until_.compare_exchange_strong(closed, tried_until.time_since_epoch().count())) {
        throw postgres_lost("not tried: the last attempt to connect took too long");
    }
}

void postgres_seat::connect() {
    admit();
    const auto begun = steady::now();
    try {
        link_ = std::make_unique<postgres_link>(url_, options_, watch_);
        closed_until_.store(open);
    } catch (const postgres_lost&) {
        const auto now = steady::now();
        const bool slow = now - begun > slow_connect;
        closed_until_.store(slow ? (now + slow_connect).time_since_epoch().count() : open);
        throw;
    }
}

postgres_session::postgres_session(postgres_seat& seat, const transaction_job& job)
    : sql_session(job.org()),
      seat_(seat),
      mode_(job.mode()),
      patience_(mode_ == access::snapshot ? patience::endless : patience::bounded) {}

void postgres_session::finish(bool keep) {
    if (keep) {
        commit();
    } else if (begun_) {
        roll_back();
    }
}

auto postgres_session::link(bool& fresh) -> postgres_link& {
    auto& its = seat_.link(fresh);
    its.wait_for_answers(patience_);
    return its;
}

// Before a transaction has begun, a connection that turns out to be dead is replaced, once:
// nothing was done on it. Not one that was waited for in vain: the next would be, too.
template <class Fn>
auto postgres_session::heal(Fn fn) -> sql_rows {
    for (bool again = !begun_;; again = false) {
        bool fresh = false;
        auto& its = link(fresh);
        try {
            auto rows = fn(its);
            begun_ = mode_ != access::read;
            waiting_.clear();
            return rows;
        } catch (const postgres_lost& lost) {
            const bool is_last = fresh || !again || its.was_silent();
            seat_.drop();
            begun_ = false;
            if (is_last) {
                throw unavailable(lost.what());
            }
        } catch (const storage_failure&) {
            // BEGIN may have been done before what failed.
            begun_ = mode_ != access::read;
            throw;
        }
    }
}

auto postgres_session::do_execute(std::string_view statement, std::span<const sql_value> arguments)
    -> sql_rows {
    return heal([&](postgres_link& link) {
        const auto before = calls_that_wait(link);
        const auto call = link.call_of(statement, arguments);
        return link.send(preamble(link) + before + call);
    });
}

void postgres_session::do_execute_later(
    std::string_view statement, std::span<const sql_value> arguments
) {
    if (mode_ != access::write) {
        do_execute(statement, arguments);
        return;
    }
    waiting_.push_back({std::string(statement), {arguments.begin(), arguments.end()}});
}

// A statement of its own: what is asked in the statement that waits is answered of before it waited
// (READ COMMITTED: each sees what was committed when it began). A lock of the transaction's, which
// is no row: nothing is written for it. Names that fall together only wait for each other.
void postgres_session::do_hold(std::string_view name) {
    const std::vector<sql_value> whole{
        (scope() ? scope()->text() : std::string("*")) + '\n' + std::string(name)};
    do_execute_later("SELECT pg_advisory_xact_lock(hashtextextended(CAST($1 AS TEXT), 0))", whole);
}

void postgres_session::do_execute_script(const std::string& script) {
    patience_ = patience::endless;  // a migration's
    heal([&](postgres_link& link) {
        const auto before = calls_that_wait(link);
        return link.send(preamble(link) + before + script);
    });
}

auto postgres_session::preamble(postgres_link& link) const -> std::string {
    if (begun_) {
        return {};
    }
    // What row-level security goes by (migration 0008).
    const auto whose = scope() ? link.quoted(scope()->text()) : std::string("'*'");
    return std::string(beginning_of(mode_)) + "SET LOCAL tenon.org = " + whose + ";";
}

auto postgres_session::calls_that_wait(postgres_link& link) const -> std::string {
    std::string calls;
    for (const auto& one : waiting_) {
        calls += link.call_of(one.text, one.arguments) + ";";
    }
    return calls;
}

void postgres_session::commit() {
    if (!begun_ && waiting_.empty()) {
        return;
    }
    if (!begun_) {
        // Whether a commit was done can't be known of a connection that is lost in it: so a
        // dead one is found before.
        seat_.drop_if_ended();
    }
    bool fresh = false;
    auto& its = link(fresh);
    try {
        const auto before = calls_that_wait(its);
        its.send(preamble(its) + before + "COMMIT");
    } catch (const postgres_lost& lost) {
        seat_.drop();
        throw unavailable(lost.what());
    } catch (const storage_failure&) {
        roll_back();
        throw;
    }
}

void postgres_session::roll_back() noexcept {
    bool fresh = false;
    try {
        link(fresh).send("ROLLBACK");
    } catch (...) {
        seat_.drop();  // the server rolls back what a lost connection began
    }
}

}  // namespace tenon::host
