// SQLite: one writer that shares commits, a few readers.
#include "base/log.hpp"
#include "store/engines.hpp"
#include "store/sqlite_link.hpp"
#include "store/worker_pool.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <mutex>
#include <system_error>

namespace tenon::host {

namespace {

using job_ptr = worker_pool::job_ptr;

constexpr std::size_t default_readers = 4;

class sqlite_session final : public sql_session {
  public:
    sqlite_session(sqlite_link& link, std::optional<org_id> org)
        : sql_session(std::move(org)), link_(link) {}
    [[nodiscard]] auto engine() const noexcept -> sql_engine override { return sql_engine::sqlite; }
    using sql_session::lost_to;

  private:
    void do_hold(std::string_view /*name*/) override {}
    auto do_execute(std::string_view statement, std::span<const sql_value> arguments)
        -> sql_rows override {
        return link_.execute(statement, arguments);
    }
    void do_execute_script(const std::string& script) override { link_.execute_script(script); }

    sqlite_link& link_;
};

// Runs the job's function; the outcome is noted in the job. True: keep what it wrote.
auto run_function(sqlite_link& link, transaction_job& job) -> bool {
    sqlite_session session(link, job.org());
    try {
        const bool keep = job.run(session);
        if (session.lost_to()) {
            job.fail(*session.lost_to());
        }
        return keep && !job.failed();
    } catch (const storage_failure& failure) {
        job.fail(failure.reason());
    } catch (...) {
        job.fail(std::current_exception());
    }
    return false;
}

void roll_back(sqlite_link& link) noexcept {
    try {
        if (link.in_transaction()) {
            link.execute("ROLLBACK");
        }
    } catch (const storage_failure&) {
        // Logged; the next BEGIN fails, and says so.
        return;
    }
}

void fail_and_complete(std::span<const job_ptr> jobs, const error& reason) {
    for (const auto& job : jobs) {
        job->fail(reason);
        job->complete();
    }
}

void run_read(sqlite_link& link, transaction_job& job) {
    try {
        link.execute("BEGIN");
        run_function(link, job);
        link.execute("COMMIT");
    } catch (const storage_failure& failure) {
        job.fail(failure.reason());
        roll_back(link);
    }
    job.complete();
}

// One after another in one transaction, each with a savepoint to go back to. Answers how many were
// run: fewer than there are where SQLite gave up the transaction on the way (a full disk).
auto run_in_savepoints(sqlite_link& link, std::span<const job_ptr> jobs) -> std::size_t {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        link.execute("SAVEPOINT job");
        const bool keep = run_function(link, *jobs[i]);
        if (!link.in_transaction()) {
            return i + 1;
        }
        if (!keep) {
            link.execute("ROLLBACK TO job");
        }
        link.execute("RELEASE job");
    }
    return jobs.size();
}

// Nobody is told anything before the one COMMIT is through.
auto run_batch(sqlite_link& link, std::span<const job_ptr> jobs) -> std::size_t {
    std::size_t ran = jobs.size();
    try {
        link.execute("BEGIN IMMEDIATE");
        ran = run_in_savepoints(link, jobs);
        if (!link.in_transaction()) {
            throw storage_failure(
                fail(errc::storage_unavailable, "the database gave up a transaction; try again")
            );
        }
        link.execute("COMMIT");
    } catch (const storage_failure& failure) {
        roll_back(link);
        fail_and_complete(jobs.first(ran), failure.reason());
        return ran;
    }
    for (const auto& job : jobs) {
        job->complete();
    }
    return ran;
}

void run_batches(sqlite_link& link, std::span<const job_ptr> jobs) {
    while (!jobs.empty()) {
        jobs = jobs.subspan(run_batch(link, jobs));
    }
}

void set_up(sqlite_link& link) {
    link.execute("PRAGMA synchronous=FULL");
    link.execute("PRAGMA foreign_keys=ON");
    link.execute("PRAGMA trusted_schema=OFF");
    link.execute("PRAGMA temp_store=MEMORY");
    // What is erased is overwritten, in the pages too that become free by it.
    link.execute("PRAGMA secure_delete=ON");
}

// SQLite gives its other files the mode of this one.
auto make_private(const std::string& path) -> result<void> {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    const bool done = file >= 0 && ::fchmod(file, S_IRUSR | S_IWUSR) == 0;
    const int reason = errno;
    if (file >= 0) {
        ::close(file);
    }
    if (!done) {
        return fail(
            errc::storage_unavailable, "the database file " + path + " can't be opened: " +
                                           std::generic_category().message(reason)
        );
    }
    return {};
}

class sqlite_database final : public database {
  public:
    sqlite_database(const std::string& path, const database_options& options)
        : write_link_(path, sqlite_access::read_write, options.lock_timeout) {
        set_up(write_link_);
        const auto mode = write_link_.execute("PRAGMA journal_mode=WAL");
        if (mode[0].text(0) != "wal") {
            throw storage_failure(fail(
                errc::storage_unavailable,
                "the file system of " + path + " can't hold a database (no shared memory files)"
            ));
        }
        if (options.run_on == execution::workers) {
            start_threads(path, options);
        }
    }

    [[nodiscard]] auto engine() const noexcept -> sql_engine override { return sql_engine::sqlite; }

  protected:
    void submit(job_ptr job) override {
        if (!writer_) {
            run_in_line(std::move(job));
        } else {
            (job->writes() ? writer_ : readers_)->submit(std::move(job));
        }
    }

  private:
    void start_threads(const std::string& path, const database_options& options) {
        const auto count = options.connections == 0 ? default_readers : options.connections;
        for (std::size_t i = 0; i < count; ++i) {
            read_links_.push_back(
                std::make_unique<sqlite_link>(path, sqlite_access::read_only, options.lock_timeout)
            );
        }
        readers_ = std::make_unique<worker_pool>(
            count, 1, options.max_waiting,
            [this](std::size_t worker, std::vector<job_ptr>& batch) {
                run_read(*read_links_[worker], *batch.front());
            }
        );
        writer_ = std::make_unique<worker_pool>(
            1, options.group_commit, options.max_waiting,
            [this](std::size_t /*the only one*/, std::vector<job_ptr>& batch) {
                run_batches(write_link_, batch);
            }
        );
    }

    void run_in_line(job_ptr job) {
        const std::lock_guard lock(in_line_);
        if (job->writes()) {
            run_batches(write_link_, std::span(&job, 1));
        } else {
            write_link_.execute("PRAGMA query_only=ON");
            run_read(write_link_, *job);
            write_link_.execute("PRAGMA query_only=OFF");
        }
    }

    sqlite_link write_link_;
    std::vector<std::unique_ptr<sqlite_link>> read_links_;
    std::mutex in_line_;
    std::unique_ptr<worker_pool> readers_;
    std::unique_ptr<worker_pool> writer_;
};

}  // namespace

auto open_sqlite(const std::string& path, const database_options& options)
    -> result<std::unique_ptr<database>> {
    if (auto made = make_private(path); !made) {
        return made.error();
    }
    try {
        return std::make_unique<sqlite_database>(path, options);
    } catch (const storage_failure& failure) {
        auto reason = failure.reason();
        reason.message = "the database file " + path + ": " + reason.message;
        return reason;
    }
}

}  // namespace tenon::host
