#include "support/postgres.hpp"

#include "support/own_disk.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tenon::test {
namespace {

namespace fs = std::filesystem;

// Guards the server: it outlives this process by as long as it takes to stop the server and to
// remove the folder, which is when its standard input ends. $1 folder, $2 programs, $3, $4
// settings.
constexpr const char* shepherd = R"sh(
dir=$1 bin=$2 settings=$3 initially=$4
as() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid="$user" --regid="$group" --clear-groups -- "$@"; else "$@"; fi
}
user=nobody group=nogroup
if id -u postgres >/dev/null 2>&1; then user=postgres group=postgres; fi
if [ "$(id -u)" = 0 ]; then chown "$user:$group" "$dir" "$dir/data"; fi
cd "$dir" || exit 1
clean() { cd /; umount "$dir/data" 2>/dev/null; rm -rf "$dir"; }
start() {
    as "$bin/pg_ctl" -D "$dir/data" -s -w -t 60 -l "$dir/data/log" -o "-k $dir -c listen_addresses= \
-c max_connections=300 -c log_min_messages=fatal $settings" \
        start </dev/null >>"$dir/log" 2>&1
}
each() { # one that went on may have ended meanwhile
    first=$(head -n 1 "$dir/data/postmaster.pid") && kill "$1" "$first" || return 1
    kill "$1" $(cat "/proc/$first/task/$first/children") 2>/dev/null || true; }
freeze() { each -STOP; }; thaw() { each -CONT; }
stop() { as "$bin/pg_ctl" -D "$dir/data" -s -m immediate -w stop </dev/null >/dev/null 2>&1; }
if ! as "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync $initially >"$dir/log" 2>&1 ||
    ! start ||
    ! as "$bin/psql" -h "$dir" -U postgres -q -c 'CREATE ROLE tenon LOGIN' postgres </dev/null >>"$dir/log" 2>&1; then
    tail -n 3 "$dir/log" "$dir/data/log" 2>/dev/null | tr '\n' ' '
    echo
    clean
    exit 1
fi
echo ready
while read -r word; do
    if "$word"; then echo done; else echo "it did not $word"; fi
done
thaw 2>/dev/null; stop; clean
)sh";

// The tests' server is fast, and loses what it has with the machine's power.
auto chosen_settings() -> std::string& {
    static std::string settings = "-c fsync=off -c full_page_writes=off -c shared_buffers=32MB";
    return settings;
}

// 0: none of its own.
auto chosen_disk() -> int& {
    static int megabytes = 0;
    return megabytes;
}

// Where Debian, Ubuntu and others put initdb and pg_ctl: the newest version's.
auto find_programs() -> fs::path {
    std::vector<fs::path> found;
    for (const char* root : {"/usr/lib/postgresql", "/usr/pgsql", "/opt/postgresql"}) {
        std::error_code none;
        for (const auto& version : fs::directory_iterator(root, none)) {
            const auto bin = version.path() / "bin";
            if (fs::exists(bin / "initdb") && fs::exists(bin / "pg_ctl")) {
                found.push_back(bin);
            }
        }
    }
    if (fs::exists("/usr/bin/initdb")) {
        found.emplace_back("/usr/bin");
    }
    if (found.empty()) {
        throw std::runtime_error(
            "PostgreSQL's initdb and pg_ctl are not here (/usr/lib/postgresql/*/bin): install the "
            "package postgresql; these tests need it"
        );
    }
    return *std::max_element(found.begin(), found.end());
}

