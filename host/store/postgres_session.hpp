// One thread's connection to PostgreSQL, and the transactions on it. Only postgres_engine uses
// this.
#pragma once

#include "store/database.hpp"
#include "store/postgres_link.hpp"
#include "store/transaction_job.hpp"

#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace tenon::host {

// One thread's place for a connection.
class postgres_seat {
  public:
    using steady = std::chrono::steady_clock;

    // Of `closed`: anybody may connect.
    static constexpr auto open = std::numeric_limits<steady::rep>::min();

    // `closed`: shared by all. Until then nobody tries to connect, and then one of them does.
    postgres_seat(
        std::string url, const database_options& options, postgres_watch& watch,
        std::atomic<steady::rep>& closed
    );

    // The connection, made if there is none. `fresh`: it was made just now. Throws storage_failure.
    auto link(bool& fresh) -> postgres_link&;
    void drop() noexcept;
    void drop_if_ended() noexcept;
    // Throws postgres_lost.
    void connect();

  private:
    void admit();

    std::string url_;
    const database_options& options_;
    postgres_watch& watch_;
    std::atomic<steady::rep>& closed_until_;
    std::unique_ptr<postgres_link> link_;
};

// Reads: every statement is a transaction of its own, in one round trip with its scope: as much as
// READ COMMITTED promises. Snapshots: one REPEATABLE READ transaction. Writes: BEGIN and the scope
// travel with the first statement, and what can wait with the next one or with COMMIT: a
// transaction that needs no answer is one round trip.
class postgres_session final : public sql_session {
  public:
    postgres_session(postgres_seat& seat, const transaction_job& job);

    [[nodiscard]] auto engine() const noexcept -> sql_engine override {
        return sql_engine::postgresql;
    }
    using sql_session::announces;
    using sql_session::lost_to;

    // Commits, or rolls back. Throws storage_failure.
    void finish(bool keep);

  private:
    struct waiting_statement {
        std::string text;
        std::vector<sql_value> arguments;
    };

    void do_hold(std::string_view name) override;
    auto do_execute(std::string_view statement, std::span<const sql_value> arguments)
        -> sql_rows override;
    void do_execute_later(std::string_view statement, std::span<const sql_value> arguments)
        override;
    void do_execute_script(const std::string& script) override;

    auto link(bool& fresh) -> postgres_link&;
    template <class Fn>
    auto heal(Fn fn) -> sql_rows;
    auto preamble(postgres_link& link) const -> std::string;
    auto calls_that_wait(postgres_link& link) const -> std::string;
    void commit();
    void roll_back() noexcept;

    postgres_seat& seat_;
    access mode_;
    bool begun_ = false;
    patience patience_;
    std::vector<waiting_statement> waiting_;
};

}  // namespace tenon::host
