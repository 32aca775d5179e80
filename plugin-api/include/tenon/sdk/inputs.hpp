// inputs.hpp: what each operation is told. Owned copies, passed to the coroutine by value.
#ifndef TENON_SDK_INPUTS_HPP
#define TENON_SDK_INPUTS_HPP

#include <tenon/operation.h>
#include <tenon/sdk/values.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace tenon {

/// What every operation is told.
struct operation_input {
    std::int64_t now_ms =
        0;             // the time, in milliseconds since the epoch; each response has a later one
    values config;     // the operator's configuration of this provider, without client secrets
    values params;     // as operation.h lists them for the kind
    values connect;    // the connect parameters, validated
    std::string slot;  // which set of tokens; "" is the main one
    std::uint32_t host_minor = 0;  // the ABI's minor version that the host has

    explicit operation_input(const tenon_op_input& borrowed)
        : now_ms(borrowed.now_ms),
          config(borrowed.config),
          params(borrowed.params),
          connect(borrowed.connect),
          slot(view(borrowed.slot)),
          host_minor(borrowed.host_minor) {}

    /// A reference to what was filled into that credential field: in VALIDATE, and in REFRESH,
    /// PROFILE and REVOKE of what it connected. Empty where nothing was.
    auto credential(std::string_view name) const -> value {
        return params.get("credential." + std::string(name));
    }
};

/// AUTHORIZE.
struct authorize_input : operation_input {
    std::string redirect_uri, state;
    std::string scope;                                  // asked for, separated by spaces
    std::string code_challenge, code_challenge_method;  // empty without PKCE
    std::string nonce;                                  // empty without OpenID Connect

    explicit authorize_input(const tenon_op_input& borrowed)
        : operation_input(borrowed),
          redirect_uri(params.text("redirect_uri")),
          state(params.text("state")),
          scope(params.text("scope")),
          code_challenge(params.text("code_challenge")),
          code_challenge_method(params.text("code_challenge_method")),
          nonce(params.text("nonce")) {}
};

/// EXCHANGE.
struct exchange_input : operation_input {
    std::string code, redirect_uri;
    std::string scope;       // as it was asked for
    value code_verifier;     // a reference; empty without PKCE
    std::string account_id;  // to connect anew, for a provider that tells no account; mostly empty

    explicit exchange_input(const tenon_op_input& borrowed)
        : operation_input(borrowed),
          code(params.text("code")),
          redirect_uri(params.text("redirect_uri")),
          scope(params.text("scope")),
          code_verifier(params.get("code_verifier")),
          account_id(params.text("account_id")) {}

    /// A further parameter of the callback.
    auto callback(std::string_view name) const -> std::string {
        return params.text("callback." + std::string(name));
    }
};

/// REFRESH and REVOKE: references to what is stored; refresh_token is empty where there is none.
struct refresh_input : operation_input {
    value access_token, refresh_token;
    std::string account_id;
    std::string scope;
    std::string base_url;  // of the account's API, as an earlier grant told it; mostly empty

    explicit refresh_input(const tenon_op_input& borrowed)
        : operation_input(borrowed),
          access_token(params.get("access_token")),
          refresh_token(params.get("refresh_token")),
          account_id(params.text("account_id")),
          scope(params.text("scope")),
          base_url(params.text("base_url")) {}
};
struct revoke_input : refresh_input {
    using refresh_input::refresh_input;
};

/// VALIDATE: what was filled in is had by credential(), as references.
struct validate_input : operation_input {
    std::string account_id;  // to connect anew; mostly empty

    explicit validate_input(const tenon_op_input& borrowed)
        : operation_input(borrowed), account_id(params.text("account_id")) {}
};

/// PROFILE. Requests are authenticated with bearer().
struct profile_input : operation_input {
    std::string account_id;  // empty where it is not known yet
    std::string scope;       // granted, separated by spaces; empty where it is not known
    std::string base_url;    // of the account's API, as a grant told it; mostly empty

    explicit profile_input(const tenon_op_input& borrowed)
        : operation_input(borrowed),
          account_id(params.text("account_id")),
          scope(params.text("scope")),
          base_url(params.text("base_url")) {}
};

}  // namespace tenon

#endif