class cluster {
  public:
    cluster() {
        const auto programs = find_programs();
        std::string pattern = (fs::temp_directory_path() / "tenon-pg-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error(std::string("mkdtemp: ") + std::strerror(errno));
        }
        folder_ = pattern;
        fs::create_directory(data());
        std::array<int, 2> input{};
        std::array<int, 2> output{};
        if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
        }
        start(programs, input[0], output[1]);
        ::close(input[0]);
        ::close(output[1]);
        lifeline_ = input[1];
        answers_ = output[0];
        const std::string said = read_line(answers_);
        if (said != "ready") {
            throw std::runtime_error("PostgreSQL did not start: " + said);
        }
    }

    ~cluster() {
        ::close(lifeline_);
        ::waitpid(shepherd_, nullptr, 0);
        ::close(answers_);
    }

    // `stop`, `start`, `freeze` or `thaw`, as the shepherd calls it.
    void tell(const std::string& word) const {
        const auto line = word + "\n";
        if (::write(lifeline_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
            throw std::runtime_error("PostgreSQL's shepherd is gone");
        }
        if (const auto said = read_line(answers_); said != "done") {
            throw std::runtime_error("PostgreSQL: " + said);
        }
    }

    cluster(const cluster&) = delete;
    auto operator=(const cluster&) -> cluster& = delete;

    [[nodiscard]] auto folder() const -> const std::string& { return folder_; }
    [[nodiscard]] auto data() const -> fs::path { return fs::path(folder_) / "data"; }
    [[nodiscard]] auto shepherd_id() const -> pid_t { return shepherd_; }

  private:
    // In a process group of its own: Ctrl-C is for the tests, and ends them; that ends it.
    void start(const fs::path& programs, int input, int output) {
        posix_spawn_file_actions_t files;
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        std::vector<std::string> words;
        std::string initially;
        if (const int megabytes = chosen_disk(); megabytes > 0) {
            words = on_own_disk(data(), megabytes);
            initially = "--wal-segsize=64";  // the log is written on for a while without room
        }
        const std::vector<std::string> call{
            "/bin/sh",         "-c",     shepherd, "sh", folder_, programs.string(),
            chosen_settings(), initially};
        words.insert(words.end(), call.begin(), call.end());
        std::vector<char*> arguments(words.size() + 1);
        std::transform(words.begin(), words.end(), arguments.begin(), [](std::string& word) {
            return word.data();
        });
        const int failed =
            ::posix_spawn(&shepherd_, arguments[0], &files, &attributes, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
        if (failed != 0) {
            throw std::runtime_error(std::string("posix_spawn: ") + std::strerror(failed));
        }
    }

    static auto read_line(int from) -> std::string {
        std::string line;
        char c = 0;
        while (::read(from, &c, 1) == 1 && c != '\n') {
            line += c;
        }
        return line;
    }

    std::string folder_;
    pid_t shepherd_ = -1;
    int lifeline_ = -1;
    int answers_ = -1;
};

auto the_cluster() -> const cluster& {
    static const cluster one;
    return one;
}

}  // namespace

void use_postgres_defaults() {
    chosen_settings().clear();
}

auto give_postgres_a_disk(int megabytes) -> bool {
    // Who made a user namespace is root there, as which PostgreSQL does not run.
    const bool possible = ::geteuid() == 0 && !on_own_disk("/tmp", megabytes).empty();
    chosen_disk() = possible ? megabytes : 0;
    return possible;
}

auto disk_of_postgres() -> std::optional<postgres_disk> {
    if (chosen_disk() == 0) {
        return std::nullopt;
    }
    return postgres_disk{the_cluster().shepherd_id(), the_cluster().data()};
}

auto postgres_url(const std::string& database, const std::string& role) -> std::string {
    return "postgresql://" + role + "@/" + database + "?host=" + the_cluster().folder();
}

auto postgres_process() -> pid_t {
    std::ifstream file(the_cluster().data() / "postmaster.pid");
    pid_t first = 0;
    if (!(file >> first)) {
        throw std::runtime_error("PostgreSQL's postmaster.pid names no process");
    }
    return first;
}

void create_postgres_database(const std::string& name, const std::string& copy_of) {
    postgres_command(
        "postgres", "CREATE DATABASE " + name + " TEMPLATE " + copy_of + " OWNER tenon"
    );
}

void postgres_command(const std::string& database, const std::string& commands) {
    try {
        pqxx::connection link(postgres_url(database, "postgres"));
        pqxx::nontransaction once(link);
        once.exec(commands);
    } catch (const pqxx::failure& failure) {
        throw std::runtime_error(failure.what());
    }
}

auto postgres_answer(const std::string& database, const std::string& statement) -> std::string {
    try {
        pqxx::connection link(postgres_url(database));
        pqxx::work work(link);
        const auto answer = work.exec(statement);
        work.commit();
        return answer.empty() ? std::string() : answer[0][0].c_str();
    } catch (const pqxx::failure& failure) {
        throw std::runtime_error(failure.what());
    }
}

void stop_postgres() {
    the_cluster().tell("stop");
}

void start_postgres() {
    the_cluster().tell("start");
}

void freeze_postgres() {
    the_cluster().tell("freeze");
}

void thaw_postgres() {
    the_cluster().tell("thaw");
}

void revive_postgres() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < until) {
        try {
            postgres_command("postgres", "SELECT 1");
            return;
        } catch (const std::runtime_error&) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }
    start_postgres();
}

}  // namespace tenon::test
