// The generic provider: any plain OAuth 2.0 or OpenID Connect provider, from configuration.
#pragma once

#include <tenon/sdk.hpp>

namespace oauth2 {

class plugin final : public tenon::provider {
  public:
    auto about() const -> tenon::description override;
    auto describe(const tenon::values& config) const -> tenon::description override;
    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override;
    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override;
    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override;
    auto profile(tenon::profile_input in) const -> tenon::op<tenon::profile> override;
    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override;
};

}  // namespace oauth2
