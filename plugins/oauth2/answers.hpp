// Reading what the provider answers.
#pragma once

#include "settings.hpp"

#include <tenon/sdk.hpp>

namespace oauth2 {

/// The failure that an answer is: the RFCs' shapes, and those near them (`error` as an object,
/// `error_message`, `message`).
auto failure_in(const tenon::response& reply, tenon::asked what) -> tenon::failure;

/// Does a success's status hide a failure: `error`, `"ok": false`, `"success": false`?
auto hides_failure(const tenon::json& body) -> bool;

/// The tokens in a token answer. Throws `failed` if it is an error, also one under status 200, or
/// holds no usable token.
auto tokens_in_answer(const tenon::response& reply, const settings& by, tenon::asked what)
    -> tenon::tokens;

/// Whose the tokens are, as far as the token answer tells; "" where PROFILE tells it. Throws
/// `failed` where it should tell and doesn't. Where nobody tells, it is the account that is to be
/// connected anew, else a new one. Behind the `tenant_prefix`, like the profile's.
auto account_in_answer(
    const tenon::response& reply, const settings& by, const tenon::exchange_input& in
) -> std::string;

/// The account in the userinfo answer.
auto profile_in_answer(
    const tenon::response& reply, const settings& by, const tenon::values& connect
) -> tenon::profile;

}  // namespace oauth2
