#include "support/row_scan.hpp"

#include <stdexcept>

namespace tenon::test {

namespace {

using host::run;
using host::sql_engine;
using host::sql_session;

struct place {
    std::string table, column;
};

auto all_columns(sql_session& session) -> std::vector<place> {
    const auto rows =
        run(session,
            session.engine() == sql_engine::sqlite
                ? "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c "
                  "WHERE m.type = 'table'"
                : "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) "
                  "FROM information_schema.columns WHERE table_schema = 'public'");
    std::vector<place> all;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        all.push_back({rows[i].text(0), rows[i].text(1)});
    }
    return all;
}

// On PostgreSQL bytes are shown in hex: of the text, that is looked for as well.
auto counting(sql_engine engine, const place& where) -> std::string {
    const auto column = '"' + where.column + '"';
    const auto found = engine == sql_engine::sqlite
                           ? "instr(CAST(" + column + " AS BLOB), CAST($1 AS BLOB)) > 0"
                           : "strpos(CAST(" + column + " AS TEXT), $1) > 0 OR strpos(CAST(" +
                                 column + " AS TEXT), encode(convert_to($1, 'UTF8'), 'hex')) > 0";
    return "SELECT COUNT(*) FROM \"" + where.table + "\" WHERE " + found;
}

}  // namespace

auto columns_that_hold(host::database& db, const std::string& text) -> std::vector<std::string> {
    auto found = db.as_service_now(
        host::access::read,
        [&text](sql_session& session) -> host::result<std::vector<std::string>> {
            std::vector<std::string> columns;
            const auto all = all_columns(session);
            if (all.empty()) {
                throw std::logic_error("there is no table to look through");
            }
            for (const auto& where : all) {
                if (run(session, counting(session.engine(), where), text)[0].integer(0) > 0) {
                    columns.push_back(where.table + '.' + where.column);
                }
            }
            return columns;
        }
    );
    return std::move(found.value());
}

}  // namespace tenon::test
