#include "store/credential_reads.hpp"

#include "store/read_rows.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

namespace tenon::host {

namespace {

// Rows of one statement: one round trip for many.
constexpr std::size_t most_rows = 40;

auto insert_statement(std::size_t rows) -> std::string {
    std::string statement =
        "INSERT INTO credential_reads (org_id, api_key_id, connection_id, minute, count) VALUES ";
    for (std::size_t row = 0; row < rows; ++row) {
        statement += row == 0 ? "(" : ", (";
        for (std::size_t column = 1; column <= 5; ++column) {
            statement += (column == 1 ? "$" : ", $") + std::to_string(row * 5 + column);
        }
        statement += ")";
    }
    return statement +
           " ON CONFLICT (org_id, connection_id, minute, api_key_id) DO UPDATE SET "
           "count = credential_reads.count + EXCLUDED.count";
}

// PostgreSQL refuses to touch a row twice in one statement; one order for all, so that two hosts
// don't wait for each other crosswise.
using sums = std::map<std::tuple<org_id, connection_id, time_point, api_key_id>, std::int64_t>;

void add_sums(sql_session& session, const sums& all) {
    std::vector<sql_value> arguments;
    std::size_t rows = 0;
    const auto flush = [&] {
        session.execute(insert_statement(rows), arguments);
        arguments.clear();
        rows = 0;
    };
    for (const auto& [place, count] : all) {
        const auto& [org, connection, minute, key] = place;
        for (auto&& value : {to_sql(org), to_sql(key), to_sql(connection), to_sql(minute)}) {
            arguments.push_back(value);
        }
        arguments.emplace_back(count);
        if (++rows == most_rows) {
            flush();
        }
    }
    if (rows > 0) {
        flush();
    }
}

using owned_connections = std::set<std::pair<org_id, connection_id>>;

// Of those, the ones whose users were erased: their consents name no account.
auto erased_among(sql_session& session, std::span<const owned_connections::value_type> some)
    -> owned_connections {
    std::string statement =
        "SELECT org_id, connection_id FROM consents WHERE account_id IS NULL "
        "AND (org_id, connection_id) IN (VALUES ";
    std::vector<sql_value> arguments;
    for (const auto& [org, connection] : some) {
        const auto next = arguments.size() + 1;
        statement += (next == 1 ? "(CAST($" : ", (CAST($") + std::to_string(next) +
                     " AS TEXT), CAST($" + std::to_string(next + 1) + " AS TEXT))";
        arguments.push_back(to_sql(org));
        arguments.push_back(to_sql(connection));
    }
    const auto rows = session.execute(statement + ")", arguments);
    owned_connections erased;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        erased.emplace(org_id(rows[i].text(0)), connection_id(rows[i].text(1)));
    }
    return erased;
}

// Hosts serve a token for up to a second more, and write down what they served later still. Whose
// erasure is longer ago than erasures are remembered has nothing left to be read.
void drop_erased(sql_session& session, sums& all) {
    if (run(session, "SELECT 1 FROM erasures LIMIT 1").empty()) {
        return;
    }
    owned_connections read;
    for (const auto& [place, count] : all) {
        read.emplace(std::get<org_id>(place), std::get<connection_id>(place));
    }
    const std::vector<owned_connections::value_type> each(read.begin(), read.end());
    owned_connections erased;
    for (std::size_t done = 0; done < each.size(); done += most_rows) {
        const auto rest = std::span(each).subspan(done);
        erased.merge(erased_among(session, rest.first(std::min(rest.size(), most_rows))));
    }
    std::erase_if(all, [&](const auto& one) {
        return erased.contains({std::get<org_id>(one.first), std::get<connection_id>(one.first)});
    });
}

// A batch as text: `=KEY`, and a line `CONNECTION COUNT` for each that it read. Ids have neither
// spaces nor line ends in them.
void append_line(std::string& text, const credential_reads_row& row) {
    text += row.connection.text();
    text += ' ';
    text += std::to_string(row.count);
    text += '\n';
}

void read_batch(sums& into, const org_id& org, time_point minute, std::string_view text) {
    api_key_id key;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.starts_with('=')) {
            key = api_key_id(std::string(line.substr(1)));
            continue;
        }
        const auto space = std::min(line.find(' '), line.size());
        std::int64_t count = 0;
        std::from_chars(
            line.data() + std::min(space + 1, line.size()), line.data() + line.size(), count
        );
        into[{org, connection_id(std::string(line.substr(0, space))), minute, key}] += count;
    }
}

}  // namespace

