#include "provider/request_encoder.hpp"

#include "provider/client_auth.hpp"
#include "provider/header_rules.hpp"
#include "provider/url_encoder.hpp"

#include <tenon/descriptor.h>
#include <tenon/request.h>

#include <algorithm>
#include <array>

namespace tenon::host {
namespace {

constexpr origin_roles callable = TENON_ROLE_TOKEN | TENON_ROLE_REVOKE | TENON_ROLE_API;
constexpr std::size_t default_body_bytes = 1024UL * 1024;
constexpr std::size_t most_body_bytes = 8UL * 1024 * 1024;
constexpr milliseconds default_timeout{20'000};

auto has(const http_action& action, std::uint32_t flag) -> bool {
    return (action.flags & flag) != 0;
}

auto check_shape(const http_action& action) -> or_refusal<void> {
    constexpr std::array<std::string_view, 5> methods{"GET", "POST", "PUT", "PATCH", "DELETE"};
    if (std::ranges::find(methods, action.method) == methods.end()) {
        return broken("http.method is none of GET, POST, PUT, PATCH, DELETE");
    }
    const int bodies = static_cast<int>(!action.form.empty()) +
                       static_cast<int>(!action.json.empty()) +
                       static_cast<int>(!action.body.empty());
    if (bodies > 1) {
        return broken("at most one of form, json and body may be given");
    }
    if (action.method == "GET" && bodies != 0) {
        return broken("a GET has no body");
    }
    return {};
}

// Fills in every template of the action; the path's braces too.
auto expand_action(http_action& action, const encoding_context& context, template_place place)
    -> or_refusal<void> {
    for (auto* list :
         {&action.path_params, &action.query, &action.form, &action.json, &action.headers}) {
        if (auto expanded = expand_all(*list, context.values, place); expanded.has_error()) {
            return expanded.error();
        }
    }
    return {};
}

// `origin[/path][?query]` with path parameters and further query parameters.
auto complete_url(std::string_view address, std::size_t origin_size, const http_action& action)
    -> or_refusal<std::string> {
    const auto rest = address.substr(origin_size);
    const auto mark = rest.find('?');
    auto path = fill_path(rest.substr(0, mark), action.path_params);
    if (path.has_error()) {
        return path.error();
    }
    std::string out(address.substr(0, origin_size));
    out += path->empty() ? "/" : *path;
    std::string query(mark == std::string_view::npos ? std::string_view{} : rest.substr(mark + 1));
    const auto more = encode_query(action.query);
    query += query.empty() || more.empty() ? more : "&" + more;
    return query.empty() ? out : out + "?" + query;
}

// Where the origin of an admitted URL ends.
auto origin_end(std::string_view url) -> std::size_t {
    return std::min(url.find_first_of("/?", url.find("://") + 3), url.size());
}

auto make_body(http_action& action, outbound_request& out) -> or_refusal<void> {
    if (!action.form.empty()) {
        out.body = encode_form(action.form);
        set_default(out.headers, "Content-Type", "application/x-www-form-urlencoded");
    } else if (!action.json.empty()) {
        auto text = encode_json(action.json);
        if (text.has_error()) {
            return text.error();
        }
        out.body = std::move(*text);
        set_default(out.headers, "Content-Type", "application/json");
    } else {
        out.body = std::move(action.body);
    }
    return {};
}

auto add_bearer(const encoding_context& context, origin_roles roles, header_list& headers)
    -> or_refusal<void> {
    if ((roles & (TENON_ROLE_API | TENON_ROLE_REVOKE)) == 0) {
        return denied("BEARER is only for origins of role api or revoke");
    }
    auto value = expand("Bearer ${access_token}", context.values, {roles, false});
    if (value.has_error()) {
        return value.error();
    }
    headers.emplace_back("Authorization", std::move(*value));
    return {};
}

auto add_credentials(
    http_action& action, const encoding_context& context, origin_roles roles, header_list& headers
) -> or_refusal<void> {
    if (has(action, TENON_HTTP_CLIENT_AUTH) && has(action, TENON_HTTP_BEARER) &&
        context.about.client_auth != client_authentication::post &&
        context.about.client_auth != client_authentication::none) {
        return broken("CLIENT_AUTH by Basic and BEARER can't share one Authorization header");
    }
    if (has(action, TENON_HTTP_BEARER)) {
        if (auto added = add_bearer(context, roles, headers); added.has_error()) {
            return added.error();
        }
    }
    if (has(action, TENON_HTTP_CLIENT_AUTH)) {
        return authenticate_client(action, context, roles, headers);
    }
    return {};
}

auto fill_request(
    http_action& action, const encoding_context& context, const admitted_url& where,
    outbound_request& out
) -> or_refusal<void> {
    if (auto expanded = expand_action(action, context, {where.roles, false});
        expanded.has_error()) {
        return expanded.error();
    }
    if (auto added = add_credentials(action, context, where.roles, out.headers);
        added.has_error()) {
        return added.error();
    }
    if (auto added = add_headers(action, out.headers); added.has_error()) {
        return added.error();
    }
    if (auto made = make_body(action, out); made.has_error()) {
        return made.error();
    }
    auto url = complete_url(where.address, origin_end(where.address), action);
    if (url.has_error()) {
        return url.error();
    }
    out.url = std::move(*url);
    return {};
}

auto check_parameters(
    const std::vector<key_value>& query, const descriptor& about, std::string_view client_id,
    authorize_expectation expected
) -> or_refusal<void> {
    for (auto one = query.begin(); one != query.end(); ++one) {
        if (std::ranges::count(query, one->key, &key_value::key) > 1) {
            return broken("the authorization URL has '" + one->key + "' twice (RFC 6749 3.1)");
        }
    }
    // A pushed authorization request (RFC 9126 4) has taken the rest along already.
    const bool pushed = std::ranges::count(query, "request_uri", &key_value::key) != 0;
    struct must {
        std::string_view name, value;
        bool needed;
    };
    const std::array<must, 3> musts{
        {{"state", expected.state, !pushed},
         {"redirect_uri", expected.redirect_uri, !pushed},
         {about.client_id_param, client_id, true}}};
    for (const auto& [name, value, needed] : musts) {
        const auto found = std::ranges::find(query, name, &key_value::key);
        if (found == query.end() ? needed : found->value != value) {
            return broken(
                "the authorization URL must carry '" + std::string(name) +
                "' exactly as the host gave it"
            );
        }
    }
    return {};
}

}  // namespace

auto encode_request(http_action action, const encoding_context& context)
    -> or_refusal<outbound_request> {
    if (auto shape = check_shape(action); shape.has_error()) {
        return shape.error();
    }
    auto where = context.egress.admit(action.url, context.connect);
    if (where.has_error()) {
        return where.error();
    }
    if ((where->roles & callable) == 0) {
        return denied(
            action.url.substr(0, origin_end(action.url)) +
            " is for the browser only (role authorize)"
        );
    }
    outbound_request out;
    out.label = context.label;
    out.addresses = where->addresses;
    out.timeout = action.timeout_ms == 0 ? default_timeout : milliseconds(action.timeout_ms);
    out.max_body_bytes = action.max_body_bytes == 0
                             ? default_body_bytes
                             : std::min<std::size_t>(action.max_body_bytes, most_body_bytes);
    if (auto filled = fill_request(action, context, *where, out); filled.has_error()) {
        return filled.error();
    }
    out.method = std::move(action.method);
    return out;
}

auto encode_authorize(
    const http_action& action, const encoding_context& context, authorize_expectation expected
) -> or_refusal<std::string> {
    if (action.method != "GET" || !action.form.empty() || !action.json.empty() ||
        !action.body.empty() || !action.headers.empty() || action.flags != 0) {
        return broken(
            "an authorization request is a GET with nothing but a URL, path_params and query"
        );
    }
    auto where = context.egress.admit(action.url, context.connect);
    if (where.has_error()) {
        return where.error();
    }
    if ((where->roles & TENON_ROLE_AUTHORIZE) == 0) {
        return denied("the origin of the authorization URL lacks the role authorize");
    }
    http_action own = action;
    // The browser's address bar is no place for a secret: no role, so that only the client id can
    // be named.
    if (auto expanded = expand_action(own, context, {0, false}); expanded.has_error()) {
        return expanded.error();
    }
    const auto& id_name = context.about.client_id_param;
    if (std::ranges::find(own.query, id_name, &key_value::key) == own.query.end()) {
        own.query.insert(own.query.begin(), {id_name, std::string(context.values.client_id), 0});
    }
    auto all = query_of(where->address);
    all.insert(all.end(), own.query.begin(), own.query.end());
    if (auto checked = check_parameters(all, context.about, context.values.client_id, expected);
        checked.has_error()) {
        return checked.error();
    }
    return complete_url(where->address, origin_end(where->address), own);
}

}  // namespace tenon::host
