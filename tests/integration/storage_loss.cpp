#include "integration/storage_loss.hpp"

#include "store/database.hpp"
#include "support/catch.hpp"
#include "support/own_disk.hpp"
#include "support/postgres.hpp"

#include <future>
#include <semaphore>

namespace tenon::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// Where its data can't have a disk that a test may fill: what a full server answers to whatever
// writes, while `disk` says so.
constexpr const char* let_it_fill = R"sql(
CREATE TABLE disk (is_full BOOLEAN);
INSERT INTO disk VALUES (false);
GRANT SELECT ON disk TO PUBLIC;
CREATE FUNCTION need_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT is_full FROM disk) THEN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
    END IF;
    RETURN NULL;
END $$;
DO $$
DECLARE one RECORD;
BEGIN
    FOR one IN SELECT tablename AS name FROM pg_tables
               WHERE schemaname = 'public' AND tablename <> 'disk' LOOP
        EXECUTE format('CREATE TRIGGER room BEFORE INSERT OR UPDATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION need_room()', one.name);
    END LOOP;
END $$;
)sql";

void let_write(const std::string& database, bool anybody) {
    postgres_command(
        "postgres", "ALTER DATABASE " + database +
                        (anybody ? " RESET default_transaction_read_only"
                                 : " SET default_transaction_read_only = on")
    );
    end_postgres_sessions(database);
}

// Another process's transaction on a file, until it goes.
class file_lock {
  public:
    explicit file_lock(const std::filesystem::path& file)
        : database_(host::open_database("sqlite:" + file.string()).value()) {
        holder_ = std::async(std::launch::async, [this] {
            const auto hold = [this](host::sql_session& /*locked*/) -> host::result<void> {
                locked_.release();
                let_go_.acquire();
                return {};
            };
            return database_->as_service_now(host::access::write, hold).has_value();
        });
        locked_.acquire();
    }
    ~file_lock() {
        let_go_.release();
        holder_.wait();
    }
    file_lock(const file_lock&) = delete;
    auto operator=(const file_lock&) -> file_lock& = delete;

  private:
    std::unique_ptr<host::database> database_;
    std::binary_semaphore locked_{0};
    std::binary_semaphore let_go_{0};
    std::future<bool> holder_;
};

}  // namespace

auto is_put_off(const http_response& answer) -> bool {
    if (answer.status != 503 || answer.json().at("error") != "STORAGE_UNAVAILABLE") {
        return false;
    }
    const auto wait = answer.field("retry-after").value_or("");
    return std::to_string(answer.json().at("retryAfter").get<int>()) == wait && wait != "0";
}

auto name_of(misfortune which) -> std::string {
    switch (which) {
        case misfortune::postgres_stopped: return "PostgreSQL stopped";
        case misfortune::postgres_silent: return "PostgreSQL silent";
        case misfortune::postgres_read_only: return "PostgreSQL read-only";
        case misfortune::postgres_full: return "PostgreSQL full";
        case misfortune::sqlite_full: return "SQLite's disk full";
        case misfortune::sqlite_locked: return "SQLite locked";
    }
    return {};
}

auto engine_of(misfortune which) -> engine {
    const bool embedded = which == misfortune::sqlite_full || which == misfortune::sqlite_locked;
    return embedded ? engine::sqlite : engine::postgresql;
}

befallen::befallen(world& here, misfortune which) : here_(here), which_(which) {
    if (which_ == misfortune::postgres_full && !disk_of_postgres()) {
        postgres_command(here_.database(), let_it_fill);
    }
}

befallen::~befallen() {
    if (undo_) {
        end();
    }
}

void befallen::begin() {
    const auto data = here_.host().dir() / "data";
    const auto database = here_.database();
    switch (which_) {
        case misfortune::postgres_stopped:
            stop_postgres();
            undo_ = start_postgres;
            return;
        case misfortune::postgres_silent:
            freeze_postgres();
            undo_ = thaw_postgres;
            return;
        case misfortune::postgres_read_only:
            let_write(database, false);
            undo_ = [database] { let_write(database, true); };
            return;
        case misfortune::postgres_full:
            if (const auto disk = disk_of_postgres()) {
                auto held = std::make_shared<full_disk>(disk->seen_by, disk->folder);
                undo_ = [held]() mutable {
                    held.reset();
                    revive_postgres();
                };
                return;
            }
            postgres_command(database, "UPDATE disk SET is_full = true");
            undo_ = [database] { postgres_command(database, "UPDATE disk SET is_full = false"); };
            return;
        case misfortune::sqlite_full:
            undo_ = [held = std::make_shared<full_disk>(here_.host().id(), data)] {};
            return;
        case misfortune::sqlite_locked:
            undo_ = [held = std::make_shared<file_lock>(data / "tenon.db")] {};
            return;
    }
}

void befallen::end() {
    const auto undo = std::exchange(undo_, nullptr);
    undo();
}

load::load(world& here, const std::vector<std::string>& connections) : here_(here) {
    for (const auto& id : connections) {
        for (const auto what : {reading, renewing, connecting}) {
            workers_.emplace_back([this, what, id](const std::stop_token& stop) {
                work(stop, what, id);
            });
        }
    }
}

void load::work(const std::stop_token& stop, kind what, const std::string& connection) {
    auto client = here_.api();
    const json begin{{"redirectUrl", "http://127.0.0.1:9/after"}};
    while (!stop.stop_requested()) {
        switch (what) {
            case reading: note(what, client.get(here_.token_path(connection))); break;
            case renewing:
                note(
                    what,
                    client.post("/api/integrations/refresh/demo/" + connection, json::object())
                );
                break;
            case connecting:
                note(what, client.post("/api/integrations/connect/demo", begin));
                break;
        }
        std::this_thread::sleep_for(5ms);
    }
}

void load::note(kind what, const http_response& answer) {
    const std::lock_guard lock(guard_);
    if (answer.status == 200) {
        ++seen_[what].done;
        if (what == connecting) {
            last_begun_ = answer.json().at("authUrl");
        }
    } else if (is_put_off(answer)) {
        ++seen_[what].put_off;
    } else {
        ++strange_[std::to_string(answer.status) + " " + answer.body];
    }
}

auto load::seen(kind of) -> tally {
    const std::lock_guard lock(guard_);
    return seen_[of];
}

auto load::strange() -> std::string {
    const std::lock_guard lock(guard_);
    std::string told;
    for (const auto& [what, times] : strange_) {
        told += std::to_string(times) + " x " + what + "\n";
    }
    return told;
}

auto load::last_begun() -> std::string {
    const std::lock_guard lock(guard_);
    return last_begun_;
}

}  // namespace tenon::test
