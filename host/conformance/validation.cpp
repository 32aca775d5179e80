#include "conformance/validation.hpp"

namespace tenon::host::conformance {

void each_validation(const job& about, findings& found, const sample_question& ask) {
    each_subject(about, found, [&](const subject& whose, findings& into) {
        if (!whose.supports(operation_kind::validate)) {
            into.skip("it takes no credentials");
            return;
        }
        for (const auto* one : whose.good(operation_kind::validate)) {
            into.at(whose.name + " " + one->name);
            ask(whose, *one, into);
        }
    });
}

auto reference_to(const std::string& credential) -> std::string {
    return "${credential." + credential + "}";
}

}  // namespace tenon::host::conformance
