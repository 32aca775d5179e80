#include "app/inspection.hpp"

#include "provider/plugin_source.hpp"

namespace tenon::host {

auto inspect_plugin(std::shared_ptr<plugin_image> image) -> result<std::vector<descriptor>> {
    const auto source = plugin_source::open(std::move(image), isolation::worker, worker_setup{});
    if (source.has_error()) {
        return source.error();
    }
    if (auto settled = (*source)->settle(); settled.has_error()) {
        return settled.error();
    }
    std::vector<descriptor> out;
    for (const auto& seat : (*source)->seats()) {
        out.push_back(seat.provider().about);
    }
    return out;
}

}  // namespace tenon::host
