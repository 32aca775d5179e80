// A bounded map that forgets what was used longest ago, in shards with a lock each.
#pragma once

#include <array>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace tenon::host {

// Keys are text, values are copied out: make them small or shared. Any thread.
template <class Value>
class lru_map {
  public:
    explicit lru_map(std::size_t capacity)
        : shard_capacity_(capacity / shard_count + (capacity % shard_count == 0 ? 0 : 1)) {}

    [[nodiscard]] auto find(std::string_view key) -> std::optional<Value> {
        auto& shard = shard_of(key);
        const std::lock_guard lock(shard.guard);
        const auto found = shard.index.find(key);
        if (found == shard.index.end()) {
            return std::nullopt;
        }
        shard.order.splice(shard.order.begin(), shard.order, found->second);
        return found->second->second;
    }

    void put(std::string_view key, Value value) {
        auto& shard = shard_of(key);
        const std::lock_guard lock(shard.guard);
        insert(shard, key, std::move(value));
    }

    // Puts only where `better(old)` says so, or where there is none.
    template <class Better>
    void put_if(std::string_view key, Value value, Better better) {
        auto& shard = shard_of(key);
        const std::lock_guard lock(shard.guard);
        const auto found = shard.index.find(key);
        if (found == shard.index.end() || better(found->second->second)) {
            insert(shard, key, std::move(value));
        }
    }

    // The same, but only where there is one already.
    template <class Better>
    void replace_if(std::string_view key, Value value, Better better) {
        auto& shard = shard_of(key);
        const std::lock_guard lock(shard.guard);
        const auto found = shard.index.find(key);
        if (found != shard.index.end() && better(found->second->second)) {
            found->second->second = std::move(value);
        }
    }

    void erase(std::string_view key) {
        auto& shard = shard_of(key);
        const std::lock_guard lock(shard.guard);
        const auto found = shard.index.find(key);
        if (found != shard.index.end()) {
            const auto entry = found->second;
            shard.index.erase(found);
            shard.order.erase(entry);
        }
    }

    // Forgets all values for which `is_so(value)`: a walk over everything, for rare events.
    template <class Predicate>
    void erase_if(Predicate is_so) {
        for (auto& shard : shards_) {
            const std::lock_guard lock(shard.guard);
            for (auto entry = shard.order.begin(); entry != shard.order.end();) {
                if (is_so(entry->second)) {
                    shard.index.erase(entry->first);
                    entry = shard.order.erase(entry);
                } else {
                    ++entry;
                }
            }
        }
    }

    void clear() {
        for (auto& shard : shards_) {
            const std::lock_guard lock(shard.guard);
            shard.index.clear();
            shard.order.clear();
        }
    }

    [[nodiscard]] auto size() const -> std::size_t {
        std::size_t total = 0;
        for (const auto& shard : shards_) {
            const std::lock_guard lock(shard.guard);
            total += shard.order.size();
        }
        return total;
    }

  private:
    using entry_type = std::pair<std::string, Value>;
    struct shard_type {
        mutable std::mutex guard;
        std::list<entry_type> order;  // the latest used first
        std::unordered_map<std::string_view, typename std::list<entry_type>::iterator> index;
    };
    static constexpr std::size_t shard_count = 32;

    auto shard_of(std::string_view key) -> shard_type& {
        return shards_[std::hash<std::string_view>{}(key) % shard_count];
    }

    void insert(shard_type& where, std::string_view key, Value value) {
        const auto found = where.index.find(key);
        if (found != where.index.end()) {
            found->second->second = std::move(value);
            where.order.splice(where.order.begin(), where.order, found->second);
            return;
        }
        where.order.emplace_front(std::string(key), std::move(value));
        where.index.emplace(where.order.front().first, where.order.begin());
        if (where.order.size() > shard_capacity_) {
            where.index.erase(where.order.back().first);
            where.order.pop_back();
        }
    }

    std::size_t shard_capacity_;
    std::array<shard_type, shard_count> shards_;
};

}  // namespace tenon::host
