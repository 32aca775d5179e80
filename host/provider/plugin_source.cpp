#include "provider/plugin_source.hpp"

#include <algorithm>

namespace tenon::host {

plugin_source::plugin_source(
    std::shared_ptr<plugin_image> image, isolation usual, worker_setup setup
)
    : image_(std::move(image)), usual_(usual), setup_(std::move(setup)) {}

auto plugin_source::place(isolation where) -> result<void> {
    if (where == isolation::process) {
        if (library_ == nullptr) {
            auto loaded = plugin_library::load(image_);
            if (loaded.has_error()) {
                return loaded.error();
            }
            library_ = std::move(*loaded);
        }
        return {};
    }
    if (!workers_.contains(where)) {
        auto started = plugin_worker::launch(image_, setup_, where);
        if (started.has_error()) {
            return started.error();
        }
        workers_.emplace(where, std::move(*started));
    }
    return {};
}

auto plugin_source::open(
    std::shared_ptr<plugin_image> image, isolation usual, const worker_setup& setup
) -> result<std::shared_ptr<plugin_source>> {
    std::shared_ptr<plugin_source> out(new plugin_source(std::move(image), usual, setup));
    if (auto placed = out->place(usual); placed.has_error()) {
        return placed.error();
    }
    return out;
}

auto plugin_source::settle() -> result<void> {
    return usual_ == isolation::process ? result<void>() : workers_.at(usual_)->greet();
}

auto plugin_source::refused() const -> const std::vector<std::string>& {
    return usual_ == isolation::process ? library_->refused() : workers_.at(usual_)->refused();
}

auto plugin_source::seats() const -> std::vector<plugin_seat> {
    plugin_seat seat;
    if (usual_ == isolation::process) {
        seat.library = library_;
    } else {
        seat.worker = workers_.at(usual_);
    }
    const auto& providers =
        seat.worker != nullptr ? seat.worker->providers() : seat.library->providers();
    std::vector<plugin_seat> out;
    for (; seat.number < providers.size(); ++seat.number) {
        out.push_back(seat);
    }
    return out;
}

auto plugin_source::seat(const std::string& id, isolation where) -> result<plugin_seat> {
    const bool fresh = where != isolation::process && !workers_.contains(where);
    if (auto placed = place(where); placed.has_error()) {
        return placed.error();
    }
    plugin_seat out;
    if (where == isolation::process) {
        out.library = library_;
    } else {
        out.worker = workers_.at(where);
        if (fresh) {
            if (auto greeted = out.worker->greet(); greeted.has_error()) {
                workers_.erase(where);
                return greeted.error();
            }
        }
    }
    const auto& providers =
        out.worker != nullptr ? out.worker->providers() : out.library->providers();
    const auto found = std::ranges::find_if(providers, [&id](const plugin_provider& one) {
        return one.about.id == id;
    });
    if (found == providers.end()) {
        return fail(
            errc::invalid_request, path().filename().string() + ": does not serve '" + id +
                                       "' there; a plugin must " +
                                       "answer the same wherever it runs"
        );
    }
    out.number = static_cast<std::size_t>(found - providers.begin());
    return out;
}

auto plugin_source::workers() const -> std::vector<std::shared_ptr<plugin_worker>> {
    std::vector<std::shared_ptr<plugin_worker>> out;
    for (const auto& [mode, worker] : workers_) {
        out.push_back(worker);
    }
    return out;
}

}  // namespace tenon::host
