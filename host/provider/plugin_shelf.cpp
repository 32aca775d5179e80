#include "provider/plugin_shelf.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace tenon::host {
namespace {

using namespace std::chrono_literals;

// A plugin that is hardly used would be on trial for ever, and its predecessor loaded.
constexpr milliseconds longest_trial = 10min;

auto plugin_files(const std::filesystem::path& folder, std::error_code& failed)
    -> std::vector<std::filesystem::path> {
    std::vector<std::filesystem::path> out;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
        if (at->path().extension() == ".so") {
            out.push_back(at->path());
        }
    }
    std::ranges::sort(out);
    return out;
}

auto report_of(const std::filesystem::path& path, plugin_outcome outcome) -> plugin_report {
    plugin_report out;
    out.path = path;
    out.outcome = outcome;
    return out;
}

}  // namespace

auto plugin_shelf::refuse(slot& here, std::string why, plugin_outcome outcome) -> plugin_report {
    auto out = report_of(here.path, outcome);
    here.problem = std::move(why);
    if (here.running) {
        here.problem += " (the version before it serves on)";
    }
    out.message = here.problem;
    return out;
}

// The same bytes; but the policy, or what was approved, may be another one by now.
auto plugin_shelf::keep(
    slot& here, const plugin_folder& folder, std::shared_ptr<plugin_image> image
) -> plugin_report {
    auto trusted = folder.admit(std::move(image));
    auto admitted = trusted.has_error() ? result<void>(trusted.error()) : result<void>();
    if (trusted.has_value() && trusted->approved != nullptr) {
        admitted = check_claims(*here.running->source, *trusted->approved);
    }
    if (admitted.has_error()) {
        here.running.reset();
        here.proven.reset();
        return refuse(here, admitted.error().message, plugin_outcome::refused);
    }
    here.running->approved = std::move(trusted->approved);
    here.problem.clear();
    return report_of(here.path, plugin_outcome::kept);
}

void plugin_shelf::take_over(slot& here, plugin_generation next, time_point now) {
    if (here.running) {
        // Behind one that is not proven itself lies the last that is.
        if (!here.running->trial) {
            here.proven = std::move(here.running);
        }
        next.trial = std::make_shared<generation_trial>(decided_);
        here.trial_ends = now + longest_trial;
    }
    here.running = std::move(next);
    here.problem.clear();
}

auto plugin_shelf::arrive(
    const slot& here, const folder_policy& how, const registry_options& options
) -> arrival {
    const auto where = usual_place(here.path, how.usual, options.providers);
    const bool in_place = here.running && here.running->source->usual() == where;
    const auto stamp = file_stamp::of(here.path);
    // A reload does not read a dozen files for one that is new.
    if (in_place && stamp && here.stamp && stamp->same_as(*here.stamp)) {
        return {here.running->source->image(), here.stamp, std::nullopt};
    }
    arrival out{plugin_image::read(here.path), stamp, std::nullopt};
    if (out.image.has_error()) {
        return out;
    }
    const auto& digest = (*out.image)->digest();
    const bool runs = in_place && here.running->source->digest() == digest;
    if (!runs && digest != here.failed_digest) {
        out.next = open_trusted(*out.image, how, where, workers_);
    }
    return out;
}

auto plugin_shelf::look_at(
    slot& here, arrival found, const folder_policy& how, const judge& fits, time_point now
) -> plugin_report {
    if (found.image.has_error()) {
        return refuse(here, found.image.error().message, plugin_outcome::refused);
    }
    const auto digest = (*found.image)->digest();
    if (digest == here.failed_digest) {
        return refuse(here, here.failed_why, plugin_outcome::rolled_back);
    }
    if (!found.next) {
        here.stamp = found.stamp;
        return keep(here, how.folder, std::move(*found.image));
    }
    auto next = settled(std::move(*found.next));
    if (next.has_error()) {
        return refuse(here, next.error().message, plugin_outcome::refused);
    }
    if (here.running) {
        if (const auto judged = fits(*here.running, *next); judged.has_error()) {
            return refuse(
                here, here.path.filename().string() + ": " + judged.error().message,
                plugin_outcome::refused
            );
        }
    }
    const auto outcome = here.running ? plugin_outcome::replaced : plugin_outcome::loaded;
    take_over(here, std::move(*next), now);
    here.stamp = found.stamp;
    return report_of(here.path, outcome);
}

