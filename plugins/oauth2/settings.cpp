#include "settings.hpp"

#include <tenon/sdk/failure.hpp>

#include <algorithm>

namespace oauth2 {
namespace {

using tenon::values;

auto plus_is_space(std::string_view text) -> std::string {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() &&
                            tenon::hex_value(text[i + 1]) >= 0 &&
                            tenon::hex_value(text[i + 2]) >= 0;
        if (escape) {
            out.push_back(static_cast<char>(
                tenon::hex_value(text[i + 1]) * 16 + tenon::hex_value(text[i + 2])
            ));
            i += 2;
        } else {
            out.push_back(text[i] == '+' ? ' ' : text[i]);
        }
    }
    return out;
}

// A configured URL, its query split off: the host encodes queries itself.
auto read_endpoint(std::string_view text) -> endpoint {
    endpoint read;
    const auto mark = std::min(text.find('?'), text.size());
    read.url = text.substr(0, mark);
    if (mark == text.size()) return read;
    for (const std::string& part : tenon::split(text.substr(mark + 1), "&")) {
        const auto equals = std::min(part.find('='), part.size());
        const auto value =
            equals < part.size() ? std::string_view(part).substr(equals + 1) : std::string_view();
        read.fixed_query.emplace_back(
            plus_is_space(std::string_view(part).substr(0, equals)), plus_is_space(value)
        );
    }
    return read;
}

void read_choices(settings& read, const values& config) {
    const std::string auth = config.text("token_auth_method");
    if (auth == "client_secret_post") read.client_auth = tenon::client_auth::post;
    if (auth == "client_secret_basic_raw") read.client_auth = tenon::client_auth::basic_raw;
    if (auth == "none") read.client_auth = tenon::client_auth::none;
    const std::string pkce = config.text("pkce");
    if (pkce == "required") read.pkce = tenon::pkce::required;
    if (pkce == "never") read.pkce = tenon::pkce::never;
    read.json_requests = config.text("token_request_format") == "json";
    read.userinfo_by_post = config.text("userinfo_method") == "POST";
    const std::string revoke = config.text("revoke_auth");
    if (revoke == "bearer") read.revocation = revoke_auth::bearer;
    if (revoke == "none") read.revocation = revoke_auth::none;
}

// A choice that the form lists; another host may not have checked it.
void check_choices(settings& read, const values& config) {
    for (const tenon::field& field : config_form()) {
        const std::string given = config.text(field.name);
        if (field.type != tenon::field_type::choice || given.empty()) continue;
        if (std::find(field.choices.begin(), field.choices.end(), given) == field.choices.end()) {
            read.problems.emplace_back(
                field.name, "must be one of " + tenon::join(field.choices, ", ")
            );
        }
    }
}

void read_seconds(
    settings& read, const std::string& name, const std::string& text, std::uint32_t& into
) {
    const auto seconds = tenon::to_int64(text);
    if (!seconds || *seconds < 0 || *seconds > 3'200'000'000) {
        read.problems.emplace_back("refresh", name + " must be a number of seconds");
    } else {
        into = static_cast<std::uint32_t>(*seconds);
    }
}

void read_refresh(settings& read, const values& config) {
    for (const auto& [name, text] : config.map("refresh")) {
        const bool yes = text == "true";
        if ((name == "rotates" || name == "supported") && !yes && text != "false") {
            read.problems.emplace_back("refresh", name + " must be true or false");
        } else if (name == "rotates") {
            read.refresh.rotates = yes;
        } else if (name == "supported") {
            read.refreshable = yes;
        } else if (name == "reuse_grace") {
            read_seconds(read, name, text, read.refresh.reuse_grace_s);
        } else if (name == "not_before") {
            read_seconds(read, name, text, read.refresh.not_before_s);
        } else if (name == "default_lifetime") {
            read_seconds(read, name, text, read.refresh.default_lifetime_s);
        } else if (name == "default_refresh_lifetime") {
            read_seconds(read, name, text, read.refresh.default_refresh_lifetime_s);
        } else if (name == "absolute_lifetime") {
            read_seconds(read, name, text, read.refresh.absolute_lifetime_s);
        } else if (name == "dead") {
            read.dead_codes = tenon::split(text, ", ");
        } else {
            read.problems.emplace_back(
                "refresh",
                name +
                    " is unknown; known are rotates, supported, reuse_grace, not_before, "
                    "default_lifetime, default_refresh_lifetime, absolute_lifetime, dead"
            );
        }
    }
}

void read_texts(settings& read, const values& config) {
    const auto take = [&config](const char* name, std::string& into) {
        if (const std::string given = config.text(name); !given.empty()) into = given;
    };
    take("display_name", read.display_name);
    take("category", read.category);
    take("icon", read.icon);
    take("client_id_param", read.client_id_param);
    // A separator may be blank; only its absence leaves the default.
    if (config.has("scope_separator") && !config.text("scope_separator").empty()) {
        read.scope_separator = config.text("scope_separator");
    }
    read.scopes = config.list("scopes");
    read.metadata = config.list("metadata");
}

// {name}s that the operator fills, in all that may hold them.
void read_urls(settings& read, const values& config) {
    const pairs known = config.map("url_params");
    const auto url = [&](const char* name) { return filled(config.text(name), known); };
    read.authorize = read_endpoint(url("authorize_url"));
    read.token = read_endpoint(url("token_url"));
    read.userinfo = read_endpoint(url("userinfo_url"));
    read.revoke = read_endpoint(url("revoke_url"));
    read.refresh_at = read_endpoint(url("refresh_url"));
    read.base_url = url("base_url");
    read.issuer = url("issuer");
    read.jwks_url = url("jwks_url");
    const auto params = [&](const char* name) {
        pairs list = config.map(name);
        for (auto& [key, text] : list) text = filled(text, known);
        return list;
    };
    read.authorize_params = params("authorize_params");
    read.token_params = params("token_params");
    read.refresh_params = params("refresh_params");
    read.userinfo_params = params("userinfo_params");
    read.headers = params("headers");
    read.profile = config.map("profile");
    read.token_response = config.map("token_response");
    read.connect_params = config.map("connect_params");
}

void read_account(settings& read, const values& config) {
    const std::string given = config.text("account");
    if (given == "connection") {
        read.account = account_source::connection;
    } else if (given == "token" || (given.empty() && !value_of(read.token_response, "account_id").empty())) {
        read.account = account_source::token;
    } else if (given == "id_token" || (given.empty() && !read.userinfo.exists() && read.openid())) {
        read.account = account_source::id_token;
    }
}

}  // namespace

