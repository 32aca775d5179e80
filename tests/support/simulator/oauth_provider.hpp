// A provider of the plain kind: an authorization code, tokens, perhaps revocation, and an API that
// takes bearer tokens. Strict by RFC 6749, 6750, 7009 and 7636. What a provider does otherwise is
// data (oauth_rules), and an override where data can't say it.
#pragma once

#include "support/simulator/ledger.hpp"

#include <nlohmann/json_fwd.hpp>

namespace tenon::sim {

// Where the client's id and secret belong; in the other place, or in both, they are refused.
// id_only: a public client, whose id is in the body.
enum class client_place { header, body, either, id_only };
enum class body_format { form, json, either };
enum class pkce_rule { refused, optional, required };
// What a refresh answers beside the access token.
enum class refresh_style {
    rotates,  // another refresh token; the old one is dead from now on
    renews,   // another one, and the old one goes on
    repeats,  // the same one
    omits     // none
};
// What ends with a token that is revoked.
enum class revocation_reach {
    token,             // itself
    grant_of_refresh,  // with a refresh token all of its grant, with an access token itself
    grant              // all of its grant
};

// The texts live as long as the program.
struct oauth_rules {
    std::string_view authorize_path, token_path;
    std::string_view revoke_path = {};  // RFC 7009; empty: there is none
    client_place client = client_place::body;
    body_format body = body_format::form;  // of token and revocation requests
    pkce_rule pkce = pkce_rule::optional;
    char scope_separator = ' ', granted_separator = ' ';  // asked with, answered with
    std::vector<std::string_view> scopes = {};            // those that exist; none: any
    // Parameters beside the RFCs' that are known; any other is refused, at either place.
    std::vector<std::string_view> authorize_parameters = {}, token_parameters = {};
    bool state_required = false;
    std::size_t longest_state = 2048;
    std::string_view denied = "access_denied";  // the error where the person refuses
    std::string_view callback_fragment = {};    // `#_=_`
    std::string_view code_prefix = "code-", access_prefix = "access-", refresh_prefix = "refresh-";
    std::string_view token_type = "Bearer";
    refresh_style refresh = refresh_style::rotates;
    std::int64_t reuse_grace_s = 0;       // for this long a rotated refresh token is taken again
    bool rotation_ends_access = false;    // the old access token dies with the old refresh token
    bool reuse_ends_grant = false;        // a rotated refresh token that comes again ends them all
    bool revokes_without_client = false;  // the token is enough
    bool revokes_refresh_only = false;    // an access token is refused
    revocation_reach revocation = revocation_reach::grant;
    std::string_view minted_scope = {};  // of grants without a browser, separated by spaces
};

// What is wrong with a request to the token or the revocation endpoint.
enum class mistake {
    request,        // unreadable; a parameter is missing, unknown or doubled
    client,         // unknown, or not authenticated where and how it should be
    grant_type,     // neither authorization_code nor refresh_token
    code,           // unknown, expired or used
    redirect_uri,   // not that of the authorization request
    verifier,       // missing, not the challenge's, or uncalled for
    refresh_token,  // unknown, expired, rotated away or revoked
    scope           // wider than what was granted
};

// How long tokens live (never_expires, or seconds), and whether there is one to refresh with.
struct token_terms {
    std::int64_t access_lifetime_s = 0, refresh_lifetime_s = never_expires;
    bool refreshable = true;
};

class oauth_provider : public simulator {
  public:
    explicit oauth_provider(oauth_rules rules) : rules_(std::move(rules)) {}
    auto handle(const sim_request& request, time_point now) -> sim_response override;
    [[nodiscard]] auto settings() -> setting_table override;
    void reset() override;
    auto mint(const std::string& account, time_point now) -> nlohmann::json override;

  protected:
    // An API request with a live access token; 404 is left to it. Counts profiles.
    virtual auto api(const sim_request& request, const token& used, const account& who)
        -> sim_response = 0;
    // How an account is called.
    [[nodiscard]] virtual auto account_id(const account& who) const -> std::string = 0;

    // The rest has answers of the RFCs' kind.
    [[nodiscard]] virtual auto refusal(mistake what, const std::string& why) const -> sim_response;
    // No live access token came.
    [[nodiscard]] virtual auto unauthorized() const -> sim_response;
    // What a request that no browser makes must have, and lacks: a User-Agent, a version.
    [[nodiscard]] virtual auto head_problem(const sim_request& request) const
        -> std::optional<sim_response>;
    // "", or the error of an authorization request, for the callback.
    [[nodiscard]] virtual auto authorization_problem(const parameters& asked) const -> std::string;
    // Whether this consent yields a refresh token.
    [[nodiscard]] virtual auto asks_offline(
        const parameters& asked, const std::vector<std::string>& granted
    ) const -> bool;
    [[nodiscard]] virtual auto terms_of(const consent& given) const -> token_terms;
    // What the answer says of the scopes; null: nothing.
    [[nodiscard]] virtual auto told_scope(const std::vector<std::string>& granted) const
        -> nlohmann::json;
    // Adds to a token answer what the provider tells beside the tokens.
    virtual void dress(nlohmann::json& answer, const consent& given, time_point now);
    virtual void dress_callback(header_list& added);
    // A revocation that worked; also of a token that nobody knows.
    [[nodiscard]] virtual auto revoked() const -> sim_response;
    // Paths that take no bearer token.
    virtual auto elsewhere(const sim_request& request, time_point now)
        -> std::optional<sim_response>;

    // "" where the client authenticated as it should. `form` is the decoded body.
    [[nodiscard]] auto client_problem(const sim_request& request, const parameters& form) const
        -> std::string;
    void end(token& dead);

    oauth_rules rules_;
    common_settings common_;
    std::vector<std::string> declined_scopes_;  // what the person does not grant
    ledger ledger_;

  private:
    auto route(const sim_request& request, time_point now) -> sim_response;
    auto authorize(const sim_request& request, time_point now) -> sim_response;
    [[nodiscard]] auto request_problem(const parameters& asked) const -> std::string;
    auto token_endpoint(const sim_request& request, time_point now) -> sim_response;
    auto exchange(const parameters& form, time_point now) -> sim_response;
    auto refresh(const parameters& form, time_point now) -> sim_response;
    void note_reuse(const token& spent);
    auto revocation_endpoint(const sim_request& request) -> sim_response;
    auto bearer_request(const sim_request& request, time_point now) -> sim_response;
    // The tokens of a grant; `kept`: a refresh token that goes on.
    auto issue(std::uint64_t grant, const std::string& scope, std::string kept, time_point now)
        -> nlohmann::json;
    auto refuse(mistake what, const std::string& why) -> sim_response;

    std::map<std::uint64_t, std::string> newest_access_;  // of each grant
};

[[nodiscard]] auto has_scope(const token& of, std::string_view scope) -> bool;

}  // namespace tenon::sim