auto plugin_shelf::take_slot(const std::filesystem::path& path) -> slot {
    const auto known = std::ranges::find(slots_, path, &slot::path);
    if (known == slots_.end()) {
        slot out;
        out.path = path;
        return out;
    }
    auto out = std::move(*known);
    slots_.erase(known);
    return out;
}

auto plugin_shelf::paths_in(const std::filesystem::path& folder) const
    -> std::vector<std::filesystem::path> {
    std::vector<std::filesystem::path> out;
    for (const auto& here : slots_) {
        if (here.path.parent_path() == folder) {
            out.push_back(here.path);
        }
    }
    return out;
}

auto plugin_shelf::search(plugin_folder folder, isolation usual, const registry_options& options)
    -> finding {
    finding out{std::move(folder), usual, {}, {}, true};
    std::error_code failed;
    auto files = plugin_files(out.folder.path(), failed);
    if (failed) {
        folder_problems_.push_back(
            {out.folder.path(), "the plugin folder can't be read: " + failed.message()}
        );
        // Which files are gone, nobody knows: what runs goes on.
        files = paths_in(out.folder.path());
        out.readable = false;
    }
    for (const auto& path : files) {
        out.slots.push_back(take_slot(path));
        if (out.readable) {
            out.arrivals.push_back(arrive(out.slots.back(), {out.folder, usual}, options));
        }
    }
    return out;
}

void plugin_shelf::judge_all(
    finding found, const judge& fits, time_point now, std::vector<slot>& kept,
    std::vector<plugin_report>& reports
) {
    for (std::size_t i = 0; i < found.slots.size(); ++i) {
        kept.push_back(std::move(found.slots[i]));
        auto& here = kept.back();
        if (!found.readable) {
            reports.push_back(refuse(here, "its folder can't be read", plugin_outcome::refused));
            continue;
        }
        reports.push_back(
            look_at(here, std::move(found.arrivals[i]), {found.folder, found.usual}, fits, now)
        );
        if (here.running) {
            reports.back().digest = here.running->source->digest();
            for (const auto& seat : here.running->source->seats()) {
                reports.back().providers.push_back(seat.provider().about.id);
            }
        }
    }
}

auto plugin_shelf::refresh(const registry_options& options, const judge& fits, time_point now)
    -> std::vector<plugin_report> {
    settle(now);
    std::vector<finding> found;
    std::vector<slot> kept;
    std::vector<plugin_report> reports;
    folder_problems_.clear();
    if (!options.bundled_dir.empty()) {
        found.push_back(
            search(plugin_folder::bundled(options.bundled_dir), isolation::process, options)
        );
    }
    for (const auto& path : options.plugin_dirs) {
        found.push_back(
            search(plugin_folder::judged(path, options.trust), options.strangers, options)
        );
    }
    for (auto& folder : found) {
        judge_all(std::move(folder), fits, now, kept, reports);
    }
    for (const auto& gone : slots_) {
        reports.push_back(report_of(gone.path, plugin_outcome::removed));
    }
    slots_ = std::move(kept);
    return reports;
}

auto plugin_shelf::settle(time_point now) -> bool {
    bool gave_way = false;
    for (auto& here : slots_) {
        if (!here.running || !here.running->trial) {
            continue;
        }
        const auto verdict = here.running->trial->verdict();
        if (verdict == trial_verdict::failed) {
            here.failed_digest = here.running->source->digest();
            here.failed_why =
                here.path.filename().string() +
                ": it broke the contract in its first operations: " + here.running->trial->fault();
            here.running = std::exchange(here.proven, std::nullopt);
            here.stamp.reset();
            here.problem = here.failed_why + " (the version before it serves on)";
            log(log_level::error, "plugin_rolled_back",
                {{log_key::path, here.path.string()}, {log_key::detail, here.problem}});
            gave_way = true;
        } else if (verdict == trial_verdict::passed || now >= here.trial_ends) {
            here.running->trial.reset();
            here.proven.reset();
        }
    }
    return gave_way;
}

auto plugin_shelf::running() const -> std::vector<plugin_generation> {
    std::vector<plugin_generation> out;
    for (const auto& here : slots_) {
        if (here.running) {
            out.push_back(*here.running);
        }
    }
    return out;
}

auto plugin_shelf::problems() const -> std::vector<plugin_problem> {
    auto out = folder_problems_;
    for (const auto& here : slots_) {
        if (!here.problem.empty()) {
            out.push_back({here.path, here.problem});
        }
    }
    return out;
}

}  // namespace tenon::host
