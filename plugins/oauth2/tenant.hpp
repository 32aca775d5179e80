// Whose ids a provider's are, where its users name the installation.
#pragma once

#include "settings.hpp"

namespace oauth2 {

/// What goes before an account's id: the values of the connect parameters that stand in addresses,
/// each followed by `:`; "" where there are none. Ids are an installation's own, and who runs one
/// may give out any: without this, one installation's u1 would share its tokens with another's.
auto tenant_prefix(const settings& by, const tenon::values& connect) -> std::string;

}  // namespace oauth2
