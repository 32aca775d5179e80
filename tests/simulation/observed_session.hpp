// One transaction as a host makes it, with somebody who looks on.
#pragma once

#include "chronicle.hpp"
#include "store/sql.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::simulation {

struct late_statement {
    std::string text;
    std::vector<host::sql_value> arguments;
};

// What a transaction was about, by its statements.
struct transcript {
    bool touches_grants = false;
    bool touches_intents = false;
    bool touches_connections = false;  // or adds to the audit log
    bool touches_owed = false;
    bool commits_refresh = false;
    bool announces = false;               // other hosts are told to look
    std::vector<std::string> replies_of;  // the intents that it recorded a reply of
    std::vector<late_statement> late;     // what a planted fault has kept back
};

// Passes statements on, and notes what they are about and whether they would write a readable
// secret; some planted faults change them.
class observed_session final : public host::sql_session {
  public:
    observed_session(
        host::sql_session& inner, const std::optional<host::org_id>& org, chronicle& all,
        transcript& notes
    )
        : sql_session(org), inner_(inner), all_(all), fault_(all.fault), notes_(notes) {}

    [[nodiscard]] auto engine() const noexcept -> host::sql_engine override {
        return inner_.engine();
    }
    using sql_session::announces;

  private:
    void do_hold(std::string_view name) override { inner_.hold(name); }
    auto do_execute(std::string_view statement, std::span<const host::sql_value> arguments)
        -> host::sql_rows override;
    void do_execute_script(const std::string& script) override { inner_.execute_script(script); }

    void note(std::string_view statement, std::span<const host::sql_value> arguments);
    // A planted fault swallows it.
    [[nodiscard]] auto is_swallowed(
        std::string_view statement, std::span<const host::sql_value> arguments
    ) -> bool;
    // `held`: what the lease is known by, among the statement's first arguments.
    auto with_short_lease(
        std::string_view statement, std::span<const host::sql_value> arguments,
        const std::string& held, std::size_t first
    ) -> host::sql_rows;

    host::sql_session& inner_;
    chronicle& all_;
    planted_fault fault_;
    transcript& notes_;
};

}  // namespace tenon::simulation
