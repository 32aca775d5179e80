// The measurements, a file a group. Each prints its lines as it goes.
#pragma once

#include "report.hpp"
#include "stage.hpp"

#include <string>

namespace tenon::bench {

// Token reads, status and unknown keys against a bare Beast hello; reads that miss against pgbench
// -S.
void measure_reads(report& to, const programs& where);
// Connect and callback against pgbench -N.
void measure_flows(report& to, const programs& where);
// What grows with a million connections stored: token reads, status and the scheduler's look, each
// against the same with few.
void measure_million(report& to, const programs& where);
// Ten thousand tokens due at once.
void measure_due(report& to, const programs& where);
// Start, memory.
void measure_footprint(report& to, const programs& where);
// The host's share of a plugin's step, in its process and in a worker.
void measure_steps(report& to, const std::string& plugins, const std::string& tenon);

// Transactions a second of pgbench on the database, with `option` -S or -N, the client pinned as
// the load generator is.
[[nodiscard]] auto pgbench(const std::string& database, const std::string& option) -> double;
// A new database of the throwaway PostgreSQL; its URL.
[[nodiscard]] auto fresh_database(const std::string& name) -> std::string;

}  // namespace tenon::bench
