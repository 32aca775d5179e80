// Token answers, changed in one thing.
#pragma once

#include "conformance/misfortune.hpp"

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tenon::host::conformance {

// The body with `change` applied to each JSON object in it that has an access token; as it was
// where it has none, or is no JSON.
using token_change = std::function<void(nlohmann::json&)>;
[[nodiscard]] auto with_tokens(const std::string& body, const token_change& change) -> std::string;
[[nodiscard]] auto has_tokens(const std::string& body) -> bool;

// The sample, with all its token answers changed.
[[nodiscard]] auto changed(const sample& one, const token_change& change) -> sample;

// The samples of EXCHANGE and REFRESH that go well and whose last answer is a token answer.
void each_token_sample(const job& about, findings& found, const sample_question& ask);

}  // namespace tenon::host::conformance
