// A plugin's file, read once: what is judged, verified and run are the same bytes.
#pragma once

#include "base/result.hpp"
#include "provider/sealed_copy.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace tenon::host {

// invalid_request, about the file of that name.
[[nodiscard]] auto refuse_plugin(const std::filesystem::path& path, const std::string& why)
    -> error;

class plugin_image {
  public:
    // Reads the file, judges its bytes without running any (elf_reader.hpp), and keeps them in a
    // sealed memfd. Errors: invalid_request, whose message says what was expected, what was found
    // and what to do; internal, where the system gives no sealed memory.
    [[nodiscard]] static auto read(const std::filesystem::path& path)
        -> result<std::shared_ptr<plugin_image>>;
    // In a worker: bytes that its host judged.
    [[nodiscard]] static auto adopt(sealed_copy copy) -> std::shared_ptr<plugin_image>;

    [[nodiscard]] auto path() const noexcept -> const std::filesystem::path& { return path_; }
    // SHA-256 of the bytes, in hex; empty for adopted ones.
    [[nodiscard]] auto digest() const noexcept -> const std::string& { return digest_; }
    [[nodiscard]] auto copy() const noexcept -> const sealed_copy& { return copy_; }
    // A reused number would let the dynamic loader take the next plugin for this one.
    void keep_descriptor() noexcept { copy_.leak(); }

  private:
    plugin_image(std::filesystem::path path, sealed_copy copy, std::string digest);

    std::filesystem::path path_;
    sealed_copy copy_;
    std::string digest_;
};

}  // namespace tenon::host
