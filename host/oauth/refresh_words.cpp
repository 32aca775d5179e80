#include "oauth/refresh_words.hpp"

namespace tenon::host {

auto words_of(refresh_failure kind, const operation_failure& failure) -> std::string {
    const auto code = failure.code.empty() ? std::string() : ": " + failure.code;
    switch (kind) {
        case refresh_failure::not_sent: return "the provider could not be reached";
        case refresh_failure::ambiguous:
            return (failure.outcome == transport::ok && failure.http_status != 0
                        ? "the provider's answer can't be used"
                        : "the provider's answer was lost") +
                   code;
        case refresh_failure::transient: return "the provider asked to try later" + code;
        case refresh_failure::revoked: return "the provider ended the grant" + code;
        case refresh_failure::misconfigured: return "the provider refused the client" + code;
        case refresh_failure::broken: return "the provider's answer made no sense" + code;
    }
    return {};
}

}  // namespace tenon::host
