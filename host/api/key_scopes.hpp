// What an API key may do.
#pragma once

#include "base/result.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

enum class key_scope : unsigned {
    connections_read = 1U << 0U,
    connections_write = 1U << 1U,
    tokens_read = 1U << 2U,
    keys_manage = 1U << 3U,
    audit_read = 1U << 4U,
    admin = 1U << 5U,  // organizations, plugins; implies none of the others
};

// `connections:read`
[[nodiscard]] auto to_text(key_scope scope) noexcept -> std::string_view;
// All there are, in the order of the contract.
[[nodiscard]] auto all_key_scopes() noexcept -> std::span<const key_scope>;

// A set of them.
class key_scopes {
  public:
    key_scopes() = default;
    [[nodiscard]] static auto all() noexcept -> key_scopes;

    void add(key_scope scope) noexcept { bits_ |= static_cast<unsigned>(scope); }
    void remove(key_scope scope) noexcept { bits_ &= ~static_cast<unsigned>(scope); }
    [[nodiscard]] auto has(key_scope scope) const noexcept -> bool {
        return (bits_ & static_cast<unsigned>(scope)) != 0;
    }
    // Whether it holds all that the other one does.
    [[nodiscard]] auto covers(key_scopes other) const noexcept -> bool {
        return (other.bits_ & ~bits_) == 0;
    }
    [[nodiscard]] auto empty() const noexcept -> bool { return bits_ == 0; }
    [[nodiscard]] auto names() const -> std::vector<std::string>;
    // As stored: space-separated.
    [[nodiscard]] auto text() const -> std::string;

    auto operator==(const key_scopes&) const -> bool = default;

  private:
    unsigned bits_ = 0;
};

// Error: invalid_request; a detail names each one that there is not.
[[nodiscard]] auto parse_key_scopes(std::span<const std::string> names) -> result<key_scopes>;
// Of a stored row: names that this version doesn't know are left out.
[[nodiscard]] auto stored_key_scopes(std::string_view text) -> key_scopes;

}  // namespace tenon::host
