// Writes a backup's blocks, in order: head, tables with their rows, keys and digest.
#pragma once

#include "backup/format.hpp"
#include "backup/manifest.hpp"
#include "crypto/running_hash.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tenon::host {

class backup_writer {
  public:
    explicit backup_writer(byte_sink sink) : sink_(std::move(sink)) {}

    // Errors of all: the sink's; internal, a row that is too long.
    auto begin(const backup_head& head) -> result<void>;
    auto table(const backup_table& table) -> result<void>;
    // Of the table that was begun last.
    auto rows(const sql_rows& rows) -> result<void>;
    // Answers the digest, in hex.
    auto finish(const std::vector<key_use>& keys) -> result<std::string>;

    [[nodiscard]] auto size() const noexcept -> std::uint64_t { return size_; }

  private:
    auto put(std::string_view bytes) -> result<void>;
    auto block(block_kind kind, std::string_view content) -> result<void>;

    byte_sink sink_;
    running_sha256 digest_;
    std::uint64_t size_ = 0;
};

}  // namespace tenon::host