void append_credential_reads(sql_session& session, std::span<const credential_reads_row> batch) {
    std::map<std::tuple<org_id, time_point>, std::map<api_key_id, std::string>> batches;
    for (const auto& row : batch) {
        append_line(batches[{row.org, row.minute}][row.key], row);
    }
    for (const auto& [place, by_key] : batches) {
        std::string text;
        for (const auto& [key, lines] : by_key) {
            text += '=' + key.text() + '\n' + lines;
        }
        run_later(
            session,
            "INSERT INTO credential_read_batches (org_id, minute, reads) VALUES ($1, $2, $3)",
            std::get<org_id>(place), std::get<time_point>(place), text
        );
    }
}

auto add_up_credential_reads(
    sql_session& session, time_point before, std::size_t most, const std::optional<org_id>& of
) -> std::size_t {
    const auto statement = [](const std::string& which) {
        return "DELETE FROM credential_read_batches WHERE seq IN (SELECT seq "
               "FROM credential_read_batches WHERE minute < $1" +
               which +
               " ORDER BY minute, seq LIMIT $2) "
               "RETURNING org_id, minute, reads";
    };
    static const auto of_all = statement("");
    static const auto of_one = statement(" AND org_id = $3");
    const auto rows = of ? run(session, of_one, before, as_limit(most), *of)
                         : run(session, of_all, before, as_limit(most));
    sums all;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = rows[i];
        read_batch(all, org_id(row.text(0)), row.time(1), row.text(2));
    }
    drop_erased(session, all);
    add_sums(session, all);
    return rows.size();
}

auto list_credential_reads(
    sql_session& session, const std::string& subject,
    const std::optional<credential_reads_row>& after, std::size_t limit
) -> std::vector<credential_reads_row> {
    const auto last = after.value_or(credential_reads_row{});
    const auto rows =
        run(session,
            "SELECT org_id, api_key_id, connection_id, minute, count FROM credential_reads "
            "WHERE org_id = $1 AND connection_id IN "
            "(SELECT connection_id FROM consents WHERE org_id = $1 AND subject = $2) "
            "AND (connection_id, minute, api_key_id) > ($3, $4, $5) "
            "ORDER BY connection_id, minute, api_key_id LIMIT $6",
            session.org(), subject, last.connection, last.minute, last.key, as_limit(limit));
    return read_all(rows, [](const sql_row& row) {
        return credential_reads_row{
            org_id(row.text(0)), api_key_id(row.text(1)), connection_id(row.text(2)), row.time(3),
            row.integer(4)};
    });
}

auto erase_credential_reads_before(sql_session& session, time_point before, std::size_t limit)
    -> std::int64_t {
    return run(session,
               "DELETE FROM credential_reads WHERE (org_id, connection_id, minute, api_key_id) IN "
               "(SELECT org_id, connection_id, minute, api_key_id FROM credential_reads "
               "WHERE minute < $1 ORDER BY minute LIMIT $2)",
               before, as_limit(limit))
        .affected();
}

void erase_credential_reads(sql_session& session, const std::string& subject) {
    run_later(
        session,
        "DELETE FROM credential_reads WHERE org_id = $1 AND connection_id IN "
        "(SELECT connection_id FROM consents WHERE org_id = $1 AND subject = $2)",
        session.org(), subject
    );
}

}  // namespace tenon::host
