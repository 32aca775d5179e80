#include "crypto/running_hash.hpp"

#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"

namespace tenon::host {

struct running_sha256::state {
    digest_context context{EVP_MD_CTX_new()};
};

running_sha256::running_sha256() : state_(std::make_unique<state>()) {
    must(
        state_->context != nullptr &&
            EVP_DigestInit_ex2(state_->context.get(), EVP_sha256(), nullptr) == 1,
        "digest"
    );
}

running_sha256::~running_sha256() = default;
running_sha256::running_sha256(running_sha256&&) noexcept = default;
auto running_sha256::operator=(running_sha256&&) noexcept -> running_sha256& = default;

void running_sha256::add(std::string_view bytes) {
    must(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1, "digest");
}

auto running_sha256::finish() -> std::string {
    std::string digest(sha256_size, '\0');
    must(EVP_DigestFinal_ex(state_->context.get(), bytes_of(digest), nullptr) == 1, "digest");
    return digest;
}

}  // namespace tenon::host
