// Which addresses a name that a user supplied may lead to.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace tenon::host {

// True for globally routable unicast only (IANA's special-purpose registries, RFC 6890): not this
// host, private, link-local, carrier-grade NAT, multicast, documentation, benchmarking, reserved;
// nor any v6 form that carries a v4 address (mapped, 6to4, Teredo, NAT64), as it would lead there.
[[nodiscard]] auto is_public_v4(const std::array<unsigned char, 4>& address) noexcept -> bool;
[[nodiscard]] auto is_public_v6(const std::array<unsigned char, 16>& address) noexcept -> bool;
// Of an address as text, without brackets; false for what isn't one.
[[nodiscard]] auto is_public_text(std::string_view address) noexcept -> bool;

}  // namespace tenon::host
