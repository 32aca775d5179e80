// The plugin files of the operator's folders, each with the generation that serves and the one to
// go back to. For this room's own use.
#pragma once

#include "base/clock.hpp"
#include "provider/file_stamp.hpp"
#include "provider/plugin_taking.hpp"
#include "provider/registry.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

// Not for two threads at once.
class plugin_shelf {
  public:
    explicit plugin_shelf(worker_setup workers) : workers_(std::move(workers)) {}

    // Would the second do as well as the first? Asked before it takes over. Error: why not.
    using judge = std::function<
        result<void>(const plugin_generation& running, const plugin_generation& next)>;

    // Looks at each *.so of the folders. A file with the bytes that run is kept, and judged again
    // by today's policy; other bytes take over if they are admitted, load, and `fits` has nothing
    // against them; otherwise what runs goes on. Files that are gone are let go of. Workers are all
    // started before the first is waited for, so that many take no longer than few.
    auto refresh(const registry_options& options, const judge& fits, time_point now)
        -> std::vector<plugin_report>;

    // Acts on the verdicts of trials: a proven generation's predecessor is let go of, a failed one
    // gives way to its predecessor, and its bytes are not tried again. True if any gave way.
    auto settle(time_point now) -> bool;
    // Set when a trial got its verdict; whoever sees it clears it and calls settle().
    [[nodiscard]] auto decided() const noexcept -> std::atomic<bool>& { return *decided_; }

    // In the order of the folders, then of names.
    [[nodiscard]] auto running() const -> std::vector<plugin_generation>;
    // Folders that can't be read, files that are not taken, and versions that are not.
    [[nodiscard]] auto problems() const -> std::vector<plugin_problem>;

  private:
    struct slot {
        std::filesystem::path path;
        std::optional<plugin_generation> running, proven;  // proven: only while running is on trial
        std::optional<file_stamp> stamp;  // of the file as it was when what runs was read from it
        time_point trial_ends{};
        std::string failed_digest, failed_why;  // of bytes that gave way
        std::string problem;
    };

    // A file as it was found. `next` are bytes that do not run yet: loaded, or in a worker that is
    // on its way.
    struct arrival {
        result<std::shared_ptr<plugin_image>> image;
        std::optional<file_stamp> stamp;
        std::optional<result<plugin_generation>> next;
    };
    auto arrive(const slot& here, const folder_policy& how, const registry_options& options)
        -> arrival;
    auto look_at(
        slot& here, arrival found, const folder_policy& how, const judge& fits, time_point now
    ) -> plugin_report;
    static auto keep(slot& here, const plugin_folder& folder, std::shared_ptr<plugin_image> image)
        -> plugin_report;
    void take_over(slot& here, plugin_generation next, time_point now);
    static auto refuse(slot& here, std::string why, plugin_outcome outcome) -> plugin_report;
    auto take_slot(const std::filesystem::path& path) -> slot;
    [[nodiscard]] auto paths_in(const std::filesystem::path& folder) const
        -> std::vector<std::filesystem::path>;
    // What was found in one folder, and is to be judged.
    struct finding {
        plugin_folder folder;
        isolation usual;
        std::vector<slot> slots;
        std::vector<arrival> arrivals;
        bool readable = true;
    };
    auto search(plugin_folder folder, isolation usual, const registry_options& options) -> finding;
    void judge_all(
        finding found, const judge& fits, time_point now, std::vector<slot>& kept,
        std::vector<plugin_report>& reports
    );

    worker_setup workers_;
    std::vector<slot> slots_;
    std::vector<plugin_problem> folder_problems_;
    std::shared_ptr<std::atomic<bool>> decided_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace tenon::host
