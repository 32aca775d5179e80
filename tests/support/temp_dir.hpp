// A directory that goes away with the test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tenon::test {

class temp_dir {
  public:
    // Makes a directory that only we can read; throws std::runtime_error where the system refuses.
    temp_dir();
    ~temp_dir();
    temp_dir(const temp_dir&) = delete;
    auto operator=(const temp_dir&) -> temp_dir& = delete;

    [[nodiscard]] auto path() const -> const std::filesystem::path& { return path_; }
    // Writes (or overwrites) a file in it and answers its path; folders of `name` are made.
    auto write(std::string_view name, std::string_view text) const -> std::filesystem::path;

  private:
    std::filesystem::path path_;
};

// Writes (or overwrites) a file; throws std::runtime_error if it can't be written.
void write_file(const std::filesystem::path& path, std::string_view text);
// The whole file; throws std::runtime_error if it can't be read.
[[nodiscard]] auto read_file(const std::filesystem::path& path) -> std::string;

}  // namespace tenon::test
