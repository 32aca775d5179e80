#include "base/secret.hpp"

#include <cstring>

namespace tenon::host {

void wipe(char* data, std::size_t size) noexcept {
    if (size != 0) {
        explicit_bzero(data, size);
    }
}

auto secret::operator=(const secret& other) -> secret& {
    if (this != &other) {
        secret copy(other);
        *this = std::move(copy);
    }
    return *this;
}

auto secret::operator=(secret&& other) noexcept -> secret& {
    if (this != &other) {
        clear();
        text_ = std::move(other.text_);
        other.clear();
    }
    return *this;
}

void secret::clear() noexcept {
    // The whole capacity: a moved-from short string keeps its bytes in the object itself.
    text_.resize(text_.capacity());
    wipe(text_.data(), text_.size());
    text_.clear();
}

auto secret::equals(const secret& other) const noexcept -> bool {
    if (text_.size() != other.text_.size()) {
        return false;
    }
    volatile unsigned char difference = 0;
    for (std::size_t i = 0; i < text_.size(); ++i) {
        difference = static_cast<unsigned char>(
            difference | static_cast<unsigned char>(text_[i] ^ other.text_[i])
        );
    }
    return difference == 0;
}

}  // namespace tenon::host
