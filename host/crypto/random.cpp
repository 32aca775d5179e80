#include "crypto/random.hpp"

#include "crypto/encoding.hpp"

#include <openssl/rand.h>

#include <climits>
#include <stdexcept>

namespace tenon::host {

void system_random::fill(std::span<std::byte> bytes) {
    while (!bytes.empty()) {
        const auto now = bytes.first(std::min<std::size_t>(bytes.size(), INT_MAX));
        if (RAND_priv_bytes(
                reinterpret_cast<unsigned char*>(now.data()), static_cast<int>(now.size())
            ) != 1) {
            throw std::runtime_error("the system's random generator failed");
        }
        bytes = bytes.subspan(now.size());
    }
}

auto random_token(random_source& random, std::size_t bits) -> std::string {
    std::string bytes((bits + CHAR_BIT - 1) / CHAR_BIT, '\0');
    random.fill(std::as_writable_bytes(std::span(bytes)));
    return to_base64url(bytes);
}

}  // namespace tenon::host
