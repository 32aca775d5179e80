// Strong types for ids: text, never mixed up.
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"

#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace tenon::host {

template <class Tag>
class id {
  public:
    id() = default;
    explicit id(std::string text) : text_(std::move(text)) {}

    [[nodiscard]] auto text() const noexcept -> const std::string& { return text_; }
    [[nodiscard]] auto empty() const noexcept -> bool { return text_.empty(); }
    auto operator<=>(const id&) const = default;

  private:
    std::string text_;
};

using org_id = id<struct org_tag>;                // an organization of the host's
using user_id = id<struct user_tag>;              // the application's own, opaque
using connection_id = id<struct connection_tag>;  // UUIDv7
using grant_id = id<struct grant_tag>;            // UUIDv7
using provider_id = id<struct provider_tag>;      // `slack`
using account_id = id<struct account_tag>;        // the provider's own, opaque
using api_key_id = id<struct api_key_tag>;        // UUIDv7

// RFC 9562 5.7: 48 bits of milliseconds, 74 random ones; sorts by time.
[[nodiscard]] auto make_uuid(const clock& time, random_source& random) -> std::string;
// Is it written as one of these is?
[[nodiscard]] auto is_uuid(std::string_view text) noexcept -> bool;

}  // namespace tenon::host

template <class Tag>
struct std::hash<tenon::host::id<Tag>> {
    auto operator()(const tenon::host::id<Tag>& value) const noexcept -> std::size_t {
        return std::hash<std::string>{}(value.text());
    }
};
