// failure.hpp: how an operation says that it failed.
#ifndef TENON_SDK_FAILURE_HPP
#define TENON_SDK_FAILURE_HPP

#include <tenon/operation.h>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon {

/// Whose fault a failure is, and so what the host does about it: TENON_ERROR_… of operation.h.
enum class category : std::uint32_t {
    provider = TENON_ERROR_PROVIDER,
    revoked = TENON_ERROR_REVOKED,
    invalid_code = TENON_ERROR_INVALID_CODE,
    access_denied = TENON_ERROR_ACCESS_DENIED,
    scope = TENON_ERROR_SCOPE,
    misconfigured = TENON_ERROR_MISCONFIGURED,
    rate_limited = TENON_ERROR_RATE_LIMITED,
    unavailable = TENON_ERROR_UNAVAILABLE,
    unsupported = TENON_ERROR_UNSUPPORTED,
    invalid_input = TENON_ERROR_INVALID_INPUT,
    token_rejected = TENON_ERROR_TOKEN_REJECTED
};

/// One failure. `co_return` it, or throw it as `failed`.
struct failure {
    tenon::category category = tenon::category::provider;
    std::string message;            // for a developer: what happened and what to do; never a secret
    std::string code;               // the provider's own, such as invalid_grant
    std::uint32_t http_status = 0;  // 0 = none
    std::uint32_t retry_after_ms = 0;                          // 0 = not said
    std::vector<std::pair<std::string, std::string>> details;  // field -> what is wrong with it

    failure(tenon::category what, std::string text, std::string provider_code = {})
        : category(what), message(std::move(text)), code(std::move(provider_code)) {}

    /// Names a field, of the configuration in DESCRIBE, and what is wrong with it.
    auto field(std::string_view name, std::string_view problem) -> failure& {
        details.emplace_back(name, problem);
        return *this;
    }
};

/// A failure on its way up: thrown by helpers, turned into FAIL by the operation.
class failed : public std::exception {
  public:
    explicit failed(failure why) : why_(std::move(why)) {}
    failed(tenon::category what, std::string message, std::string code = {})
        : why_(what, std::move(message), std::move(code)) {}

    auto why() const noexcept -> const failure& { return why_; }
    auto what() const noexcept -> const char* override { return why_.message.c_str(); }

  private:
    failure why_;
};

/// Foreign text fit for a message: printable ASCII, at most 200 characters, and any word long
/// enough to be a credential (over 24 characters) replaced, for providers are known to echo what
/// they were sent.
inline auto quotable(std::string_view text) -> std::string {
    constexpr std::size_t longest_word = 24;
    constexpr std::size_t longest_text = 200;
    std::string out;
    std::size_t at = 0;
    while (at < text.size() && out.size() < longest_text) {
        std::size_t end = at;
        while (end < text.size() && text[end] > ' ' && text[end] < 0x7f) {
            ++end;
        }
        if (end - at > longest_word) {
            out.append("[...]");
        } else {
            out.append(text.substr(at, end - at));
        }
        if (end < text.size()) {
            out.push_back(text[end] == ' ' ? ' ' : '?');
        }
        at = end + 1;
    }
    if (out.size() > longest_text) {
        out.resize(longest_text);
    }
    return out;
}

/// A provider's error code fit to be shown: as it came if it looks like a code, else "unprintable".
inline auto quotable_code(std::string_view code) -> std::string {
    constexpr std::size_t longest_code = 64;
    bool plain = code.size() <= longest_code;
    for (const char c : code) {
        plain = plain && c > ' ' && c < 0x7f && c != '"' && c != '\\';
    }
    return plain ? std::string(code) : std::string("unprintable");
}

}  // namespace tenon

#endif
