#include "storage.hpp"

#include "base/result.hpp"
#include "observed_session.hpp"

namespace tenon::simulation {
namespace {

using host::access;
using host::errc;
using host::result;
using host::sql_session;

auto lost_connection() -> host::error {
    return host::fail(errc::storage_unavailable, "the simulated way to the database broke");
}

}  // namespace

simulated_storage::simulated_storage(
    chronicle& all, host::database& inner, std::size_t host, const host::clock& clock,
    std::weak_ptr<const void> alive, commit_listener committed
)
    : all_(all),
      inner_(inner),
      host_(host),
      clock_(clock),
      alive_(std::move(alive)),
      committed_(std::move(committed)) {}

void simulated_storage::on_announcement(std::function<void()> heard) {
    all_.ears[host_] = {std::move(heard), false};
}

void simulated_storage::submit(std::shared_ptr<host::transaction_job> job) {
    auto fate = mishap_kind::none;
    auto way = all_.chance.span(0, 2);
    if (job->writes() && job->org()) {
        all_.point(host_);
    }
    const bool strikes =
        !all_.storage.empty() &&
        (job->writes() || all_.storage.front().kind == mishap_kind::storage_is_slow);
    if (strikes) {
        fate = all_.storage.front().kind;
        way += milliseconds(all_.storage.front().amount);
        all_.storage.pop_front();
    }
    all_.time.after(way, [this, alive = alive_, job = std::move(job), fate] {
        if (!alive.expired()) {  // else it never got there
            perform(job, fate);
        }
    });
}

void simulated_storage::perform(
    const std::shared_ptr<host::transaction_job>& job, mishap_kind fate
) {
    const bool is_away = all_.time.now() < all_.storage_away_until;
    if (fate == mishap_kind::storage_refuses || is_away || !all_.trusts(clock_)) {
        all_.tell(host_, job->writes() ? "a write is refused" : "a read is refused");
        job->fail(lost_connection());
        return answer(job);
    }
    transcript notes;
    if (all_.fault == planted_fault::commit_after_use && use_before_commit(job, notes)) {
        return answer(job);
    }
    if (run(*job, keeping::commit, notes) && job->writes()) {
        committed_(host_, notes);
        if (notes.announces) {
            all_.announce(host_);
        }
        if (!notes.late.empty()) {
            run_late(*job->org(), std::move(notes.late));
        }
    }
    if (fate == mishap_kind::storage_keeps_silent) {
        job->fail(lost_connection());
    }
    answer(job);
    if (job->writes() && job->org()) {
        all_.point(host_);
    }
}

auto simulated_storage::run(host::transaction_job& job, keeping how, transcript& notes) -> bool {
    bool refused = false;
    auto work = [&](sql_session& session) -> result<void> {
        observed_session observed(session, job.org(), all_, notes);
        refused = !job.run(observed) || how == keeping::roll_back;
        notes.announces = observed.announces();
        return refused ? result<void>(host::fail(errc::conflict, "rolled back")) : result<void>();
    };
    const auto mode = job.writes() ? access::write : access::read;
    try {
        const auto done = job.org() ? inner_.with_org_now(*job.org(), mode, work)
                                    : inner_.as_service_now(mode, work);
        if (done.has_error() && !refused) {
            job.fail(done.error());
        }
        return done.has_value();
    } catch (...) {
        job.fail(std::current_exception());
    }
    return false;
}

// The planted fault: the host is told that its refresh is committed; it is, some seconds later.
auto simulated_storage::use_before_commit(
    const std::shared_ptr<host::transaction_job>& job, transcript& notes
) -> bool {
    if (!job->writes() || !job->org()) {
        return false;
    }
    [[maybe_unused]] const bool kept = run(*job, keeping::roll_back, notes);
    if (!notes.commits_refresh || job->failed()) {
        notes = {};
        return false;
    }
    all_.time.after(all_.chance.span(200, 2'000), [this, alive = alive_, job] {
        if (!alive.expired()) {
            transcript late;
            if (run(*job, keeping::commit, late)) {
                committed_(host_, late);
            }
        }
    });
    return true;
}

// The planted fault: committed by itself, some seconds later, if the host lives until then.
void simulated_storage::run_late(const host::org_id& org, std::vector<late_statement> what) {
    all_.time.after(
        all_.chance.span(200, 2'000),
        [this, alive = alive_, org, what = std::move(what)] {
            auto work = [&](sql_session& session) -> result<void> {
                for (const auto& one : what) {
                    session.execute(one.text, one.arguments);
                }
                return {};
            };
            if (!alive.expired()) {
                (void)inner_.with_org_now(org, access::write, work);
            }
        }
    );
}

void simulated_storage::answer(const std::shared_ptr<host::transaction_job>& job) {
    all_.time.after(all_.chance.span(0, 2), [job] { job->complete(); });
}

}  // namespace tenon::simulation
