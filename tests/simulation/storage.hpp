// One database for all hosts, as each of them reaches it: over a way that takes time, that breaks,
// and that tells what was written.
#pragma once

#include "observed_session.hpp"
#include "store/database.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace tenon::simulation {

using commit_listener = std::function<void(std::size_t host, const transcript& what)>;

// A host's own. Transactions run one after another, each at one moment: what PostgreSQL lets run
// side by side is for other tests. `alive` ends with the host; `inner` and all others outlive it.
class simulated_storage final : public host::database {
  public:
    simulated_storage(
        chronicle& all, host::database& inner, std::size_t host, const host::clock& clock,
        std::weak_ptr<const void> alive, commit_listener committed
    );

    [[nodiscard]] auto engine() const noexcept -> host::sql_engine override {
        return inner_.engine();
    }
    void on_announcement(std::function<void()> heard) override;

  protected:
    void submit(std::shared_ptr<host::transaction_job> job) override;

  private:
    enum class keeping { commit, roll_back };

    void perform(const std::shared_ptr<host::transaction_job>& job, mishap_kind fate);
    // True: it is committed.
    auto run(host::transaction_job& job, keeping how, transcript& notes) -> bool;
    void answer(const std::shared_ptr<host::transaction_job>& job);
    void run_late(const host::org_id& org, std::vector<late_statement> what);
    [[nodiscard]] auto use_before_commit(
        const std::shared_ptr<host::transaction_job>& job, transcript& notes
    ) -> bool;

    chronicle& all_;
    host::database& inner_;
    std::size_t host_;
    const host::clock& clock_;
    std::weak_ptr<const void> alive_;
    commit_listener committed_;
};

}  // namespace tenon::simulation
