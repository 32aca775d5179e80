// Reads a backup's blocks, and holds them to the format. Nothing of it is to be believed before the
// end was reached.
#pragma once

#include "backup/format.hpp"
#include "backup/manifest.hpp"
#include "crypto/running_hash.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tenon::host {

class backup_reader {
  public:
    // Reads up to the head. Errors of this and next(): invalid_request, it is no backup, was cut
    // off or is damaged (the message says which, and where); conflict, it is of a newer format; the
    // source's.
    [[nodiscard]] static auto open(byte_source source) -> result<backup_reader>;

    [[nodiscard]] auto head() const noexcept -> const backup_head& { return head_; }

    // What next() stands at: a table, and some of its rows. Each table comes once without rows.
    [[nodiscard]] auto table() const noexcept -> const backup_table& { return table_; }
    [[nodiscard]] auto rows() const noexcept -> const sql_rows& { return rows_; }
    // False: the end, and all was as it was written.
    [[nodiscard]] auto next() -> result<bool>;

    // At the end: what the inventory says, and the digest in hex.
    [[nodiscard]] auto keys() const noexcept -> const std::vector<key_use>& { return keys_; }
    [[nodiscard]] auto digest() const noexcept -> const std::string& { return shown_digest_; }
    [[nodiscard]] auto size() const noexcept -> std::uint64_t { return offset_; }

  private:
    struct block {
        block_kind kind = block_kind::head;
        std::string content;
    };

    explicit backup_reader(byte_source source) : source_(std::move(source)) {}

    auto read(std::size_t size) -> result<std::string>;
    auto read_block() -> result<block>;
    auto begin() -> result<void>;
    auto take_table(const std::string& content) -> result<void>;
    auto take_rows(const std::string& content) -> result<void>;
    auto take_keys(const std::string& content) -> result<void>;
    auto take_digest(const std::string& content) -> result<void>;
    [[nodiscard]] auto damaged(std::string_view what) const -> error;

    byte_source source_;
    std::uint64_t offset_ = 0;
    running_sha256 hash_;
    backup_head head_;
    backup_table table_;
    sql_rows rows_;
    std::map<std::string, std::int64_t> counted_;
    bool keys_came_ = false;
    std::vector<key_use> keys_;
    std::string shown_digest_;
};

}  // namespace tenon::host
