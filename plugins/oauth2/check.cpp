// What a configuration must keep to, beyond the types that its form states.
#include "settings.hpp"

#include <algorithm>
#include <array>

namespace oauth2 {
namespace {

constexpr std::array<std::string_view, 8> set_by_the_flow = {
    "client_id",      "redirect_uri",          "state", "scope", "response_type",
    "code_challenge", "code_challenge_method", "nonce"};
constexpr std::array<std::string_view, 7> sent_with_the_token_request = {
    "grant_type", "code",          "redirect_uri", "code_verifier",
    "client_id",  "client_secret", "refresh_token"};

auto is_loopback(std::string_view url) -> bool {
    constexpr std::array<std::string_view, 3> hosts = {
        "http://127.0.0.1", "http://localhost", "http://[::1]"};
    return std::any_of(hosts.begin(), hosts.end(), [url](std::string_view host) {
        const auto rest = url.substr(std::min(host.size(), url.size()));
        return url.starts_with(host) &&
               (rest.empty() || rest.front() == ':' || rest.front() == '/');
    });
}

auto is_name(std::string_view text) -> bool {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
        return tenon::lower(c) >= 'a' && tenon::lower(c) <= 'z' ? true
                                                                : tenon::is_digit(c) || c == '_';
    });
}

// A name that users fill in must stay below a domain of the provider's, for the client secret goes
// there.
auto stays_below_a_domain(std::string_view origin, const settings& read) -> bool {
    const auto names = placeholders(origin);
    const bool users = std::any_of(names.begin(), names.end(), [&read](const std::string& name) {
        return read.is_connect_param(name);
    });
    if (!users) return true;
    const auto rest = origin.substr(origin.rfind('}') + 1);
    return std::count(rest.begin(), rest.end(), '.') >= 2;
}

void check_url(settings& read, const std::string& key, const std::string& url) {
    if (url.empty()) return;
    const bool plain = is_loopback(url);
    if (!url.starts_with("https://") && !plain) {
        read.problems.emplace_back(
            key, "must be an https URL (plain http only on a loopback address)"
        );
        return;
    }
    if (url.find_first_of("# ") != std::string::npos) {
        read.problems.emplace_back(key, "must have neither a fragment nor blanks");
    }
    for (const std::string& name : placeholders(url)) {
        if (!read.is_connect_param(name)) {
            read.problems.emplace_back(
                key,
                "{" + name +
                    "} is open: set it in url_params, or let users fill it in by connect_params"
            );
        }
    }
    if (!stays_below_a_domain(endpoint{url, {}}.origin(), read)) {
        read.problems.emplace_back(
            key,
            "users could send the client secret anywhere: a connect parameter must stand before a "
            "domain of the "
            "provider's, as in https://{name}.example.com; else set it in url_params"
        );
    }
}

// One issuer's keys check all ID tokens, whoever connects.
void check_fixed(settings& read, const std::string& key, const std::string& url) {
    check_url(read, key, url);
    for (const std::string& name : placeholders(url)) {
        if (!read.is_connect_param(name)) continue;
        read.problems.emplace_back(
            key, "{" + name +
                     "} is what each user gives, and there is one issuer for all: leave the issuer "
                     "out, and set userinfo_url"
        );
    }
}

void check_names(settings& read) {
    for (const auto& [name, pattern] : read.connect_params) {
        if (!is_name(name))
            read.problems.emplace_back("connect_params", name + " is not a name of [A-Za-z0-9_]");
    }
    const auto reserved = [&read](const char* key, const pairs& given, const auto& names) {
        for (const auto& [name, text] : given) {
            const bool own =
                std::find(names.begin(), names.end(), std::string_view(name)) != names.end();
            if (own || name == read.client_id_param) {
                read.problems.emplace_back(key, name + " is set by the flow itself");
            }
        }
    };
    reserved("authorize_params", read.authorize_params, set_by_the_flow);
    reserved("authorize_url", read.authorize.fixed_query, set_by_the_flow);
    reserved("token_params", read.token_params, sent_with_the_token_request);
    reserved("refresh_params", read.refresh_params, sent_with_the_token_request);
    for (const auto& [name, text] : read.headers) {
        const bool owned = tenon::same_ignoring_case(name, "authorization") ||
                           tenon::same_ignoring_case(name, "content-type") ||
                           tenon::same_ignoring_case(name, "host");
        if (owned) read.problems.emplace_back("headers", name + " is set by the host");
    }
}

