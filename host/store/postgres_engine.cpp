// PostgreSQL: as many threads as connections, each with its own, which heals.
#include "base/log.hpp"
#include "store/engines.hpp"
#include "store/postgres_link.hpp"
#include "store/worker_pool.hpp"

#include <atomic>
#include <chrono>
#include <limits>
#include <mutex>

namespace tenon::host {

namespace {

using job_ptr = worker_pool::job_ptr;
using steady = std::chrono::steady_clock;

constexpr std::size_t default_connections = 8;
// A connect that takes longer than this is a network that swallows packets: for that long again the
// others fail at once, or each would wait as well.
constexpr milliseconds slow_connect{1'000};

auto unavailable(const std::string& why) -> storage_failure {
    log(log_level::error, "storage_failed",
        {{log_key::operation, "postgresql"}, {log_key::detail, why}});
    return storage_failure(
        fail(errc::storage_unavailable, "the database can't be reached, or went away; try again")
    );
}

// One thread's place for a connection.
class postgres_seat {
  public:
    postgres_seat(
        std::string url, const database_options& options, std::atomic<steady::rep>& closed
    )
        : url_(std::move(url)), options_(options), closed_until_(closed) {}

    // The connection, made if there is none. `fresh`: it was made just now. Throws storage_failure.
    auto link(bool& fresh) -> postgres_link& {
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
    void drop() noexcept { link_.reset(); }

    // Throws postgres_lost.
    void connect() {
        const auto begun = steady::now();
        if (begun.time_since_epoch().count() < closed_until_.load()) {
            throw postgres_lost("not tried: the last attempt to connect took too long");
        }
        try {
            link_ = std::make_unique<postgres_link>(
                url_, options_.statement_timeout, options_.lock_timeout
            );
        } catch (const postgres_lost&) {
            if (steady::now() - begun > slow_connect) {
                closed_until_.store((steady::now() + slow_connect).time_since_epoch().count());
            }
            throw;
        }
    }

  private:
    std::string url_;
    const database_options& options_;
    std::atomic<steady::rep>& closed_until_;
    std::unique_ptr<postgres_link> link_;
};

// Reads: every statement is a transaction of its own, in one round trip with its scope: as much as
// READ COMMITTED promises. Writes: BEGIN and the scope travel with the first statement.
class postgres_session final : public sql_session {
  public:
    postgres_session(postgres_seat& seat, const transaction_job& job)
        : sql_session(job.org()), seat_(seat), writes_(job.writes()) {}

    [[nodiscard]] auto engine() const noexcept -> sql_engine override {
        return sql_engine::postgresql;
    }
    using sql_session::lost_to;

    void finish(bool keep) {
        if (!begun_) {
            return;
        }
        bool fresh = false;
        try {
            seat_.link(fresh).send(keep ? "COMMIT" : "ROLLBACK");
        } catch (const postgres_lost& lost) {
            seat_.drop();
            if (keep) {
                throw unavailable(lost.what());
            }
        }
    }

  private:
    auto do_execute(std::string_view statement, std::span<const sql_value> arguments)
        -> sql_rows override {
        return heal([&](postgres_link& link) {
            auto call = link.call_of(statement, arguments);
            return link.send(preamble(link) + call);
        });
    }
    void do_execute_script(const std::string& script) override {
        heal([&](postgres_link& link) { return link.send(preamble(link) + script); });
    }

    // Before a transaction has begun, a connection that turns out to be dead is replaced, once:
    // nothing was done on it.
    template <class Fn>
    auto heal(Fn fn) -> sql_rows {
        for (bool again = !begun_;; again = false) {
            bool fresh = false;
            auto& link = seat_.link(fresh);
            try {
                auto rows = fn(link);
                begun_ = writes_;
                return rows;
            } catch (const postgres_lost& lost) {
                seat_.drop();
                begun_ = false;
                if (fresh || !again) {
                    throw unavailable(lost.what());
                }
            } catch (const storage_failure&) {
                // BEGIN may have been done before what failed.
                begun_ = writes_;
                throw;
            }
        }
    }

    auto preamble(postgres_link& link) const -> std::string {
        if (begun_) {
            return {};
        }
        std::string commands = writes_ ? "BEGIN;" : "SET LOCAL transaction_read_only = on;";
        if (scope()) {
            commands += "SET LOCAL tenon.org = " + link.quoted(scope()->text()) + ";";
        }
        return commands;
    }

    postgres_seat& seat_;
    bool writes_;
    bool begun_ = false;
};

void run_job(postgres_seat& seat, transaction_job& job) {
    postgres_session session(seat, job);
    bool keep = false;
    try {
        keep = job.run(session);
        if (session.lost_to()) {
            job.fail(*session.lost_to());
            keep = false;
        }
    } catch (const storage_failure& failure) {
        job.fail(failure.reason());
    } catch (...) {
        job.fail(std::current_exception());
    }
    try {
        session.finish(keep);
    } catch (const storage_failure& failure) {
        job.fail(failure.reason());
    }
    job.complete();
}

class postgres_database final : public database {
  public:
    postgres_database(const std::string& url, const database_options& options) : options_(options) {
        const bool in_line = options.run_on == execution::in_line;
        const auto wanted = options.connections == 0 ? default_connections : options.connections;
        const auto count = in_line ? 1 : wanted;
        for (std::size_t i = 0; i < count; ++i) {
            seats_.push_back(std::make_unique<postgres_seat>(url, options_, closed_until_));
        }
        seats_.front()->connect();
        if (!in_line) {
            workers_ = std::make_unique<worker_pool>(
                count, 1, options.max_waiting,
                [this](std::size_t worker, std::vector<job_ptr>& batch) {
                    run_job(*seats_[worker], *batch.front());
                }
            );
        }
    }

    [[nodiscard]] auto engine() const noexcept -> sql_engine override {
        return sql_engine::postgresql;
    }

  protected:
    void submit(job_ptr job) override {
        if (workers_) {
            workers_->submit(std::move(job));
        } else {
            const std::lock_guard lock(in_line_);
            run_job(*seats_.front(), *job);
        }
    }

  private:
    database_options options_;
    std::atomic<steady::rep> closed_until_{std::numeric_limits<steady::rep>::min()};
    std::vector<std::unique_ptr<postgres_seat>> seats_;
    std::mutex in_line_;
    std::unique_ptr<worker_pool> workers_;
};

// With deadlines for what libpq does before a session exists, or when a peer falls silent.
auto with_deadlines(const std::string& url, milliseconds connect_timeout) -> std::string {
    const auto seconds =
        std::max<long long>(2, std::chrono::ceil<std::chrono::seconds>(connect_timeout).count());
    auto add = [](std::string to, const std::string& name, const std::string& value) {
        if (to.find(name + "=") == std::string::npos) {
            to += (to.find('?') == std::string::npos ? '?' : '&') + name + "=" + value;
        }
        return to;
    };
    auto bounded = add(url, "connect_timeout", std::to_string(seconds));
    return add(std::move(bounded), "tcp_user_timeout", "20000");
}

}  // namespace

auto open_postgres(const std::string& url, const database_options& options)
    -> result<std::unique_ptr<database>> {
    try {
        return std::make_unique<postgres_database>(
            with_deadlines(url, options.connect_timeout), options
        );
    } catch (const storage_failure& failure) {
        return failure.reason();
    } catch (const postgres_lost& lost) {
        // Of a malformed URL libpq shows all, with the password.
        const std::string why = lost.what();
        const bool shows_url = why.find("://") != std::string::npos;
        return fail(
            errc::storage_unavailable,
            "PostgreSQL: " + (shows_url ? std::string("the URL is malformed") : why)
        );
    }
}

}  // namespace tenon::host
