#include "oauth/side_by_provider.hpp"

#include "base/side_by_side.hpp"

#include <algorithm>
#include <unordered_map>

namespace tenon::host {
namespace {

constexpr std::size_t at_once = 16;

struct line {
    std::vector<std::function<boost::asio::awaitable<void>()>> waiting;
    std::size_t next = 0;
};

// One of several that take work from a line until none is left.
auto lane(line& from) -> boost::asio::awaitable<void> {
    while (from.next < from.waiting.size()) {
        auto work = from.waiting[from.next++]();
        co_await std::move(work);
    }
}

}  // namespace

auto side_by_provider(std::vector<provider_work> all) -> boost::asio::awaitable<void> {
    std::unordered_map<provider_id, line> lines;
    for (auto& one : all) {
        lines[one.provider].waiting.push_back(std::move(one.begin));
    }
    std::vector<boost::asio::awaitable<void>> lanes;
    for (auto& [provider, of] : lines) {
        for (std::size_t i = 0; i < std::min(at_once, of.waiting.size()); ++i) {
            lanes.push_back(lane(of));
        }
    }
    co_await side_by_side(std::move(lanes));
}

}  // namespace tenon::host
