// response.hpp: what came of a request: an owned copy, for what the host lends is gone at the next
// suspension.
#ifndef TENON_SDK_RESPONSE_HPP
#define TENON_SDK_RESPONSE_HPP

#include <tenon/operation.h>
#include <tenon/sdk/failure.hpp>
#include <tenon/sdk/json.hpp>
#include <tenon/sdk/values.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tenon {

/// The answer to a request, or the reason why there is none. Movable; values of json() stay good
/// when it moves.
class response {
  public:
    response(const tenon_http_response& borrowed, std::int64_t sent_at_ms)
        : transport_(borrowed.transport),
          status_(borrowed.status),
          sent_(borrowed.sent),
          sent_at_ms_(sent_at_ms),
          headers_(borrowed.headers),
          body_(std::make_unique<const content>(view(borrowed.body))) {}

    /// TENON_TRANSPORT_…; anything but OK means that there is no answer.
    auto transport() const noexcept -> std::uint32_t { return transport_; }
    auto answered() const noexcept -> bool { return transport_ == TENON_TRANSPORT_OK; }
    auto status() const noexcept -> std::uint32_t { return answered() ? status_ : 0; }
    /// An answer of status 2xx.
    auto ok() const noexcept -> bool { return status() >= 200 && status() < 300; }
    /// TENON_SENT_…: whether the provider got the request.
    auto sent() const noexcept -> std::uint32_t { return sent_; }
    /// When the request was sent: count lifetimes from here. Milliseconds since the epoch.
    auto sent_at_ms() const noexcept -> std::int64_t { return sent_at_ms_; }
    /// The first header of that name, which is given in lower case; empty where there is none.
    auto header(std::string_view name) const -> std::string { return headers_.text(name); }
    auto body() const noexcept -> std::string_view { return body_->text; }

    /// The body as JSON; an absent value if it is not JSON.
    auto json() const noexcept -> tenon::json { return body_->document.root(); }
    /// The same, but throws `failed` if there is no answer or it is not a JSON object.
    auto object() const -> tenon::json;

  private:
    struct content {
        explicit content(std::string_view bytes) : text(bytes), document(text) {}
        const std::string text;
        const json_document document;
    };

    std::uint32_t transport_, status_, sent_;
    std::int64_t sent_at_ms_;
    values headers_;
    std::unique_ptr<const content> body_;
};

/// What the host service answered. Throws nothing; look at `ok`.
struct call_result {
    bool ok = false;
    tenon_status status = TENON_OK;
    values out;
};

/// Why there is no answer, as a failure to be tried again. For a response that is not answered().
inline auto transport_failure(const response& reply) -> failure {
    switch (reply.transport()) {
        case TENON_TRANSPORT_TIMEOUT:
            return {category::unavailable, "the provider did not answer in time"};
        case TENON_TRANSPORT_DNS:
            return {category::unavailable, "the provider's name was not resolved"};
        case TENON_TRANSPORT_CONNECT:
            return {category::unavailable, "no connection to the provider"};
        case TENON_TRANSPORT_TLS: return {category::unavailable, "TLS with the provider failed"};
        case TENON_TRANSPORT_RESET:
            return {category::unavailable, "the provider's answer was cut off"};
        case TENON_TRANSPORT_TOO_LARGE:
            return {category::provider, "the provider's answer is too large"};
        case TENON_TRANSPORT_DENIED:
            return {
                category::misconfigured,
                "the host's policy refused the request: see its log for the origin or reference"};
        default: return {category::unavailable, "there is no answer from the provider"};
    }
}

inline auto response::object() const -> tenon::json {
    if (!answered()) {
        throw failed(transport_failure(*this));
    }
    if (json().is_object()) {
        return json();
    }
    failure why(category::provider, "the provider answered something that is not a JSON object");
    why.http_status = status();
    throw failed(std::move(why));
}

}  // namespace tenon

#endif
