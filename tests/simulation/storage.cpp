#include "storage.hpp"

#include "base/result.hpp"
#include "leaks.hpp"

#include <algorithm>

namespace tenon::simulation {
namespace {

using host::access;
using host::errc;
using host::result;
using host::sql_rows;
using host::sql_session;
using host::sql_value;

constexpr std::string_view owing = "INSERT INTO owed_revocations";
constexpr std::string_view refresh_commit = "UPDATE grants SET status = 'live', access_token";
constexpr std::string_view lease_taking = "UPDATE grants SET lease_owner = $3, lease_until = $4";
constexpr std::string_view lease_claiming = "WITH found AS";
constexpr std::string_view reply_record = "INSERT INTO intent_replies";
constexpr std::string_view reply_touch = "UPDATE intents SET updated_at";
constexpr std::string_view telling = "INSERT INTO audit_log";
constexpr std::size_t told_action = 4;  // which of its arguments

auto is_readable(const sql_value& value) -> bool {
    if (const auto* text = std::get_if<std::string>(&value)) {
        return leaks(*text);
    }
    const auto* bytes = std::get_if<host::blob>(&value);
    return bytes != nullptr && leaks(bytes->data);
}

auto tells_of_end(std::string_view statement, std::span<const sql_value> arguments) -> bool {
    return statement.starts_with(telling) &&
           std::get<std::string>(arguments[told_action]) == "connection.expired";
}

// Passes statements on, and notes what they are about and whether they would write a readable
// secret; some planted faults change them.
class observed_session final : public sql_session {
  public:
    observed_session(
        sql_session& inner, const std::optional<host::org_id>& org, chronicle& all,
        transcript& notes
    )
        : sql_session(org), inner_(inner), all_(all), fault_(all.fault), notes_(notes) {}

    [[nodiscard]] auto engine() const noexcept -> host::sql_engine override {
        return inner_.engine();
    }

  private:
    void do_hold(std::string_view name) override { inner_.hold(name); }
    auto do_execute(std::string_view statement, std::span<const sql_value> arguments)
        -> sql_rows override {
        note(statement, arguments);
        if (fault_ == planted_fault::reply_not_sealed && statement.starts_with(reply_record)) {
            return {};
        }
        if (fault_ == planted_fault::owed_forgotten && statement.starts_with(owing)) {
            return {};
        }
        if (fault_ == planted_fault::audit_later && tells_of_end(statement, arguments)) {
            notes_.late.push_back({std::string(statement), {arguments.begin(), arguments.end()}});
            return {};
        }
        if (fault_ == planted_fault::short_lease && statement.starts_with(lease_taking)) {
            return with_short_lease(
                statement, arguments, "org_id = $1 AND id = $2 AND lease_owner = $3", 3
            );
        }
        if (fault_ == planted_fault::short_lease && statement.starts_with(lease_claiming)) {
            return with_short_lease(
                statement, arguments, "lease_owner = $1 AND lease_until = $2", 2
            );
        }
        if (fault_ == planted_fault::no_compare_and_swap && statement.starts_with(refresh_commit)) {
            return inner_.execute(without_comparison(statement), arguments);
        }
        return inner_.execute(statement, arguments);
    }
    void do_execute_script(const std::string& script) override { inner_.execute_script(script); }

    void note(std::string_view statement, std::span<const sql_value> arguments) {
        if (statement.starts_with("SELECT")) {
            return;
        }
        if (std::ranges::any_of(arguments, is_readable)) {
            all_.violated("a readable secret was given to the database");
        }
        const auto names = [&](std::string_view what) {
            return statement.find(what) != std::string_view::npos;
        };
        notes_.touches_grants = notes_.touches_grants || names("grants");
        notes_.touches_intents = notes_.touches_intents || names("intent");
        notes_.touches_connections =
            notes_.touches_connections || names(" connections ") || statement.starts_with(telling);
        notes_.touches_owed = notes_.touches_owed || names("owed_revocations");
        notes_.commits_refresh = notes_.commits_refresh || statement.starts_with(refresh_commit);
        if (statement.starts_with(reply_touch)) {
            notes_.replies_of.push_back(std::get<std::string>(arguments[1]));
        }
    }

    // `held`: what the lease is known by, among the statement's first arguments.
    auto with_short_lease(
        std::string_view statement, std::span<const sql_value> arguments, const std::string& held,
        std::size_t first
    ) -> sql_rows {
        auto rows = inner_.execute(statement, arguments);
        inner_.execute(
            "UPDATE grants SET lease_until = lease_until - 44500 WHERE " + held,
            arguments.first(first)
        );
        return rows;
    }

    static auto without_comparison(std::string_view statement) -> std::string {
        constexpr std::string_view comparison = "generation = $3";
        std::string text(statement);
        text.replace(text.rfind(comparison), comparison.size(), "$3 > 0");
        return text;
    }

    sql_session& inner_;
    chronicle& all_;
    planted_fault fault_;
    transcript& notes_;
};

auto lost_connection() -> host::error {
    return host::fail(errc::storage_unavailable, "the simulated way to the database broke");
}

}  // namespace

simulated_storage::simulated_storage(
    chronicle& all, host::database& inner, std::size_t host, std::weak_ptr<const void> alive,
    commit_listener committed
)
    : all_(all),
      inner_(inner),
      host_(host),
      alive_(std::move(alive)),
      committed_(std::move(committed)) {}

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
    if (fate == mishap_kind::storage_refuses || all_.time.now() < all_.storage_away_until) {
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
