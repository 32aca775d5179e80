// The file that a backup is, of whichever engine:
//
//   file   "tenon-backup 1\n", then blocks
//   block  its kind (1 byte), the size of what follows (4 bytes, big-endian), what follows:
//     h    the head, JSON: first, once
//     t    a table begins, JSON: {"name", "columns"}
//     r    rows of the table that began last: their values, one after another
//     k    how many values each key seals, JSON: behind the last table, once
//     z    SHA-256 of all that precedes this block: last, once, and nothing follows
//   value  n (NULL), f, t (false, true), i and 8 bytes (an integer, big-endian), s or b and a size
//          (4 bytes, big-endian) and as many bytes (text, bytes). SQLite's truth is an integer.
//
// Sealed values are as they were in the database, and no key is in it. The digest tells accidents,
// not malice: who may change the file may make a new one.
#pragma once

#include "base/result.hpp"
#include "store/sql.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

inline constexpr std::string_view backup_name = "tenon-backup ";
inline constexpr std::string_view backup_version = "1";

enum class block_kind : char { head = 'h', table = 't', rows = 'r', keys = 'k', digest = 'z' };

inline constexpr std::size_t block_head_size = 5;
// A block of rows is ended when it is that long, and is never longer than the other.
inline constexpr std::size_t usual_block_size = 1UL << 20U;
inline constexpr std::size_t max_block_size = 64UL << 20U;

// Takes what comes next. Its error ends the writing.
using byte_sink = std::function<result<void>(std::string_view)>;
// Fills as much as it can and says how much; 0: the end.
using byte_source = std::function<result<std::size_t>(std::span<char>)>;

void append_size(std::string& out, std::size_t size);
// Of the first four bytes.
[[nodiscard]] auto read_size(std::string_view bytes) -> std::size_t;

void append_value(std::string& out, const sql_value& value);
// All values of a block. Error: invalid_request.
[[nodiscard]] auto read_values(std::string_view block) -> result<std::vector<sql_value>>;

}  // namespace tenon::host
