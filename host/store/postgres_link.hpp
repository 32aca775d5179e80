// One connection to PostgreSQL. The one file (with its source) that knows libpqxx, and which of its
// versions 6 and 7 it is.
#pragma once

#include "store/database.hpp"
#include "store/postgres_watch.hpp"
#include "store/sql.hpp"
#include "store/statement_map.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace tenon::host {

// The connection is gone; whether the last command was done is not known. The reason is for the
// operator: no password, no value.
class postgres_lost : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// How long an answer is waited for: as the options say, or as long as it takes.
enum class patience { bounded, endless };

class postgres_link {
  public:
    // Connects, and makes the session's settings. `watch` outlives it. Throws postgres_lost.
    postgres_link(const std::string& url, const database_options& options, postgres_watch& watch);
    // Never waits for the server.
    ~postgres_link();
    postgres_link(const postgres_link&) = delete;
    auto operator=(const postgres_link&) -> postgres_link& = delete;

    // One round trip: commands separated by `;`, the answer is the last one's. Throws
    // postgres_lost, also where the answer takes longer than the options allow; storage_failure.
    auto send(const std::string& commands) -> sql_rows;
    void wait_for_answers(patience how) noexcept { patience_ = how; }
    // Whether it is lost because the server was silent for too long.
    [[nodiscard]] auto was_silent() const noexcept -> bool { return silent_; }

    // `EXECUTE name(arguments)` for the statement; prepares it first (a round trip) if this
    // connection has not seen it. Throws as send.
    auto call_of(std::string_view statement, std::span<const sql_value> arguments) -> std::string;

    // Of a connection on which nothing is asked: did the server, or the network, end it?
    [[nodiscard]] auto has_ended() const noexcept -> bool;

    // From now on this connection hears what is notified on that channel, a plain name; once.
    // Throws as send.
    void listen(const std::string& channel);
    // Whether another session notified since the last call. Throws postgres_lost.
    [[nodiscard]] auto was_notified() -> bool;
    // Readable when there may be something to hear, or the connection has ended.
    [[nodiscard]] auto socket() const noexcept -> int;

    // 'text', safe within a command.
    [[nodiscard]] auto quoted(std::string_view text) const -> std::string;

  private:
    auto ask(const std::string& commands) -> sql_rows;
    void append_value(std::string& call, const sql_value& value) const;

    struct connection;
    class ear;
    std::unique_ptr<connection> connection_;
    std::unique_ptr<ear> ear_;  // gone before its connection is
    std::shared_ptr<postgres_watch::line> line_;
    milliseconds longest_;
    patience patience_ = patience::bounded;
    bool silent_ = false;
    statement_map<std::string> names_;
};

}  // namespace tenon::host
