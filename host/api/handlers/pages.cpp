#include "api/access_journal.hpp"
#include "api/catalogue_listing.hpp"
#include "api/error_response.hpp"
#include "api/flow_cookie.hpp"
#include "api/handlers/handlers.hpp"
#include "api/page.hpp"
#include "api/rate_limiter.hpp"
#include "http/target.hpp"
#include "oauth/connect.hpp"
#include "oauth/redirect_outcome.hpp"
#include "provider/registry.hpp"

namespace tenon::host::handlers {

namespace {

// A form of another site's must not begin a flow in this browser: the account would land under a
// user whom that site chose. Callers that are no browser send neither header.
auto is_own_form(const call& mine) -> bool {
    const auto& headers = mine.http.headers;
    if (const auto site = headers.find("Sec-Fetch-Site"); !site.empty()) {
        return site == "same-origin";
    }
    const auto origin = headers.find("Origin");
    const bool secure = mine.api.settings.public_url.starts_with("https://");
    const std::string own = secure ? "https://" : "http://";
    return origin.empty() || origin == own + std::string(headers.find("Host"));
}

auto problem_page(const error& failure) -> response {
    const auto body = "<h1>Not connected</h1><div class=\"card\"><p>" +
                      escape_html(end_user_message(failure)) + "</p><p class=\"muted\">" +
                      std::string(code_of(failure.code)) +
                      "</p></div><p><a href=\"/\">Back</a></p>";
    auto to = html_page(http_status_of(failure.code), "Tenon: not connected", body);
    if (failure.retry_after) {
        to.add_header("Retry-After", std::to_string(failure.retry_after->count()));
    }
    return to;
}

auto text_of(const parameter_list& form, std::string_view name) -> std::string {
    return std::string(find_parameter(form, name).value_or(""));
}

// What the form says, checked as the API checks the same.
auto connect_request_of(call& mine) -> boost::asio::awaitable<result<connect_request>> {
    parameter_list form;
    if (auto parsed = parse_parameters(mine.http.body, form); parsed.has_error()) {
        co_return parsed.error();
    }
    request as_api;
    as_api.client = mine.http.client;
    as_api.headers.add("X-API-Key", text_of(form, "key"));
    as_api.headers.add("X-Tenon-User", text_of(form, "user"));
    auto who = co_await mine.api.keys.authenticate(as_api);
    if (who.has_error()) {
        co_return who.error();
    }
    mine.who = std::move(*who);
    mine.api.journal.note_use(mine.who);
    if (auto allowed = check_scope(*mine.who, key_scope::connections_write); allowed.has_error()) {
        co_return allowed.error();
    }
    auto user = acting_user(as_api, *mine.who, {}, user_rule::required);
    if (user.has_error()) {
        co_return user.error();
    }
    mine.user = std::move(*user);
    connect_request wanted;
    wanted.by = mine.as_actor();
    wanted.provider = provider_id(text_of(form, "provider"));
    wanted.redirect_url = mine.api.settings.public_url + "/connected";
    for (const auto& [name, value] : form) {
        if (name.starts_with("param.") && !value.empty()) {
            wanted.params.emplace(name.substr(6), value);
        }
    }
    co_return wanted;
}

}  // namespace

auto front_page(call& mine) -> answer {
    const auto& settings = mine.api.settings;
    const auto snapshot = mine.api.oauth.providers.snapshot();
    co_return html_page(
        200, "Tenon", front_page_html(*snapshot, settings.public_url, settings.environment)
    );
}

auto begin_from_page(call& mine) -> answer {
    if (!is_own_form(mine)) {
        co_return problem_page(fail(
            errc::invalid_request, "This form was sent by another site. Open this host's own page."
        ));
    }
    auto wanted = co_await connect_request_of(mine);
    if (wanted.has_error()) {
        co_return problem_page(wanted.error());
    }
    auto asking = mine.api.limits.admit_connect(mine.who->org.text() + '\n' + mine.user.text());
    if (auto refused = co_await std::move(asking)) {
        co_return problem_page(*refused);
    }
    const auto& public_url = mine.api.settings.public_url;
    const auto binding = flow_binding(public_url, mine.http, mine.api.oauth.random);
    wanted->browser_binding = binding;
    const auto provider = wanted->provider.text();
    auto started = co_await begin_connect(mine.api.oauth, std::move(*wanted));
    if (started.has_error()) {
        co_return problem_page(mine.api.catalogued.explained(started.error(), provider));
    }
    auto to = html_page(200, "Tenon", leaving_page_html(provider, started->auth_url));
    to.add_header("Set-Cookie", make_flow_cookie(public_url, binding));
    co_return to;
}

auto result_page(call& mine) -> answer {
    const auto from_query = [&mine](std::string_view name) {
        return mine.http.query_value(name).value_or("");
    };
    const flow_end end{
        from_query("provider"), from_query("status"), from_query("accountId"),
        from_query("connectionId"), from_query("error")};
    co_return html_page(200, "Tenon", result_page_html(end));
}

}  // namespace tenon::host::handlers
