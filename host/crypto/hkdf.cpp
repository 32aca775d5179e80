#include "crypto/hkdf.hpp"

#include "crypto/hash.hpp"

#include <stdexcept>

namespace tenon::host {

auto hkdf_extract(std::string_view salt, std::string_view input) -> secret {
    return secret(hmac_sha256(salt, input));
}

auto hkdf_expand(const hmac_key& extracted, std::string_view info, std::size_t size) -> secret {
    if (size > 255 * sha256_size) {
        throw std::invalid_argument("HKDF makes at most 8,160 bytes");
    }
    std::string out;
    out.reserve((size + sha256_size - 1) / sha256_size * sha256_size);
    std::string block;
    for (unsigned char counter = 1; out.size() < size; ++counter) {
        const std::string tail = std::string(info) + static_cast<char>(counter);
        std::string next(sha256_size, '\0');
        extracted.mac_into(reinterpret_cast<unsigned char*>(next.data()), block, tail);
        out += next;
        wipe(block.data(), block.size());
        block = next;
        wipe(next.data(), next.size());
    }
    wipe(block.data(), block.size());
    wipe(out.data() + size, out.size() - size);
    out.resize(size);
    return secret(std::move(out));
}

void hkdf_expand_into(unsigned char* key, const hmac_key& extracted, std::string_view info) {
    constexpr char first_block = 1;
    extracted.mac_into(key, info, {&first_block, 1});
}

}  // namespace tenon::host
