// Everything by chance, from one seed.
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <vector>

namespace tenon::simulation {

using host::milliseconds;
using host::time_point;

// SplitMix64: the same numbers from the same seed on every machine, and cheap to begin.
class dice {
  public:
    explicit dice(std::uint64_t seed) : state_(seed) {}

    auto next() -> std::uint64_t {
        state_ += 0x9E3779B97F4A7C15U;
        auto mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
        return mixed ^ (mixed >> 31U);
    }
    // 0 to count - 1.
    auto below(std::int64_t count) -> std::int64_t {
        return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(count));
    }
    auto between(std::int64_t least, std::int64_t most) -> std::int64_t {
        return least + below(most - least + 1);
    }
    auto span(std::int64_t least_ms, std::int64_t most_ms) -> milliseconds {
        return milliseconds(between(least_ms, most_ms));
    }
    auto chance(int percent) -> bool { return below(100) < percent; }
    template <class T>
    auto pick(std::initializer_list<T> of) -> T {
        return *(of.begin() + below(static_cast<std::int64_t>(of.size())));
    }
    template <class T>
    auto pick(const std::vector<T>& of) -> const T& {
        return of[static_cast<std::size_t>(below(static_cast<std::int64_t>(of.size())))];
    }

  private:
    std::uint64_t state_;
};

class seeded_random final : public host::random_source {
  public:
    explicit seeded_random(std::uint64_t seed) : dice_(seed) {}
    void fill(std::span<std::byte> bytes) override {
        while (!bytes.empty()) {
            const auto number = dice_.next();
            const auto size = std::min(bytes.size(), sizeof number);
            std::memcpy(bytes.data(), &number, size);
            bytes = bytes.subspan(size);
        }
    }

  private:
    dice dice_;
};

}  // namespace tenon::simulation
