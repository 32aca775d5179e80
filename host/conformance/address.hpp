// What the dynamic loader and the kernel give as a number, as the pointer that it is.
#pragma once

#include <cstdint>

namespace tenon::host::conformance {

template <class T>
[[nodiscard]] auto at_address(std::uintptr_t number) noexcept -> T* {
    return reinterpret_cast<T*>(number);  // NOLINT(performance-no-int-to-ptr): there is no pointer
}

}  // namespace tenon::host::conformance
