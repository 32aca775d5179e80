#include "oauth/connect.hpp"

#include "api/catalogue_listing.hpp"
#include "api/flow_cookie.hpp"
#include "api/handlers/handlers.hpp"
#include "api/json_writer.hpp"
#include "api/view_json.hpp"
#include "http/target.hpp"
#include "oauth/callback.hpp"
#include "oauth/confirm.hpp"
#include "oauth/connect_by_credentials.hpp"

namespace tenon::host::handlers {

namespace {

// Without a redirect: the answer is the connection.
auto connect_with_credentials(call& mine) -> answer {
    credential_connect wanted;
    wanted.by = mine.as_actor();
    wanted.provider = provider_id(std::string(mine.http.param("provider")));
    wanted.credentials = mine.body.text_map("credentials");
    wanted.params = mine.body.text_map("params");
    if (auto account = mine.body.text("accountId"); !account.empty()) {
        wanted.reconnect = account_id(std::move(account));
    }
    for (const auto* redirect_field : {"redirectUrl", "scopes", "confirm"}) {
        if (mine.body.has(redirect_field)) {
            mine.body.note(redirect_field, "is of a redirect, and goes without credentials");
        }
    }
    if (auto checked = mine.body.checked(); checked.has_error()) {
        co_return checked.error();
    }
    const auto provider = wanted.provider.text();
    auto connected = co_await connect_by_credentials(mine.api.oauth, std::move(wanted));
    if (connected.has_error()) {
        co_return mine.api.catalogued.explained(connected.error(), provider);
    }
    co_return json_response(200, connection_json(*connected));
}

}  // namespace

auto connect(call& mine) -> answer {
    static const std::vector<std::string> fields{
        "redirectUrl", "scopes", "params", "accountId", "confirm", "credentials", "userId"};
    mine.body.refuse_slips(fields);
    if (mine.body.has("credentials")) {
        co_return co_await connect_with_credentials(mine);
    }
    connect_request wanted;
    wanted.by = mine.as_actor();
    wanted.provider = provider_id(std::string(mine.http.param("provider")));
    wanted.redirect_url = mine.body.required_text("redirectUrl");
    wanted.scopes = mine.body.texts("scopes");
    wanted.params = mine.body.text_map("params");
    wanted.confirm = mine.body.flag("confirm", false);
    if (auto account = mine.body.text("accountId"); !account.empty()) {
        wanted.reconnect = account_id(std::move(account));
    }
    if (auto checked = mine.body.checked(); checked.has_error()) {
        co_return checked.error();
    }
    const auto provider = wanted.provider.text();
    auto started = co_await begin_connect(mine.api.oauth, std::move(wanted));
    if (started.has_error()) {
        co_return mine.api.catalogued.explained(started.error(), provider);
    }
    json_writer json(1'024);
    json.begin_object()
        .field("authUrl", started->auth_url)
        .field("state", started->state)
        .end_object();
    auto to = json_response(200, json.take());
    to.no_store = true;
    co_return to;
}

auto callback(call& mine) -> answer {
    callback_request came;
    came.provider = provider_id(std::string(mine.http.param("provider")));
    came.params = mine.http.query;
    came.browser_binding = flow_cookie_of(mine.api.settings.public_url, mine.http);
    came.request_id = mine.http.id;
    if (mine.http.method == "POST") {  // OpenID's form_post: the parameters are the body
        if (auto parsed = parse_parameters(mine.http.body, came.params); parsed.has_error()) {
            co_return parsed.error();
        }
    }
    auto outcome = co_await finish_connect(mine.api.oauth, std::move(came));
    if (outcome.has_error()) {
        co_return outcome.error();
    }
    auto to = redirect_response(std::move(outcome->location));
    to.no_store = true;
    co_return to;
}

auto confirm(call& mine) -> answer {
    auto code = mine.body.required_text("confirmation");
    if (auto checked = mine.body.checked(); checked.has_error()) {
        co_return checked.error();
    }
    auto by = mine.as_actor();
    auto confirmed = co_await confirm_connection(mine.api.oauth, std::move(by), std::move(code));
    if (confirmed.has_error()) {
        co_return confirmed.error();
    }
    co_return json_response(200, connection_json(*confirmed));
}

}  // namespace tenon::host::handlers