auto settings::openid() const -> bool {
    return std::find(scopes.begin(), scopes.end(), "openid") != scopes.end();
}

auto settings::is_connect_param(std::string_view name) const -> bool {
    return std::any_of(connect_params.begin(), connect_params.end(), [name](const auto& each) {
        return each.first == name;
    });
}

auto endpoint::origin() const -> std::string {
    const auto host = url.find("://");
    return host == std::string::npos ? std::string() : url.substr(0, url.find('/', host + 3));
}

auto endpoint::path() const -> std::string {
    return url.substr(origin().size());
}

auto value_of(const pairs& list, std::string_view name) -> std::string {
    for (const auto& [key, text] : list) {
        if (key == name) return text;
    }
    return {};
}

auto placeholders(std::string_view text) -> std::vector<std::string> {
    std::vector<std::string> names;
    for (auto open = text.find('{'); open != std::string_view::npos;
         open = text.find('{', open + 1)) {
        const auto close = text.find('}', open);
        if (close == std::string_view::npos) break;
        names.emplace_back(text.substr(open + 1, close - open - 1));
    }
    return names;
}

auto filled(std::string_view text, const pairs& list) -> std::string {
    std::string out;
    while (!text.empty()) {
        const auto open = std::min(text.find('{'), text.size());
        out.append(text.substr(0, open));
        text.remove_prefix(open);
        const auto close = text.find('}');
        if (close == std::string_view::npos) return out.append(text);
        const std::string known = value_of(list, text.substr(1, close - 1));
        out.append(known.empty() ? text.substr(0, close + 1) : std::string_view(known));
        text.remove_prefix(close + 1);
    }
    return out;
}

auto read_settings(const values& config) -> settings {
    settings read;
    read_texts(read, config);
    read_choices(read, config);
    check_choices(read, config);
    read_refresh(read, config);
    read_urls(read, config);
    apply_discovery(read, config);
    read_account(read, config);
    check_settings(read, config);
    return read;
}

auto checked_settings(const values& config) -> settings {
    settings read = read_settings(config);
    if (read.problems.empty()) return read;
    tenon::failure why(
        tenon::category::misconfigured,
        read.problems.front().first + ": " + read.problems.front().second
    );
    for (const auto& [key, problem] : read.problems) why.field(key, problem);
    throw tenon::failed(std::move(why));
}

}  // namespace oauth2
