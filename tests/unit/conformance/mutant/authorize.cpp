// The plain provider sends the browser off, or pushes its request before (RFC 9126).
#include "mutation.hpp"
#include "provider.hpp"

#include <cstdlib>
#include <utility>
#include <vector>

namespace mutant {
namespace {

using parameter_list = std::vector<std::pair<std::string, tenon::value>>;

auto is_pushed() -> bool {
    return is("pushed") || is("pushed-state") || is("pushed-pkce");
}

void add_challenge(const tenon::authorize_input& in, parameter_list& out) {
    if (in.code_challenge.empty()) {
        return;
    }
    const bool plain = is("authorize-pkce") || is("pushed-pkce");
    out.push_back({"code_challenge", {in.code_challenge}});
    out.push_back({"code_challenge_method", {plain ? "plain" : in.code_challenge_method}});
}

// Beside a reference, so that what people wrote is part of a template.
auto hint_of(const std::string& written) -> tenon::value {
    std::string text = "${client_id} ";
    for (const char c : written) {
        text.append(c == '$' && !is("connect-in-template") ? 2 : 1, c);
    }
    return {text, TENON_KV_TEMPLATE};
}

auto parameters(const tenon::authorize_input& in) -> parameter_list {
    parameter_list out;
    if (!is("authorize-response-type")) {
        out.emplace_back("response_type", "code");
    }
    out.push_back({is("authorize-client-id") ? "app_id" : "client_id", tenon::client_id()});
    const auto cut = is("authorize-redirect-uri") ? in.redirect_uri.find('?') : std::string::npos;
    out.push_back({"redirect_uri", {in.redirect_uri.substr(0, cut)}});
    const bool short_state = is("authorize-state") || is("pushed-state");
    out.push_back({"state", {short_state ? in.state.substr(0, 8) : in.state}});
    if (is("authorize-no-duplicates")) {
        out.push_back({"response_type", {"code"}});
    }
    out.push_back({"scope", {is("authorize-scope") ? "read" : in.scope}});
    if (in.connect.has("region") && in.connect.text("region").size() != 2) {
        std::abort();  // as whoever relies on the field's pattern may
    }
    if (in.connect.has("hint")) {
        out.push_back({"hint", hint_of(in.connect.text("hint"))});
    }
    add_challenge(in, out);
    if (!in.nonce.empty() && !is("authorize-nonce")) {
        out.push_back({"nonce", {in.nonce}});
    }
    return out;
}

auto pushing(const parameter_list& list) -> tenon::request {
    auto built = tenon::post("https://id.mutant.example/par");
    for (const auto& [name, what] : list) {
        if (name != "client_id") {  // client authentication has it
            built.form(name, what);
        }
    }
    return built.client_auth();
}

}  // namespace

auto provider::authorize(tenon::authorize_input in) const -> tenon::op<tenon::request> {
    static int count = 0;
    auto built = tenon::get(
        is("authorize-request") ? "https://api.mutant.example/authorize"
                                : "https://id.mutant.example/authorize"
    );
    const auto list = parameters(in);
    if (is_pushed()) {
        auto reply = co_await pushing(list);
        if (!reply.ok()) {
            co_return tenon::oauth_failure(reply, tenon::asked::revoke);
        }
        built.query("client_id", tenon::client_id());
        co_return built.query("request_uri", reply.object().str("request_uri"));
    }
    for (const auto& [name, what] : list) {
        built.query(name, what);
    }
    if (is("deterministic")) {
        built.query("count", std::to_string(++count));
    }
    co_return built;
}

}  // namespace mutant
