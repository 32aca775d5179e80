// PostgreSQL: as many threads as connections, each with its own, which heals.
#include "store/engines.hpp"
#include "store/postgres_bell.hpp"
#include "store/postgres_clock.hpp"
#include "store/postgres_session.hpp"
#include "store/worker_pool.hpp"

#include <atomic>
#include <chrono>
#include <mutex>

namespace tenon::host {

namespace {

using job_ptr = worker_pool::job_ptr;
using steady = postgres_seat::steady;

constexpr std::size_t default_connections = 8;

// Answers whether other hosts are to be told.
auto run_job(postgres_seat& seat, postgres_clock& clock, transaction_job& job) -> bool {
    postgres_session session(seat, job);
    bool keep = false;
    try {
        clock.check(seat);
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
        keep = false;
    }
    return keep && session.announces();
}

class postgres_database final : public database {
  public:
    postgres_database(const std::string& url, const database_options& options)
        : url_(url), options_(options) {
        const bool in_line = options.run_on == execution::in_line;
        const auto wanted = options.connections == 0 ? default_connections : options.connections;
        const auto count = in_line ? 1 : wanted;
        for (std::size_t i = 0; i < count; ++i) {
            seats_.push_back(std::make_unique<postgres_seat>(url, options_, watch_, closed_until_));
        }
        seats_.front()->connect();
        if (!in_line) {
            workers_ = std::make_unique<worker_pool>(
                count, 1, options.max_waiting,
                [this](std::size_t worker, std::vector<job_ptr>& batch) {
                    run(*seats_[worker], *batch.front());
                }
            );
        }
    }

    [[nodiscard]] auto engine() const noexcept -> sql_engine override {
        return sql_engine::postgresql;
    }

    void on_announcement(std::function<void()> heard) override {
        bell_ = std::make_unique<postgres_bell>(url_, options_, watch_, std::move(heard));
        rings_.store(bell_.get());
    }

  protected:
    void submit(job_ptr job) override {
        if (workers_) {
            workers_->submit(std::move(job));
        } else {
            const std::lock_guard lock(in_line_);
            run(*seats_.front(), *job);
        }
    }

  private:
    void run(postgres_seat& seat, transaction_job& job) {
        const bool announces = run_job(seat, clock_, job);
        auto* const bell = rings_.load();
        if (announces && bell != nullptr) {
            bell->ring();
        }
        job.complete();
    }

    std::string url_;
    database_options options_;
    postgres_watch watch_;  // longer than all that connects
    postgres_clock clock_;
    std::atomic<steady::rep> closed_until_{postgres_seat::open};
    std::vector<std::unique_ptr<postgres_seat>> seats_;
    std::mutex in_line_;
    std::unique_ptr<postgres_bell> bell_;  // longer than the workers, who ring it
    std::atomic<postgres_bell*> rings_{nullptr};
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
    // Of a connection on which nothing is sent: a host's that listens, or waits for an answer.
    bounded = add(std::move(bounded), "keepalives_idle", "10");
    bounded = add(std::move(bounded), "keepalives_interval", "5");
    bounded = add(std::move(bounded), "keepalives_count", "2");
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
