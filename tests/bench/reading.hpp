// What is read in the benchmarks, and how it is compared.
#pragma once

#include "load.hpp"
#include "stage.hpp"

#include <string>
#include <vector>

namespace tenon::bench {

struct compared {
    double ratio = 0;  // of requests a second
    double p99_ratio = 0;
    load_result mine;
    load_result theirs;
};

// Turn by turn, so that whatever else the machine does hits both; the median of the ratios.
[[nodiscard]] auto compare(
    std::uint16_t my_port, load_source& mine, std::uint16_t their_port, load_source& theirs
) -> compared;

[[nodiscard]] auto figures(const load_result& result) -> std::string;

// A host on PostgreSQL with 10,000 connections of one user and ten of another, and a bare Beast
// server beside it that says hello in as many bytes as a token's answer has.
class reading_stage {
  public:
    reading_stage(const programs& where, const std::string& database);

    [[nodiscard]] auto host() -> host_stage& { return host_; }
    // Token reads of each of the 10,000, in an order that no cache foresees, by several keys: one
    // may make 50,000 reads a second, and the host is faster.
    [[nodiscard]] auto token_reads() const -> std::vector<std::string>;
    [[nodiscard]] auto against_hello(load_source& mine) const -> compared;
    [[nodiscard]] auto token_against_hello() const -> compared;
    [[nodiscard]] auto status_against_hello() const -> compared;

  private:
    peer_process provider_;
    host_stage host_;
    std::vector<std::string> keys_;
    peer_process hello_;
};

}  // namespace tenon::bench
