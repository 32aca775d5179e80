// VALIDATE: people connect by credentials that they bring along.
#pragma once

#include "conformance/subject.hpp"

#include <string>

namespace tenon::host::conformance {

// As each_subject, for each sample of a VALIDATE that goes well.
void each_validation(const job& about, findings& found, const sample_question& ask);

// `${credential.NAME}`
[[nodiscard]] auto reference_to(const std::string& credential) -> std::string;

}  // namespace tenon::host::conformance
