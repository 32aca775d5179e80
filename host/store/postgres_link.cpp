#include "store/postgres_link.hpp"

#include "base/log.hpp"
#include "base/result.hpp"

#include <poll.h>
#include <charconv>
#include <pqxx/pqxx>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace tenon::host {

struct postgres_link::connection {
    explicit connection(const std::string& url) : link(url) {
#if !defined(PQXX_VERSION_MAJOR) || PQXX_VERSION_MAJOR < 7
        // Version 6 reconnects by itself, even between BEGIN and COMMIT.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        link.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
    }

    auto escape(std::string_view text) const -> std::string {
#if !defined(PQXX_VERSION_MAJOR) || PQXX_VERSION_MAJOR < 7
        return link.esc(text.data(), text.size());
#else
        return link.esc(text);
#endif
    }

    mutable pqxx::connection link;
};

// Hears a channel, and not what its own session says there.
class postgres_link::ear final : public pqxx::notification_receiver {
  public:
    ear(pqxx::connection& link, const std::string& channel)
        : notification_receiver(link, channel), own_(link.backendpid()) {}

    void operator()(const std::string& /*payload*/, int session) override {
        heard_ = heard_ || session != own_;
    }
    [[nodiscard]] auto take() -> bool { return std::exchange(heard_, false); }

  private:
    int own_;
    bool heard_ = false;
};

namespace {

constexpr int oid_bool = 16;
constexpr int oid_bytea = 17;
constexpr int oid_int8 = 20;
constexpr int oid_int2 = 21;
constexpr int oid_int4 = 23;

auto first_line(std::string_view text) -> std::string {
    return std::string(text.substr(0, text.find('\n')));
}

auto hex_digit(char c) -> int {
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

auto read_bytes(std::string_view text) -> blob {
    text.remove_prefix(2);  // \x
    blob bytes;
    bytes.data.reserve(text.size() / 2);
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        bytes.data.push_back(static_cast<char>(hex_digit(text[i]) * 16 + hex_digit(text[i + 1])));
    }
    return bytes;
}

auto read_field(std::string_view text, int type) -> sql_value {
    switch (type) {
        case oid_bool: return text == "t";
        case oid_bytea: return read_bytes(text);
        case oid_int2:
        case oid_int4:
        case oid_int8: {
            std::int64_t number = 0;
            std::from_chars(text.data(), text.data() + text.size(), number);
            return number;
        }
        default: return std::string(text);
    }
}

auto read_rows(const pqxx::result& answer) -> sql_rows {
    const auto columns = answer.columns();
    std::vector<int> types;
    for (decltype(answer.columns()) column = 0; column < columns; ++column) {
        types.push_back(static_cast<int>(answer.column_type(column)));
    }
    std::vector<sql_value> values;
    values.reserve(types.size() * static_cast<std::size_t>(answer.size()));
    for (const auto& row : answer) {
        std::size_t column = 0;
        for (const auto& field : row) {
            const std::string_view text(field.c_str(), field.size());
            values.push_back(
                field.is_null() ? sql_value(std::monostate{}) : read_field(text, types[column])
            );
            ++column;
        }
    }
    return {types.size(), std::move(values), static_cast<std::int64_t>(answer.affected_rows())};
}

// SQLSTATE classes: https://www.postgresql.org/docs/15/errcodes-appendix.html
[[noreturn]] void fail_with(const pqxx::sql_error& failure) {
    // Of this one libpqxx 6 forgets the state.
    const bool denied = dynamic_cast<const pqxx::insufficient_privilege*>(&failure) != nullptr;
    const std::string state = denied ? "42501" : failure.sqlstate();
    const std::string_view kind = std::string_view(state).substr(0, 2);
    if (state == "23505" || state == "23503") {
        throw storage_failure(fail(errc::conflict, "it is already there, or changed meanwhile"));
    }
    if (kind == "08" || state.starts_with("57P")) {
        throw postgres_lost("the server ended the session (" + state + ")");
    }
    // Of a wrong statement the first line names tables and columns; others may quote values.
    const std::string detail = kind == "42" ? first_line(failure.what()) : std::string();
    log(log_level::error, "storage_failed",
        {{log_key::operation, "postgresql"}, {log_key::code, state}, {log_key::detail, detail}});
    if (denied) {
        throw storage_failure(fail(
            errc::internal,
            "the database role may not do that: a grant is missing (`tenon migrate up --grant-to "
            "ROLE`, migrations/README.md), or the row is another organization's"
        ));
    }
    const bool unavailable = kind == "25" || kind == "40" || kind == "53" || kind == "55" ||
                             kind == "57" || kind == "58" || kind == "XX";
    if (unavailable) {
        throw storage_failure(fail(
            errc::storage_unavailable,
            "the database can't be used now (PostgreSQL says " + state + "); try again"
        ));
    }
    throw storage_failure(fail(errc::internal, "the database refused a statement"));
}

}  // namespace

