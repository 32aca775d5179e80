#include "oauth/token_cache.hpp"

#include <array>

namespace tenon::host {
namespace {

// The key as one text. Lengths go in, so that no two keys make the same.
class key_text {
  public:
    explicit key_text(const token_key& key) {
        for (const std::string_view part :
             {std::string_view(key.org.text()), std::string_view(key.user.text()), key.provider,
              key.account, key.slot}) {
            const auto size = static_cast<std::uint32_t>(part.size());
            add({reinterpret_cast<const char*>(&size), sizeof size});
            add(part);
        }
    }
    [[nodiscard]] auto view() const -> std::string_view {
        return long_.empty() ? std::string_view(short_.data(), size_) : std::string_view(long_);
    }

  private:
    void add(std::string_view part) {
        if (long_.empty() && size_ + part.size() <= short_.size()) {
            part.copy(short_.data() + size_, part.size());
            size_ += part.size();
            return;
        }
        if (long_.empty()) {
            long_.assign(short_.data(), size_);
        }
        long_ += part;
    }

    std::array<char, 256> short_{};  // most keys: the hot path allocates nothing for them
    std::size_t size_ = 0;
    std::string long_;
};

}  // namespace

auto token_cache::find(const token_key& key, time_point now) -> found_grant {
    if (!sight_.is_clear(now)) {
        return {};
    }
    auto found = links_.find(key_text(key).view()).value_or(nullptr);
    if (found == nullptr || marks_.touched_since(found->connection.text(), found->read_at)) {
        return {};
    }
    auto grant = grants_.find(found->grant.text()).value_or(nullptr);
    return {std::move(grant), std::move(found)};
}

void token_cache::put(
    const token_key& key, const connection_id& connection,
    std::shared_ptr<const cached_grant> grant, change_marks::moment read_at
) {
    const auto id = grant->id;
    const auto newer = [&](const std::shared_ptr<const cached_grant>& old) {
        return old->generation <= grant->generation;
    };
    grants_.put_if(id.text(), grant, newer);
    const key_text text(key);
    links_.put(text.view(), std::make_shared<const link>(link{connection, id, read_at}));
    // Looked at after the put: whoever forgets touches first.
    if (marks_.touched_since(connection.text(), read_at) ||
        marks_.touched_since(id.text(), read_at)) {
        links_.erase(text.view());
        grants_.erase(id.text());
    }
}

void token_cache::renew(std::shared_ptr<const cached_grant> grant) {
    const auto id = grant->id;
    const auto generation = grant->generation;
    marks_.touch(id.text());
    grants_.replace_if(id.text(), std::move(grant), [&](const auto& old) {
        return old->generation <= generation;
    });
}

void token_cache::forget_before(const grant_id& grant, std::int64_t generation) {
    marks_.touch(grant.text());
    const auto known = grants_.find(grant.text()).value_or(nullptr);
    if (known != nullptr && known->generation < generation) {
        grants_.erase(grant.text());
    }
}

void token_cache::forget(const grant_id& grant) {
    marks_.touch(grant.text());
    grants_.erase(grant.text());
}

void token_cache::forget(const connection_id& connection) {
    marks_.touch(connection.text());  // its links are older than that
}

void token_cache::forget_all() {
    marks_.touch_everything();
    links_.clear();
    grants_.clear();
}

}  // namespace tenon::host
