// What a provider remembers: who consented to what, and each code and token that it handed out.
#pragma once

#include "support/simulator/simulator.hpp"

#include <unordered_map>

namespace tenon::sim {

// A person at the provider. All of it is invented, follows from the number, and says that it is
// demo data.
struct account {
    std::int64_t number = 0;
    std::string id, username, name, email, avatar_url;  // id: u1
    std::int64_t followers = 0;
};

// The account of that id (`u1` … `uN`); nothing if there is none.
[[nodiscard]] auto find_account(std::string_view id, std::int64_t count) -> std::optional<account>;

// A consent: what the authorization request said and the person agreed to.
struct consent {
    std::string account, redirect_uri, scope;
    std::string user_scope;        // Slack's second list
    std::string challenge, nonce;  // PKCE and OpenID Connect; empty where not sent
    bool offline = false;          // a refresh token was asked for
};

struct issued_code {
    consent given;
    time_point expires_at;
    std::uint64_t grant = 0;  // made by the exchange; 0 = not used yet
};

// All tokens that stem from one consent: a family.
struct grant {
    consent given;
    bool revoked = false;
};

enum class token_kind { access, refresh };

struct token {
    token_kind kind = token_kind::access;
    std::uint64_t grant = 0;
    std::string scope;  // of this token
    std::string slot;   // Slack: bot, user; Instagram: short, long
    time_point issued_at, expires_at;
    bool revoked = false;
    std::optional<time_point> rotated_at;  // when a refresh token was used and replaced
};

inline constexpr std::int64_t never_expires = 0;

class ledger {
  public:
    auto add_code(std::string_view prefix, consent given, time_point expires_at) -> std::string;
    // Null where there was no such code.
    auto find_code(const std::string& code) -> issued_code*;

    auto add_grant(consent given) -> std::uint64_t;
    auto grant_of(const token& of) -> grant& { return grants_.at(of.grant); }
    auto grant_at(std::uint64_t id) -> grant& { return grants_.at(id); }

    // Stores the token under a new text that begins with the prefix. lifetime_s: never_expires or
    // seconds.
    auto add_token(std::string_view prefix, token made, std::int64_t lifetime_s) -> std::string;
    // Null where there was no such token.
    auto find_token(const std::string& text) -> token*;
    // The same, but null also where it is of the other kind, revoked, expired, or its grant is
    // revoked.
    auto live_token(const std::string& text, token_kind kind, time_point now) -> token*;

    void clear();

  private:
    auto fresh(std::string_view prefix) -> std::string;

    std::unordered_map<std::string, issued_code> codes_;
    std::unordered_map<std::string, token> tokens_;
    std::unordered_map<std::uint64_t, grant> grants_;
    std::uint64_t next_ = 0, next_grant_ = 0;
};

// Checks a verifier against an S256 challenge (RFC 7636 4.6) and the rules of its text (4.1).
[[nodiscard]] auto verifier_is_well_formed(std::string_view verifier) -> bool;
[[nodiscard]] auto is_base64url_digest(std::string_view challenge) -> bool;
[[nodiscard]] auto is_hex_digest(std::string_view challenge) -> bool;

// Who answers the consent: `login_hint`, else the setting; nothing where there is no such account.
[[nodiscard]] auto consenting_account(const parameters& asked, const common_settings& settings)
    -> std::optional<account>;
[[nodiscard]] auto is_denied(const parameters& asked, const common_settings& settings) -> bool;
// True where the URI is registered, or none is.
[[nodiscard]] auto is_registered(const std::string& redirect_uri, const common_settings& settings)
    -> bool;
[[nodiscard]] auto to_seconds(time_point when) -> std::int64_t;

}  // namespace tenon::sim
