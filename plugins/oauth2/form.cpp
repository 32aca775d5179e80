// The configuration's form: what an operator may write below `providers.NAME` with `plugin:
// oauth2`.
#include "settings.hpp"

namespace oauth2 {
namespace {

using tenon::field;
using tenon::field_type;

auto url(std::string_view name, std::string_view label) -> field {
    return {.name = std::string(name), .label = std::string(label), .type = field_type::url};
}

auto map(std::string_view name, std::string_view label, std::string_view description) -> field {
    return {
        .name = std::string(name),
        .label = std::string(label),
        .description = std::string(description),
        .type = field_type::map};
}

auto text(std::string_view name, std::string_view label, std::string_view description) -> field {
    return {
        .name = std::string(name),
        .label = std::string(label),
        .description = std::string(description)};
}

auto choice(
    std::string_view name, std::string_view label, std::string_view description,
    std::vector<std::string> choices
) -> field {
    field made = text(name, label, description);
    made.type = field_type::choice;
    made.choices = std::move(choices);
    return made;
}

void add_endpoints(std::vector<field>& form) {
    form.push_back(url("issuer", "Issuer: its metadata fills in what is not set here"));
    form.push_back(url("authorize_url", "Authorization endpoint"));
    form.push_back(url("token_url", "Token endpoint"));
    form.push_back(url("refresh_url", "Where refreshes go, if not to the token endpoint"));
    form.push_back(url("userinfo_url", "Where an access token tells whose it is"));
    form.push_back(url("revoke_url", "Revocation endpoint"));
    form.push_back(url("jwks_url", "Keys of the ID tokens' signatures"));
    form.push_back(url("base_url", "Where the account's API is"));
    form.push_back(
        map("url_params", "Values of {name} in URLs", "name: value, the same for all users")
    );
    form.push_back(
        map("connect_params", "Values of {name} that each user gives",
            "name: regular expression; empty: a host label")
    );
    form.push_back(map("headers", "Headers of all requests", "Such as an API version"));
}

void add_requests(std::vector<field>& form) {
    form.push_back(choice(
        "token_auth_method", "Client authentication",
        "Default: what the issuer offers, else client_secret_basic",
        {"client_secret_basic", "client_secret_post", "client_secret_basic_raw", "none"}
    ));
    form.push_back(
        choice("token_request_format", "Body of token requests", "Default: form", {"form", "json"})
    );
    form.push_back(choice(
        "pkce", "PKCE with S256", "Default: supported, which sends it",
        {"required", "supported", "never"}
    ));
    form.push_back(text("scope_separator", "Between scopes", "Default: a space"));
    form.push_back(text("client_id_param", "Name of client_id", "Default: client_id"));
    form.push_back(
        map("authorize_params", "Further authorization parameters", "Such as prompt: consent")
    );
    form.push_back(map("token_params", "Further parameters of the code's exchange", ""));
    form.push_back(map("refresh_params", "Further parameters of a refresh", ""));
    form.push_back(choice(
        "revoke_auth", "Authentication of a revocation", "Default: client",
        {"client", "bearer", "none"}
    ));
}

void add_answers(std::vector<field>& form) {
    form.push_back(
        map("token_response", "Where things are in the token answer",
            "account_id, access_token, refresh_token, expires_in, refresh_expires_in, scope, "
            "token_type: paths as in a.b.0.c")
    );
    form.push_back(
        {.name = "metadata",
         .label = "Members of the token answer to keep as metadata",
         .type = field_type::list}
    );
    form.push_back(choice(
        "account", "Who tells whose account it is",
        "Default: token_response.account_id, else userinfo_url, else the ID token. connection: "
        "each connect is an "
        "account of its own",
        {"profile", "token", "id_token", "connection"}
    ));
    form.push_back(
        map("profile", "Where things are in the userinfo answer",
            "account_id, username, display_name, email, avatar_url, followers, or any name: paths, "
            "with | between "
            "alternatives")
    );
    form.push_back(
        choice("userinfo_method", "Method of userinfo_url", "Default: GET", {"GET", "POST"})
    );
    form.push_back(map("userinfo_params", "Query of userinfo_url", ""));
    form.push_back(
        map("refresh", "How tokens live",
            "rotates (default true), supported (default true), reuse_grace, not_before, "
            "default_lifetime, "
            "default_refresh_lifetime, absolute_lifetime (seconds), dead (codes or statuses of a "
            "refused refresh that "
            "mean: reconnect)")
    );
}

}  // namespace

auto config_form() -> std::vector<field> {
    std::vector<field> form = {
        text("display_name", "Name", "As users know it"), text("category", "Category", ""),
        text("icon", "Icon", "An https URL, or the data: URI of an image")};
    add_endpoints(form);
    add_requests(form);
    add_answers(form);
    return form;
}

}  // namespace oauth2
