// A backup as a file: whole or not there, and for its owner only. Blocking.
#pragma once

#include "backup/format.hpp"
#include "base/whole_file.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace tenon::host {

// Written under another name beside its own until it is whole.
class new_backup_file {
  public:
    // Errors: conflict, there is a file of that name; internal, with the system's reason.
    [[nodiscard]] static auto create(const std::filesystem::path& path)
        -> result<std::unique_ptr<new_backup_file>>;
    // Removes what was not kept.
    ~new_backup_file();
    new_backup_file(const new_backup_file&) = delete;
    auto operator=(const new_backup_file&) -> new_backup_file& = delete;

    // Valid as long as this. Error: storage_unavailable, with the system's reason (a full disk).
    [[nodiscard]] auto sink() -> byte_sink;
    // Makes it durable, and gives it its name. Errors: conflict, the name was taken meanwhile;
    // internal.
    auto keep() -> result<void>;

  private:
    new_backup_file(std::filesystem::path path, std::string temporary, file_descriptor file)
        : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)) {}

    std::filesystem::path path_;
    std::string temporary_;
    file_descriptor file_;
};

// Writes to standard output.
[[nodiscard]] auto standard_output() -> byte_sink;

// Reads a file from its start. Errors: not_found, invalid_request (no regular file), internal.
[[nodiscard]] auto read_backup_file(const std::filesystem::path& path) -> result<byte_source>;

}  // namespace tenon::host
