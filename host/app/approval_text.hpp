// A plugin's claims in an operator's words.
#pragma once

#include "provider/approval.hpp"
#include "provider/descriptor.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// Text of a stranger's on its way to a terminal: what could steer it is shown as `?`.
[[nodiscard]] auto shown(std::string_view text) -> std::string;

// Providers, the origins with their roles and the secrets that go there, what the host asks on the
// plugin's word, scopes, host calls. `before`: what was approved of it so far (null: nothing);
// origins that go beyond it are marked.
[[nodiscard]] auto approval_text(
    const std::vector<descriptor>& found, const plugin_approval* before
) -> std::string;

}  // namespace tenon::host
