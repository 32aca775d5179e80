// The checks by group, one file each or several.
#pragma once

#include "conformance/check.hpp"

namespace tenon::host::conformance {

[[nodiscard]] auto file_checks() -> check_list;
[[nodiscard]] auto loading_checks() -> check_list;
[[nodiscard]] auto entry_checks() -> check_list;
[[nodiscard]] auto descriptor_checks() -> check_list;
[[nodiscard]] auto abi_checks() -> check_list;
[[nodiscard]] auto repeat_checks() -> check_list;
[[nodiscard]] auto authorize_checks() -> check_list;
[[nodiscard]] auto token_checks() -> check_list;
[[nodiscard]] auto request_checks() -> check_list;
[[nodiscard]] auto refusal_checks() -> check_list;
[[nodiscard]] auto secret_checks() -> check_list;
[[nodiscard]] auto reference_checks() -> check_list;
[[nodiscard]] auto validate_checks() -> check_list;
[[nodiscard]] auto validated_checks() -> check_list;
[[nodiscard]] auto cassette_checks() -> check_list;
[[nodiscard]] auto answer_checks() -> check_list;
[[nodiscard]] auto body_checks() -> check_list;
[[nodiscard]] auto fuzz_checks() -> check_list;
[[nodiscard]] auto memory_checks() -> check_list;
[[nodiscard]] auto unload_checks() -> check_list;

}  // namespace tenon::host::conformance
