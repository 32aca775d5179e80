// When anything was last changed, as far as this process knows: what makes caches exact.
#pragma once

#include "base/ids.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace tenon::host {

// A clock of changes. Whoever caches takes `now()` before reading the database, and believes what
// was read as long as nothing that it is made of was touched since. Ids share marks, so that
// memory is bounded: a mark may lie, but only by saying "changed". Any thread.
class change_marks {
  public:
    using moment = std::uint64_t;

    [[nodiscard]] auto now() const noexcept -> moment { return now_.load(); }
    // After the change was committed.
    void touch(std::string_view id) noexcept { raise(marks_[index_of(id)]); }
    // The user got, lost or parked a connection.
    void touch(const org_id& org, const user_id& user) noexcept {
        raise(marks_[index_of(org, user)]);
    }
    void touch_everything() noexcept { raise(everything_); }

    [[nodiscard]] auto touched_since(std::string_view id, moment then) const noexcept -> bool {
        return marks_[index_of(id)].load() > then || everything_.load() > then;
    }
    [[nodiscard]] auto touched_since(const org_id& org, const user_id& user, moment then)
        const noexcept -> bool {
        return marks_[index_of(org, user)].load() > then || everything_.load() > then;
    }

  private:
    using mark = std::atomic<moment>;
    static constexpr std::size_t mark_count = 16'384;

    [[nodiscard]] static auto index_of(std::string_view id) noexcept -> std::size_t {
        return std::hash<std::string_view>{}(id) % mark_count;
    }
    [[nodiscard]] static auto index_of(const org_id& org, const user_id& user) noexcept
        -> std::size_t {
        return (index_of(org.text()) * 31 + index_of(user.text())) % mark_count;
    }
    // Never back: of two who touch at once, the later moment stays.
    void raise(mark& one) noexcept {
        const moment to = ++now_;
        moment from = one.load();
        while (from < to && !one.compare_exchange_weak(from, to)) {}
    }

    mark now_{0};
    mark everything_{0};
    std::array<mark, mark_count> marks_{};
};

}  // namespace tenon::host