postgres_link::postgres_link(
    const std::string& url, const database_options& options, postgres_watch& watch
)
    : longest_(options.statement_timeout + options.answer_margin) {
    try {
        connection_ = std::make_unique<connection>(url);
        line_ = watch.watch(connection_->link.sock());
    } catch (const pqxx::failure& failure) {
        throw postgres_lost(first_line(failure.what()));
    } catch (const std::system_error& failure) {
        throw postgres_lost(failure.what());
    }
    const auto statement_ms = std::to_string(options.statement_timeout.count());
    // Statements look up, or walk an index in its order until they have enough. Of a table that it
    // has no statistics of yet PostgreSQL thinks that it is small, and would collect all of it.
    send(
        "SET enable_bitmapscan = off;"
        "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on;"
        "SET bytea_output = 'hex'; SET default_transaction_isolation = 'read committed';"
        "SET application_name = 'tenon'; SET client_min_messages = 'error';"
        "SET statement_timeout = " +
        statement_ms + "; SET idle_in_transaction_session_timeout = " + statement_ms +
        "; SET lock_timeout = " + std::to_string(options.lock_timeout.count())
    );
}

// Who listens says that it does so no longer, and would wait for an answer.
postgres_link::~postgres_link() {
    if (ear_) {
        line_->cut();
    }
}

auto postgres_link::send(const std::string& commands) -> sql_rows {
    if (patience_ == patience::endless) {
        return ask(commands);
    }
    line_->expect_within(longest_);
    try {
        auto rows = ask(commands);
        (void)line_->settle();
        return rows;
    } catch (const postgres_lost&) {
        silent_ = !line_->settle();
        if (silent_) {
            throw postgres_lost(
                "no answer within " + std::to_string(longest_.count()) +
                " ms: the server has fallen silent, and the connection was ended"
            );
        }
        throw;
    } catch (const storage_failure&) {
        (void)line_->settle();
        throw;
    }
}

auto postgres_link::ask(const std::string& commands) -> sql_rows {
    if (!connection_->link.is_open()) {
        throw postgres_lost("the connection was lost");
    }
    try {
        pqxx::nontransaction once(connection_->link);
        return read_rows(once.exec(commands));
    } catch (const pqxx::broken_connection& failure) {
        throw postgres_lost(first_line(failure.what()));
    } catch (const pqxx::sql_error& failure) {
        if (!connection_->link.is_open()) {
            throw postgres_lost("the server closed the connection");
        }
        fail_with(failure);
    } catch (const pqxx::failure& failure) {
        throw postgres_lost(first_line(failure.what()));
    }
}

void postgres_link::listen(const std::string& channel) {
    try {
        ear_ = std::make_unique<ear>(connection_->link, channel);
    } catch (const pqxx::failure& failure) {
        throw postgres_lost(first_line(failure.what()));
    }
}

auto postgres_link::was_notified() -> bool {
    try {
        connection_->link.get_notifs();
    } catch (const pqxx::failure& failure) {
        throw postgres_lost(first_line(failure.what()));
    }
    return ear_->take();
}

auto postgres_link::socket() const noexcept -> int {
    return connection_->link.sock();
}

auto postgres_link::has_ended() const noexcept -> bool {
    pollfd socket{connection_->link.sock(), POLLIN, 0};
    return !connection_->link.is_open() || ::poll(&socket, 1, 0) != 0;
}

auto postgres_link::quoted(std::string_view text) const -> std::string {
    return "'" + connection_->escape(text) + "'";
}

void postgres_link::append_value(std::string& call, const sql_value& value) const {
    constexpr std::string_view digits = "0123456789abcdef";
    if (const auto* text = std::get_if<std::string>(&value)) {
        call += quoted(*text);
    } else if (const auto* bytes = std::get_if<blob>(&value)) {
        call += "'\\x";
        for (const char c : bytes->data) {
            call += digits[static_cast<unsigned char>(c) >> 4U];
            call += digits[static_cast<unsigned char>(c) & 0xFU];
        }
        call += '\'';
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
        call += '\'' + std::to_string(*number) + '\'';
    } else if (const auto* truth = std::get_if<bool>(&value)) {
        call += *truth ? "true" : "false";
    } else {
        call += "NULL";
    }
}

auto postgres_link::call_of(std::string_view statement, std::span<const sql_value> arguments)
    -> std::string {
    auto known = names_.find(statement);
    if (known == names_.end()) {
        std::string name = "t" + std::to_string(names_.size() + 1);
        send("PREPARE " + name + " AS " + std::string(statement));
        known = names_.emplace(std::string(statement), std::move(name)).first;
    }
    std::string call = "EXECUTE " + known->second;
    char before = '(';
    for (const auto& argument : arguments) {
        call += before;
        append_value(call, argument);
        before = ',';
    }
    if (!arguments.empty()) {
        call += ')';
    }
    return call;
}

}  // namespace tenon::host
