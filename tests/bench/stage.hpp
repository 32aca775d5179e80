// What is measured: a host of the release build on PostgreSQL or SQLite, the peer beside it, and
// the connections in it.
#pragma once

#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tenon::bench {

inline constexpr std::string_view bench_key = "bench-key-bench-key-bench-key-bench-key";

struct programs {
    std::string host;  // the `tenon` executable
    std::string peer;
};

// `tenon-bench-peer`: hello, and a provider.
class peer_process {
  public:
    peer_process(const programs& where, std::size_t hello_bytes, int delay_ms, unsigned threads);
    [[nodiscard]] auto port() const -> std::uint16_t { return port_; }
    [[nodiscard]] auto url() const -> std::string;

  private:
    test::process process_;
    std::uint16_t port_;
};

class host_stage {
  public:
    // `database`: as in the configuration; the provider `demo` is at `provider_url`.
    host_stage(programs where, std::string database, std::string provider_url);

    // Starts it on what is there; answers the milliseconds from start to its ready line.
    auto start() -> double;
    void stop();

    [[nodiscard]] auto port() const -> std::uint16_t { return port_; }
    [[nodiscard]] auto url() const -> std::string;
    [[nodiscard]] auto id() const -> pid_t { return process_->id(); }
    [[nodiscard]] auto client(const std::string& user) const -> test::http_client;
    [[nodiscard]] auto dir() const -> const test::temp_dir& { return dir_; }

    // Imports connections `PREFIX0`… of one user, unvalidated; `expires_in`: seconds.
    void import(
        const std::string& user, const std::string& prefix, std::size_t count, long expires_in
    ) const;
    // Further keys that read: each has a limit of its own.
    [[nodiscard]] auto reading_keys(std::size_t count) const -> std::vector<std::string>;
    // A request of the API as bytes.
    [[nodiscard]] static auto get(
        const std::string& path, const std::string& user, std::string_view key = bench_key
    ) -> std::string;
    // The value of a series of /metrics; 0: not there.
    [[nodiscard]] auto metric(const std::string& series) const -> double;

  private:
    programs where_;
    test::temp_dir dir_;
    std::unique_ptr<test::process> process_;
    std::uint16_t port_ = 0;
};

// Proportional set size, in bytes.
[[nodiscard]] auto memory_of(pid_t process) -> double;

}  // namespace tenon::bench
