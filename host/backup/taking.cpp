#include "backup/taking.hpp"

#include "backup/sealed_finder.hpp"
#include "backup/writer.hpp"
#include "crypto/envelope.hpp"
#include "store/carrying.hpp"

#include <map>

namespace tenon::host {
namespace {

// How many values each key seals, as they say themselves. What is no sealed value at all is told
// when the backup is checked.
class key_counter {
  public:
    void count(const sealed_value& value) {
        if (const auto id = key_id_of(value.sealed)) {
            ++values_[std::string(*id)];
        }
    }
    [[nodiscard]] auto list() const -> std::vector<key_use> {
        std::vector<key_use> keys;
        for (const auto& [id, values] : values_) {
            keys.push_back({id, values});
        }
        return keys;
    }

  private:
    std::map<std::string, std::int64_t> values_;
};

class taker {
  public:
    taker(sql_session& session, backup_writer& writer, const rows_told& told)
        : session_(session), writer_(writer), told_(told) {}

    auto take(backup_head& head) -> result<void> {
        if (auto counted = look(head); counted.has_error()) {
            return counted;
        }
        total_ = row_count(head);
        told_(0, total_);
        if (auto begun = writer_.begin(head); begun.has_error()) {
            return begun;
        }
        for (const auto& table : kept_tables()) {
            if (!head.rows.contains(std::string(table.name))) {
                continue;
            }
            if (auto taken = take_table(table); taken.has_error()) {
                return taken;
            }
        }
        return {};
    }

    [[nodiscard]] auto keys() const -> std::vector<key_use> { return counter_.list(); }

  private:
    // The schema, and the rows of each table: of older schemas some are not there yet.
    auto look(backup_head& head) -> result<void> {
        head.engine = session_.engine() == sql_engine::sqlite ? "sqlite" : "postgresql";
        head.migrations = read_applied(session_);
        if (head.migrations.empty()) {
            return fail(errc::conflict, "there is nothing to back up: the database has no tables");
        }
        for (const auto& table : kept_tables()) {
            if (!columns_of(session_, table.name).empty()) {
                head.rows.emplace(table.name, count_all(session_, table));
            }
        }
        return check_schema(head);
    }

    auto take_table(const kept_table& table) -> result<void> {
        const auto columns = columns_of(session_, table.name);
        if (auto begun = writer_.table({std::string(table.name), columns}); begun.has_error()) {
            return begun;
        }
        const sealed_finder finder(table.name, columns);
        return read_pages(session_, table, columns, [&](const sql_rows& page) -> result<void> {
            auto found =
                finder.each(page, [&](const sealed_value& value) { counter_.count(value); });
            if (found.has_error()) {
                return found;
            }
            done_ += static_cast<std::int64_t>(page.size());
            told_(done_, total_);
            return writer_.rows(page);
        });
    }

    sql_session& session_;
    backup_writer& writer_;
    const rows_told& told_;
    key_counter counter_;
    std::int64_t done_ = 0;
    std::int64_t total_ = 0;
};

}  // namespace

auto take_backup(
    database& db, const clock& time, const std::string& tenon, byte_sink sink, const rows_told& told
) -> result<taken_backup> {
    backup_writer writer(std::move(sink));
    return db.as_service_now(access::snapshot, [&](sql_session& session) -> result<taken_backup> {
        taken_backup made;
        made.head.tenon = tenon;
        made.head.made_at = time.now();
        taker work(session, writer, told);
        if (auto done = work.take(made.head); done.has_error()) {
            return done.error();
        }
        made.keys = work.keys();
        auto digest = writer.finish(made.keys);
        if (digest.has_error()) {
            return digest.error();
        }
        made.digest = std::move(*digest);
        made.size = writer.size();
        return made;
    });
}

}  // namespace tenon::host
