// The provider that all mutants share.
#pragma once

#include <tenon/sdk.hpp>

namespace mutant {

class provider final : public tenon::provider {
  public:
    auto about() const -> tenon::description override;
    auto describe(const tenon::values& config) const -> tenon::description override;
    auto authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> override;
    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override;
    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override;
    auto profile(tenon::profile_input in) const -> tenon::op<tenon::profile> override;
    auto revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> override;
    auto validate(tenon::validate_input in) const -> tenon::op<tenon::tokens> override;
};

}  // namespace mutant
