// A plugin's file, and where it runs: in this process, in workers, or in both.
#pragma once

#include "base/isolation.hpp"
#include "provider/any_op.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tenon::host {

// For one thread: that which starts the host, or reloads it.
class plugin_source {
  public:
    // Where a provider runs that nothing else is said of. A plugin that is to run in workers is
    // started there, and not waited for; it is never loaded here, unless a seat in this process is
    // asked for. Errors: those of plugin_library::load or plugin_worker::launch.
    [[nodiscard]] static auto open(
        std::shared_ptr<plugin_image> image, isolation usual, const worker_setup& setup
    ) -> result<std::shared_ptr<plugin_source>>;
    // What it serves is known from here on. Error: invalid_request.
    [[nodiscard]] auto settle() -> result<void>;

    [[nodiscard]] auto path() const -> const std::filesystem::path& { return image_->path(); }
    [[nodiscard]] auto digest() const -> const std::string& { return image_->digest(); }
    [[nodiscard]] auto image() const -> const std::shared_ptr<plugin_image>& { return image_; }
    [[nodiscard]] auto usual() const noexcept -> isolation { return usual_; }
    [[nodiscard]] auto refused() const -> const std::vector<std::string>&;
    // One for each provider, where it usually runs.
    [[nodiscard]] auto seats() const -> std::vector<plugin_seat>;
    // For the provider of that id, in another place.
    [[nodiscard]] auto seat(const std::string& id, isolation where) -> result<plugin_seat>;
    // Its workers, by mode.
    [[nodiscard]] auto workers() const -> std::vector<std::shared_ptr<plugin_worker>>;

  private:
    plugin_source(std::shared_ptr<plugin_image> image, isolation usual, worker_setup setup);
    auto place(isolation where) -> result<void>;

    std::shared_ptr<plugin_image> image_;
    isolation usual_;
    worker_setup setup_;
    std::shared_ptr<const plugin_library> library_;
    std::map<isolation, std::shared_ptr<plugin_worker>> workers_;
};

}  // namespace tenon::host
