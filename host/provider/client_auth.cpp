#include "provider/client_auth.hpp"

#include "crypto/hash.hpp"
#include "provider/url_encoder.hpp"

#include <tenon/descriptor.h>

#include <algorithm>

namespace tenon::host {
namespace {

auto secret_of(const encoding_context& context) -> std::string_view {
    return context.values.client_secret == nullptr ? std::string_view{}
                                                   : context.values.client_secret->reveal();
}

auto in_body(http_action& action, const encoding_context& context, bool with_secret)
    -> or_refusal<void> {
    if (action.method == "GET" || !action.body.empty()) {
        return broken("CLIENT_AUTH in the body needs a request with form or json fields");
    }
    auto& fields = action.json.empty() ? action.form : action.json;
    const auto& id_name = context.about.client_id_param;
    for (const auto& field : fields) {
        if (field.key == id_name || field.key == "client_secret") {
            return broken(
                "'" + field.key + "' is added by CLIENT_AUTH and may not be given as well"
            );
        }
    }
    fields.push_back({id_name, std::string(context.values.client_id), 0});
    if (with_secret && !secret_of(context).empty()) {
        fields.push_back({"client_secret", std::string(secret_of(context)), TENON_KV_SECRET});
    }
    return {};
}

}  // namespace

auto authenticate_client(
    http_action& action, const encoding_context& context, origin_roles roles, header_list& headers
) -> or_refusal<void> {
    if ((roles & (TENON_ROLE_TOKEN | TENON_ROLE_REVOKE)) == 0) {
        return denied("CLIENT_AUTH is only for origins of role token or revoke");
    }
    switch (context.about.client_auth) {
        case client_authentication::post: return in_body(action, context, true);
        case client_authentication::none: return in_body(action, context, false);
        case client_authentication::basic:
            headers.emplace_back(
                "Authorization", "Basic " + to_base64(
                                                form_encode(context.values.client_id) + ":" +
                                                form_encode(secret_of(context))
                                            )
            );
            return {};
        case client_authentication::basic_raw:
            headers.emplace_back(
                "Authorization", "Basic " + to_base64(
                                                std::string(context.values.client_id) + ":" +
                                                std::string(secret_of(context))
                                            )
            );
            return {};
    }
    return broken("the descriptor's client_auth is unknown to this host");
}

}  // namespace tenon::host