void check_templates(settings& read) {
    const auto each = [&read](const char* key, const pairs& given) {
        for (const auto& [name, text] : given) {
            for (const std::string& open : placeholders(text)) {
                if (read.is_connect_param(open) || open == "client_id") continue;
                read.problems.emplace_back(
                    key, name + ": {" + open + "} is open: set it in url_params"
                );
            }
        }
    };
    each("authorize_params", read.authorize_params);
    each("token_params", read.token_params);
    each("refresh_params", read.refresh_params);
    each("userinfo_params", read.userinfo_params);
    each("headers", read.headers);
}

void check_paths(settings& read) {
    constexpr std::array<std::string_view, 7> known = {
        "account_id",         "access_token", "refresh_token", "expires_in",
        "refresh_expires_in", "scope",        "token_type"};
    for (const auto& [name, path] : read.token_response) {
        if (std::find(known.begin(), known.end(), std::string_view(name)) == known.end()) {
            read.problems.emplace_back(
                "token_response",
                name +
                    " is unknown; known are account_id, access_token, refresh_token, expires_in, "
                    "refresh_expires_in, scope, token_type"
            );
        }
    }
}

// Without knowing whose account it is, nothing can be stored.
void check_account(settings& read) {
    const bool nowhere = read.account == account_source::profile && !read.userinfo.exists();
    if (nowhere) {
        read.problems.emplace_back(
            "userinfo_url",
            "nothing tells whose account it is: set userinfo_url, or token_response.account_id (a "
            "path in the token answer), or the issuer and the scope openid, or say account: "
            "connection "
            "(each "
            "connect is then an account of its own)"
        );
    }
    // A subject is believed only behind the host's checks of iss, aud, exp and nonce (OpenID
    // Connect Core 3.1.3.7).
    if (read.account == account_source::id_token && read.issuer.empty()) {
        read.problems.emplace_back(
            "issuer",
            "is missing: the account would be the ID token's sub, which nobody could check; set "
            "the "
            "issuer, or userinfo_url, or token_response.account_id, or say account: connection "
            "(each connect is then an account of its own)"
        );
    } else if (read.account == account_source::id_token && read.jwks_url.empty()) {
        read.problems.emplace_back(
            "jwks_url",
            "is missing, and the issuer's metadata has none: the ID token, whose sub is the "
            "account, could not be checked"
        );
    }
    if (read.account == account_source::token &&
        value_of(read.token_response, "account_id").empty()) {
        read.problems.emplace_back(
            "token_response", "account_id is missing, which account: token needs"
        );
    }
}

}  // namespace

void check_settings(settings& read, const tenon::values& config) {
    for (const auto& [name, text] : config.map("url_params")) {
        const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
            return (tenon::lower(c) >= 'a' && tenon::lower(c) <= 'z') || tenon::is_digit(c) ||
                   c == '.' || c == '-' || c == '_' || c == '~' || c == ':';
        });
        if (!plain) read.problems.emplace_back("url_params", name + " must be of [A-Za-z0-9.:_~-]");
    }
    check_fixed(read, "issuer", read.issuer);
    check_url(read, "authorize_url", read.authorize.url);
    check_url(read, "token_url", read.token.url);
    check_url(read, "userinfo_url", read.userinfo.url);
    check_url(read, "revoke_url", read.revoke.url);
    check_url(read, "refresh_url", read.refresh_at.url);
    check_fixed(read, "jwks_url", read.jwks_url);
    check_url(read, "base_url", read.base_url);
    check_names(read);
    check_templates(read);
    check_paths(read);
    if (read.discovery_missing) return;  // the rest can be told only with the metadata
    const auto* const where = read.issuer.empty()
                                  ? "is missing: set it, or the issuer"
                                  : "is missing, and the issuer's metadata has none";
    if (!read.authorize.exists()) read.problems.emplace_back("authorize_url", where);
    if (!read.token.exists()) read.problems.emplace_back("token_url", where);
    check_account(read);
}

}  // namespace oauth2
