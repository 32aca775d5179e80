// Which plugins are loaded at all, and what they may reach: the operator's say.
#pragma once

#include "base/config.hpp"
#include "base/result.hpp"
#include "provider/approval.hpp"
#include "provider/plugin_image.hpp"
#include "provider/plugin_pins.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace tenon::host {

// Beside `acme.so`: `acme.so.sig`, the base64 text of an Ed25519 signature over its bytes.
[[nodiscard]] auto signature_path(const std::filesystem::path& plugin) -> std::filesystem::path;

// Which of the keys signed these bytes, by the signature beside the path that they were read from.
// Errors: not_found (no signature), invalid_request (it is none of these keys' over these bytes).
[[nodiscard]] auto signer_of(const plugin_image& image, const std::vector<std::string>& public_keys)
    -> result<std::string>;

// A file that may be loaded. Without an approval: one that needs none.
struct trusted_plugin {
    std::shared_ptr<plugin_image> image;
    std::shared_ptr<const plugin_approval> approved;
};

// One folder of plugins under one policy. Its pins are read when it is made.
class plugin_folder {
  public:
    // Everything in it is trusted: the folder that is installed together with the host. Whoever can
    // write there can replace the host.
    [[nodiscard]] static auto bundled(std::filesystem::path path) -> plugin_folder;
    [[nodiscard]] static auto judged(std::filesystem::path path, const plugin_settings& policy)
        -> plugin_folder;

    [[nodiscard]] auto path() const noexcept -> const std::filesystem::path& { return path_; }

    // Is this file, of this folder, what the operator approved? Judges the image's bytes, which are
    // those that will be loaded. Error: invalid_request: what was expected, what was
    // found, what to do.
    [[nodiscard]] auto admit(std::shared_ptr<plugin_image> image) const -> result<trusted_plugin>;

  private:
    plugin_folder(std::filesystem::path path, plugin_settings policy, result<plugin_pins> pins)
        : path_(std::move(path)), policy_(std::move(policy)), pins_(std::move(pins)) {}

    std::filesystem::path path_;
    plugin_settings policy_;
    result<plugin_pins> pins_;
};

}  // namespace tenon::host
