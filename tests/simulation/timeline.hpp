// What is to happen when. Time passes only from one thing that happens to the next.
#pragma once

#include "dice.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

namespace tenon::simulation {

class timeline {
  public:
    explicit timeline(std::uint64_t seed) : order_(seed) {}

    [[nodiscard]] auto now() const noexcept -> time_point { return now_; }
    // Things of the same millisecond happen in an order of chance.
    void after(milliseconds span, std::function<void()> what) {
        coming_.push_back({now_ + span, order_.next(), std::move(what)});
        std::ranges::push_heap(coming_, later);
    }
    // When the next thing happens; nothing: never.
    [[nodiscard]] auto next_at() const -> std::optional<time_point> {
        return coming_.empty() ? std::nullopt : std::optional(coming_.front().at);
    }
    // Time passes to the next thing, and it happens.
    void step() {
        std::ranges::pop_heap(coming_, later);
        const thing next = std::move(coming_.back());
        coming_.pop_back();
        now_ = std::max(now_, next.at);
        next.what();
    }
    // Nothing happens meanwhile; what was to is late.
    void skip(milliseconds span) { now_ += span; }

  private:
    struct thing {
        time_point at;
        std::uint64_t order;
        std::function<void()> what;
    };
    static auto later(const thing& left, const thing& right) -> bool {
        return left.at == right.at ? left.order > right.order : left.at > right.at;
    }

    dice order_;
    time_point now_{milliseconds(1'790'000'000'000)};
    std::vector<thing> coming_;
};

}  // namespace tenon::simulation
