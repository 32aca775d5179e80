// The one way to the database: transactions, scoped to an organization, on threads that may block.
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "store/sql.hpp"
#include "store/transaction_job.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

namespace tenon::host {

enum class execution {
    workers,  // on threads of the database's own
    in_line,  // at once on the calling thread, one after another: for simulations
};

struct database_options {
    // PostgreSQL: connections, and as many threads. SQLite: readers. 0: a default that suits.
    std::size_t connections = 0;
    milliseconds connect_timeout{5'000};
    // How long a statement may run, and how long a lock is waited for.
    milliseconds statement_timeout{15'000};
    milliseconds lock_timeout{5'000};
    // PostgreSQL: how much longer than a statement may run its answer is waited for. A server that
    // has fallen silent can't end it: then the connection is, and the transaction with it. Neither
    // bounds migrations and snapshots.
    milliseconds answer_margin{5'000};
    // Transactions that wait for a thread; one more is answered storage_unavailable at once.
    std::size_t max_waiting = 20'000;
    // SQLite: how many transactions share one commit.
    std::size_t group_commit = 256;
    execution run_on = execution::workers;
};

// A function given to it takes a sql_session& and returns a result<T>. It runs once, inside one
// transaction, on a thread that may block; it must not use the session afterwards. Its error rolls
// back and is the answer. Besides that:
//   conflict              a unique or foreign key constraint was violated
//   invalid_request       text with NUL, or that is not UTF-8
//   storage_unavailable   the database is gone, locked, full, read-only or too busy; nothing was
//                         committed, unless the connection was lost during the commit itself
//   internal              a statement that the engine refuses: a bug, or a migration is missing
// Each of the last two is logged, without values. Other exceptions of the function's roll back and
// reach the caller.
//
// Thread-safe. Destroying it waits for what runs; what still waits is answered storage_unavailable.
class database {
  public:
    database() = default;
    virtual ~database() = default;
    database(const database&) = delete;
    auto operator=(const database&) -> database& = delete;

    // A transaction on one organization's rows. The caller resumes on its own executor. Cancelling
    // the caller (any type) resumes it with boost::system::system_error operation_aborted; the
    // transaction goes on and commits or not as if nobody had gone.
    template <class Fn>
    auto with_org(org_id org, access mode, Fn fn)
        -> boost::asio::awaitable<std::invoke_result_t<Fn&, sql_session&>> {
        auto job = make_job(std::optional(std::move(org)), mode, std::move(fn));
        std::shared_ptr<transaction_job> erased = job;
        co_await finish(std::move(erased));
        co_return job->take();
    }

    // For the few statements that belong to no organization, or to several at once: looking up keys
    // and states, the due list and claims of what it has, the change table, organizations
    // themselves.
    template <class Fn>
    auto as_service(access mode, Fn fn)
        -> boost::asio::awaitable<std::invoke_result_t<Fn&, sql_session&>> {
        auto job = make_job(std::nullopt, mode, std::move(fn));
        std::shared_ptr<transaction_job> erased = job;
        co_await finish(std::move(erased));
        co_return job->take();
    }

    // The same, blocking the calling thread: for the command line and tests. Not from within a
    // function that runs in a transaction.
    template <class Fn>
    auto with_org_now(org_id org, access mode, Fn fn) -> std::invoke_result_t<Fn&, sql_session&> {
        auto job = make_job(std::optional(std::move(org)), mode, std::move(fn));
        finish_now(job);
        return job->take();
    }
    template <class Fn>
    auto as_service_now(access mode, Fn fn) -> std::invoke_result_t<Fn&, sql_session&> {
        auto job = make_job(std::nullopt, mode, std::move(fn));
        finish_now(job);
        return job->take();
    }

    // Does a real write and commits it: what readiness asks. Errors: storage_unavailable, internal
    // (not migrated).
    auto ping_write() -> boost::asio::awaitable<result<void>>;
    auto ping_write_now() -> result<void>;

    [[nodiscard]] virtual auto engine() const noexcept -> sql_engine = 0;

    // From now on `heard` is called, on a thread of the database's own, soon after another process
    // committed what it announced (sql_session::announce): many within 20 ms are one. Also when
    // one may have been missed, for the database was away. A hint to look at once, not a promise:
    // whoever must know looks now and then besides. Never on SQLite, where nobody tells. Once, and
    // what it refers to must live as long as this; it must not block.
    virtual void on_announcement(std::function<void()> heard);

  protected:
    // Runs the job in a transaction, or refuses it; calls job->complete() once, from any thread.
    virtual void submit(std::shared_ptr<transaction_job> job) = 0;

  private:
    template <class Fn>
    static auto make_job(std::optional<org_id> org, access mode, Fn fn) {
        return std::make_shared<typed_job<Fn>>(std::move(org), mode, std::move(fn));
    }
    auto finish(std::shared_ptr<transaction_job> job) -> boost::asio::awaitable<void>;
    void finish_now(const std::shared_ptr<transaction_job>& job);
};

// `sqlite:PATH` (made if it is not there, 0600) or `postgresql://…`. Errors: invalid_request (a URL
// that is neither), storage_unavailable (with a reason for the operator; no password in it). Does
// not migrate: see migrations.hpp.
[[nodiscard]] auto open_database(const std::string& url, const database_options& options = {})
    -> result<std::unique_ptr<database>>;

}  // namespace tenon::host
