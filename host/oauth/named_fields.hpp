// The values of a form as one of a request's objects, its problems named as the caller knows them:
// `params.shop`.
#pragma once

#include "base/result.hpp"
#include "provider/descriptor.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace tenon::host {

// check_fields of that object's values. Error: invalid_request (details).
[[nodiscard]] inline auto check_object(
    const std::vector<field_descriptor>& form, std::map<std::string, std::string> values,
    const std::string& object
) -> result<std::map<std::string, std::string>> {
    auto good = check_fields(form, std::move(values));
    if (good.has_value()) {
        return good;
    }
    auto problem = good.error();
    problem.message = object + "." + problem.message;
    for (auto& detail : problem.details) {
        detail.field = object + "." + detail.field;
    }
    return problem;
}

// What a plugin says of fields of the form, in the same words.
inline void name_within(
    const std::vector<field_descriptor>& form, const std::string& object, error& problem
) {
    for (auto& detail : problem.details) {
        if (std::ranges::find(form, detail.field, &field_descriptor::name) != form.end()) {
            detail.field = object + "." + detail.field;
        }
    }
}

}  // namespace tenon::host
