// A host that stands still for longer than the lease that it has just taken.
#include "base/pause.hpp"
#include "unit/oauth/absent_database.hpp"
#include "unit/oauth/flow_case.hpp"

namespace tenon::test {
namespace {

// The inner one; `stall` comes between the first write's commit and its answer.
class stalling_database final : public database {
  public:
    stalling_database(database& inner, std::function<void()> stall)
        : inner_(inner), stall_(std::move(stall)) {}
    [[nodiscard]] auto engine() const noexcept -> sql_engine override { return inner_.engine(); }

  protected:
    void submit(std::shared_ptr<transaction_job> job) override {
        auto work = [&job](sql_session& session) -> result<void> {
            return job->run(session) ? result<void>() : fail(errc::conflict, "rolled back");
        };
        const auto mode = job->writes() ? access::write : access::read;
        [[maybe_unused]] const auto done = inner_.with_org_now(*job->org(), mode, work);
        if (job->writes() && stall_) {
            std::exchange(stall_, nullptr)();
        }
        job->complete();
    }

  private:
    database& inner_;
    std::function<void()> stall_;
};

}  // namespace

TEST_CASE("a refresh whose host stood still past its lease does not go out under another's") {
    flow_case here;
    const auto before = here.grant(here.connect(ann, "u1"));
    boost::asio::use_service<pause_service>(here.io).wait = [&here](milliseconds span) {
        return pass(here.time, span);
    };
    bool another_took_it = false;
    const auto stall = [&] {
        here.time.advance(here.context.options.lease);
        another_took_it = here.look([&](sql_session& session) -> result<bool> {
            const auto now = here.time.now();
            return take_grant_lease(session, before.id, "another", now + hours(1), now).has_value();
        });
    };
    stalling_database db(here.store.db(), stall);
    auto context = here.context_with({.db = &db});
    refresher late(context);
    here.http.seen.clear();
    refresh_order order{before.org, before.id, before.provider, refresh_reason::needed};
    const auto answer = here.run(late.refresh(std::move(order)));
    REQUIRE(another_took_it);
    CHECK(answer.error().code == errc::provider_unavailable);
    CHECK(here.http.seen.empty());
    CHECK(here.intents(before.id).empty());
}

}  // namespace tenon::test
