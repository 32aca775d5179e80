#include "answers.hpp"
#include "oauth2.hpp"

namespace oauth2 {
namespace {

using tenon::request;

// {name}s: those of the host name are the host's to fill, those of the path are given along, those
// of values are filled in here.
void fill_path(request& to, const endpoint& where, const tenon::values& connect) {
    for (const std::string& name : placeholders(where.path())) to.path(name, connect.text(name));
}

// As part of a template it stays what it is: `$$` stands for `$`.
auto as_data(std::string_view text) -> std::string {
    std::string escaped;
    for (const char c : text) escaped.append(c == '$' ? 2 : 1, c);
    return escaped;
}

// A configured text with {name}s filled in; {client_id} is the host's to fill.
auto rendered(std::string_view text, const pairs& known) -> tenon::value {
    if (text.find("{client_id}") == std::string_view::npos) return {filled(text, known)};
    pairs all;
    for (const auto& [name, value] : known) all.emplace_back(name, as_data(value));
    all.emplace_back("client_id", "${client_id}");
    return {filled(as_data(text), all), TENON_KV_TEMPLATE};
}

auto connect_pairs(const tenon::values& connect) -> pairs {
    pairs list;
    for (const tenon::named_value& each : connect) list.emplace_back(each.name, each.value.text);
    return list;
}

void add_query(request& to, const pairs& params, const tenon::values& connect) {
    const pairs known = connect_pairs(connect);
    for (const auto& [name, text] : params) {
        if (!to.has_query(name)) to.query(name, rendered(text, known));
    }
}

void add_headers(request& to, const settings& by, const tenon::values& connect) {
    const pairs known = connect_pairs(connect);
    bool accept = false;
    for (const auto& [name, text] : by.headers) {
        to.header(name, rendered(text, known));
        accept = accept || tenon::same_ignoring_case(name, "accept");
    }
    if (!accept) to.header("Accept", "application/json");
}

// Into the form, or into the JSON body.
void put(request& to, const settings& by, std::string_view name, tenon::value what) {
    by.json_requests ? to.json(name, std::move(what)) : to.form(name, std::move(what));
}

auto start(const endpoint& where, const settings& by, const tenon::operation_input& in) -> request {
    request built = tenon::post(where.url);
    fill_path(built, where, in.connect);
    add_query(built, where.fixed_query, in.connect);
    add_headers(built, by, in.connect);
    return built;
}

void put_all(request& to, const settings& by, const pairs& params, const tenon::values& connect) {
    const pairs known = connect_pairs(connect);
    for (const auto& [name, text] : params) put(to, by, name, rendered(text, known));
}

auto tokens_of(
    const tenon::response& reply, const settings& by, const tenon::operation_input& in,
    tenon::asked what
) -> tenon::tokens {
    tenon::tokens granted = tokens_in_answer(reply, by, what);
    if (!by.base_url.empty()) granted.base_url(filled(by.base_url, connect_pairs(in.connect)));
    return granted;
}

auto connected(const tenon::response& reply, const settings& by, const tenon::exchange_input& in)
    -> tenon::tokens {
    tenon::tokens granted = tokens_of(reply, by, in, tenon::asked::exchange);
    granted.account_id(account_in_answer(reply, by, in));
    return granted;
}

auto revocation(
    const settings& by, const tenon::operation_input& in, tenon::value token, std::string_view hint
) -> request {
    request built = start(by.revoke, by, in);
    if (by.revocation == revoke_auth::bearer) return built.bearer();
    put(built, by, "token", std::move(token));
    put(built, by, "token_type_hint", tenon::value{std::string(hint)});
    return by.revocation == revoke_auth::client ? built.client_auth() : built;
}

// The configuration in the form that the operation needs; in the other it is not kept while it
// waits.
auto take_settings(tenon::operation_input& in) -> settings {
    settings read = checked_settings(in.config);
    in.config = tenon::values();
    return read;
}

// Whether a token is dead now; false where the provider does not revoke tokens of this kind (RFC
// 7009 2.2.1). Throws `failed` for all else.
auto is_revoked(const tenon::response& reply) -> bool {
    if (reply.ok() && !hides_failure(reply.json())) return true;
    tenon::failure why = failure_in(reply, tenon::asked::revoke);
    if (why.code == "unsupported_token_type") return false;
    if (why.code == "invalid_token" && (reply.ok() || reply.status() == 400)) return true;
    throw tenon::failed(std::move(why));
}

}  // namespace

auto plugin::authorize(tenon::authorize_input in) const -> tenon::op<request> {
    const settings by = checked_settings(in.config);
    request built =
        tenon::authorization(by.authorize.url, in, by.scope_separator, by.client_id_param);
    fill_path(built, by.authorize, in.connect);
    add_query(built, by.authorize.fixed_query, in.connect);
    add_query(built, by.authorize_params, in.connect);
    co_return built;
}

auto plugin::exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> {
    const settings by = take_settings(in);
    request built = start(by.token, by, in);
    put(built, by, "grant_type", tenon::value{"authorization_code"});
    put(built, by, "code", tenon::credential(in.code));
    put(built, by, "redirect_uri", tenon::value{in.redirect_uri});
    if (!in.code_verifier.empty()) put(built, by, "code_verifier", in.code_verifier);
    put_all(built, by, by.token_params, in.connect);
    built.client_auth().grant_reply();
    const tenon::response reply = co_await std::move(built);
    co_return connected(reply, by, in);
}

auto plugin::refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> {
    const settings by = take_settings(in);
    if (in.refresh_token.empty()) {
        co_return tenon::failure(
            tenon::category::revoked,
            "the provider gave no refresh token: does it want a scope such as "
            "offline_access, or a parameter in authorize_params?"
        );
    }
    request built = start(by.refresh_at.exists() ? by.refresh_at : by.token, by, in);
    put(built, by, "grant_type", tenon::value{"refresh_token"});
    put(built, by, "refresh_token", in.refresh_token);
    put_all(built, by, by.refresh_params, in.connect);
    built.client_auth().grant_reply();
    const tenon::response reply = co_await std::move(built);
    co_return tokens_of(reply, by, in, tenon::asked::refresh);
}

auto plugin::profile(tenon::profile_input in) const -> tenon::op<tenon::profile> {
    const settings by = take_settings(in);
    if (!by.userinfo.exists()) {
        co_return tenon::failure(tenon::category::unsupported, "no userinfo_url is configured");
    }
    request built(by.userinfo_by_post ? "POST" : "GET", by.userinfo.url);
    fill_path(built, by.userinfo, in.connect);
    add_query(built, by.userinfo.fixed_query, in.connect);
    add_query(built, by.userinfo_params, in.connect);
    add_headers(built, by, in.connect);
    built.bearer();
    const tenon::response reply = co_await std::move(built);
    co_return profile_in_answer(reply, by, in.connect);
}

// The refresh token first (RFC 7009 2.1: its access tokens should end with it), then the access
// token, for not all do.
auto plugin::revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> {
    const settings by = take_settings(in);
    if (!by.revoke.exists()) {
        co_return tenon::failure(tenon::category::unsupported, "no revoke_url is configured");
    }
    bool one_is_dead = false;
    if (!in.refresh_token.empty() && by.revocation != revoke_auth::bearer) {
        const request first = revocation(by, in, in.refresh_token, "refresh_token");
        const tenon::response reply = co_await first;
        one_is_dead = is_revoked(reply);
    }
    const request last = revocation(by, in, in.access_token, "access_token");
    const tenon::response reply = co_await last;
    // Only refresh tokens can be revoked at some; the access token then dies with it, or by itself.
    if (one_is_dead && reply.status() == 400) co_return tenon::revoked{};
    if (!is_revoked(reply)) co_return failure_in(reply, tenon::asked::revoke);
    co_return tenon::revoked{};
}

}  // namespace oauth2

TENON_PLUGIN(oauth2::plugin);
