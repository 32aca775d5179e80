#include "conformance/groups.hpp"

#include <array>

namespace tenon::host::conformance {

auto all_checks() -> const check_list& {
    static const check_list out = [] {
        check_list all;
        for (const auto& group :
             {file_checks(),      loading_checks(), entry_checks(),     descriptor_checks(),
              abi_checks(),       repeat_checks(),  authorize_checks(), token_checks(),
              request_checks(),   secret_checks(),  reference_checks(), validate_checks(),
              validated_checks(), refusal_checks(), cassette_checks(),  answer_checks(),
              body_checks(),      fuzz_checks(),    memory_checks(),    unload_checks()}) {
            all.insert(all.end(), group.begin(), group.end());
        }
        return all;
    }();
    return out;
}

}  // namespace tenon::host::conformance
