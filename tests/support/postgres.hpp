// A throwaway PostgreSQL server: one a test process, on a socket in a temporary folder.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace tenon::test {

// The URL of a database of that name. The server is started by the first call (as another user if
// this one is root, which PostgreSQL refuses) and is stopped, and its folder removed, when this
// process ends, however it ends. Throws std::runtime_error with what to install or what went wrong:
// tests that need PostgreSQL fail without it, they are not skipped.
// `tenon` owns the tests' databases; `postgres` may do everything, past row-level security too.
[[nodiscard]] auto postgres_url(
    const std::string& database = "postgres", const std::string& role = "tenon"
) -> std::string;

// The server's first process, of which all others are children.
[[nodiscard]] auto postgres_process() -> pid_t;

// Before the first call of the above: a server with PostgreSQL's own settings. The tests' is fast
// instead, and loses what it has with the machine's power (fsync=off).
void use_postgres_defaults();

// Before that first call, too: the server's data get a file system of their own, of that size.
// False where this system lets nobody make one.
auto give_postgres_a_disk(int megabytes) -> bool;

// What it takes to fill it (own_disk.hpp): a process that sees it, and its place there.
struct postgres_disk {
    pid_t seen_by;
    std::filesystem::path folder;
};
// None: the server's data lie among others.
[[nodiscard]] auto disk_of_postgres() -> std::optional<postgres_disk>;

// Makes a database that the tests' role owns: empty, or a copy. Throws std::runtime_error.
void create_postgres_database(const std::string& name, const std::string& copy_of = "template1");

// Runs commands on that database as the superuser, beside the code under test. Throws
// std::runtime_error.
void postgres_command(const std::string& database, const std::string& commands);

// What the tests' own role is answered, beside the code under test: the first field, or nothing.
// Throws std::runtime_error.
[[nodiscard]] auto postgres_answer(const std::string& database, const std::string& statement)
    -> std::string;

// Stores that many copies of the connection of an account, each with a grant of its own that is
// never due, under accounts `m1`…; `user`: an SQL expression, in which n is the copy's number.
void copy_connection(
    const std::string& database, const std::string& account, int copies, const std::string& user
);

// Ends all sessions of that database, as its server's restart would, and waits until they are gone.
void end_postgres_sessions(const std::string& database);
// Of those only the ones on which hosts tell each other of changes.
void end_postgres_listeners(const std::string& database);

// The server of all of them ends at once, as if its machine had stopped; and starts again, with
// what was committed. Both wait until it is so, and throw std::runtime_error where it does not
// become so.
void stop_postgres();
void start_postgres();
// It says nothing more, and ends no connection: as one whose machine lost its power, or whose disk
// hangs. And goes on.
void freeze_postgres();
void thaw_postgres();
// Starts it if it does not serve: one whose disk was full may have given up.
void revive_postgres();

}  // namespace tenon::test
