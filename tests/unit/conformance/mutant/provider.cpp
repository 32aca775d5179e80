// A plain OAuth provider, in order but for one mutation: those of what it says and understands.
#include "provider.hpp"

#include "mutation.hpp"

#include <cstdlib>
#include <ctime>

namespace mutant {
namespace {

using tenon::asked;
using tenon::category;

constexpr std::string_view token_url = "https://id.mutant.example/token";

auto token_url_with(const std::string& code) -> std::string {
    std::string out(is("recorded-requests") ? "https://id.mutant.example/tokens" : token_url);
    if (is("urls-keep-secrets")) {
        out += "?code=" + code;
    }
    return out;
}

auto answered_with_page(const tenon::response& reply) -> bool {
    return reply.status() == 200 && reply.body().starts_with("<");
}

// A level a call, as a parser without a bound has them.
__attribute__((noinline)) auto depth_of(std::string_view text) -> int {
    volatile char frame[4096] = {};  // NOLINT(modernize-avoid-c-arrays): a piece of the stack
    frame[0] = text.starts_with('[') ? 1 : 0;
    return frame[0] == 0 ? 0 : depth_of(text.substr(1)) + frame[0];
}

void spin_once() {
    static bool done = false;
    const auto begin = std::clock();
    while (!done && std::clock() - begin < 3 * CLOCKS_PER_SEC) {}
    done = true;
}

// What a careless reader of answers does.
void read_carelessly(const tenon::response& reply) {
    const std::string_view body = reply.body();
    if (is("deep-nesting")) {
        const auto nested = body.find(":[[");
        (void)depth_of(nested == std::string_view::npos ? body : body.substr(nested + 1));
    }
    const bool odd = is("odd-bytes") && body.find("\xed\xa0\x80") != std::string_view::npos;
    const bool type = is("wrong-types") && reply.json()["expires_in"].raw() == "true";
    const bool lucky = is("fuzz-answers") && body.find("1e999") != std::string_view::npos;
    if (odd || type || lucky) {
        std::abort();
    }
    if (is("large-bodies") && body.size() > 200'000) {
        spin_once();
    }
    if (is("heap-bounds")) {
        auto* const block = new char[20];
        static_cast<volatile char*>(block)[20] = 1;
        delete[] block;
    }
}

auto refusal(const tenon::response& reply, asked what) -> tenon::failure {
    tenon::failure why = tenon::oauth_failure(reply, what);
    if (why.code == "dead_token" && !is("recorded-refusals")) {
        why.category = category::revoked;
    }
    if (is("token-errors") && why.code == "invalid_scope") {
        why.category = category::provider;
    }
    if (is("invalid-client-401") && why.code == "invalid_client" && reply.status() == 401) {
        why.category = category::token_rejected;
    }
    if (is("invalid-request-revoked") && why.code == "invalid_request") {
        why.category = category::revoked;
    }
    if (is("unknown-errors-survive") && why.category == category::provider && !why.code.empty()) {
        why.code = "error";
    }
    if (is("errors-keep-secrets")) {
        why.message += reply.json().str("error_description");
    }
    if (is("transport-errors") && reply.transport() == TENON_TRANSPORT_RESET) {
        why.category = category::revoked;
    }
    if (is("server-errors") && reply.status() == 502) {
        why.category = category::provider;
    }
    if (is("too-many-requests")) {
        why.retry_after_ms = 0;
    }
    return why;
}

// `access_token` even in what is no JSON.
auto half_token(std::string_view body) -> std::string {
    constexpr std::string_view begin = R"({"access_token":")";
    if (!body.starts_with(begin)) {
        return {};
    }
    body.remove_prefix(begin.size());
    const auto token = body.substr(0, body.find('"'));
    return tenon::is_token(token) ? std::string(token) : std::string();
}

auto expiry(const tenon::json& body, const tenon::response& reply, tenon::tokens& into) {
    auto seconds = body.num("expires_in");
    if (is("expires-in") && seconds) {
        *seconds += 60;
    }
    if (is("expires-early") && seconds && *seconds > 0) {
        *seconds /= 2;
    }
    if (is("expiry-past") && seconds && *seconds < 0) {
        seconds = 1'000'000;
    }
    into.expires_in(seconds, reply.sent_at_ms());
}

auto granted(const tenon::response& reply, asked what) -> tenon::tokens {
    read_carelessly(reply);
    if (is("page-under-200") && answered_with_page(reply)) {
        throw tenon::failed(category::revoked, "the grant is gone");
    }
    if (is("truncated-bodies") && reply.ok() && !reply.json().is_object() &&
        half_token(reply.body()).size() > 2) {
        return tenon::tokens().access_token(half_token(reply.body()));
    }
    const bool good = reply.ok() || (is("every-status") && reply.status() == 302);
    const bool hidden = reply.json()["error"].exists() || reply.json()["ok"].as_bool() == false;
    const bool recorded = reply.json().str("error") == "code_gone";
    if (good && hidden && is("hidden-errors") && !recorded) {
        return tenon::tokens().access_token("anything");
    }
    if (!good || hidden) {
        throw tenon::failed(refusal(reply, what));
    }
    tenon::json body = reply.object();
    if (is("token-required") && body.str("access_token").empty()) {
        return tenon::tokens().access_token("anything");
    }
    tenon::tokens found = tenon::tokens_in(body, reply);
    expiry(body, reply, found);
    if (is("narrower-scope")) {
        found.scope("");
    }
    if (is("results-keep-secrets")) {
        found.metadata(tenon::json_object().text("token", body.str("access_token")).str());
    }
    if (is("granted-slots") && what == asked::refresh) {
        found.slot("other");
    }
    if (is("refresh-token-kept") && what == asked::refresh && !body["refresh_token"].exists()) {
        found.refresh_token("${refresh_token}");
    }
    return found;
}

void put(tenon::request& into, std::string_view name, const tenon::value& what) {
    if (is("token-request-form")) {
        into.json(name, what);
    } else {
        into.form(name, what);
    }
}

auto code_of(const std::string& code) -> tenon::value {
    if (is("secrets-marked")) {
        return tenon::value{code};
    }
    const bool as_template = is("references-are-not-data");
    return as_template ? tenon::value{code, TENON_KV_TEMPLATE | TENON_KV_SECRET}
                       : tenon::credential(code);
}

void put_source(tenon::request& into, const tenon::exchange_input& in) {
    const std::uint32_t flags = is("callback-in-template") ? TENON_KV_TEMPLATE : 0U;
    if (const std::string source = in.callback("source"); !source.empty()) {
        put(into, "source", tenon::value{source, flags});
    }
}

}  // namespace

auto provider::exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> {
    auto built = tenon::post(token_url_with(in.code));
    put(built, "grant_type", {is("other-grant-type") ? "code" : "authorization_code"});
    put(built, "code", code_of(in.code));
    if (!is("exchange-request")) {
        put(built, "redirect_uri", {in.redirect_uri});
    }
    put_source(built, in);
    if (!in.code_verifier.empty() && is("verifier-to-token")) {
        built.query("code_verifier", in.code_verifier);
    } else if (!in.code_verifier.empty()) {
        put(built, "code_verifier", in.code_verifier);
    }
    if (is("one-client-auth")) {
        put(built, "client_secret", tenon::client_secret());
    }
    if (!is("grant-replies-marked")) {
        built.grant_reply();
    }
    built.client_auth();
    auto reply = co_await built;
    while (is("step-budget") && reply.status() == 429 && reply.header("retry-after") == "0") {
        auto again = co_await built;
        reply = std::move(again);
    }
    tenon::tokens found = granted(reply, asked::exchange);
    if (!is("recorded-successes")) {
        found.base_url(reply.json().str("api"));
    }
    co_return found;
}

auto provider::refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> {
    auto built = tenon::post(token_url);
    if (is("renews-by-bearer")) {
        auto answered = co_await built.bearer();
        co_return granted(answered, asked::refresh);
    }
    built.form("refresh_token", is("refreshes-by-access") ? in.access_token : in.refresh_token);
    if (!is("refresh-request")) {
        built.form("grant_type", "refresh_token");
    }
    built.client_auth().grant_reply();
    auto reply = co_await built;
    co_return granted(reply, asked::refresh);
}

auto provider::profile(tenon::profile_input) const -> tenon::op<tenon::profile> {
    auto built = tenon::get(
        is("requests-sendable") ? "https://elsewhere.example/me" : "https://api.mutant.example/me"
    );
    if (!is("profile-authenticated")) {
        built.bearer();
    }
    if (is("bearer-in-header")) {
        built.query(
            "access_token", tenon::value{"${access_token}", TENON_KV_TEMPLATE | TENON_KV_SECRET}
        );
    }
    auto reply = co_await built;
    if (!reply.ok() || reply.json()["error"].exists() || is("operations-declared")) {
        co_return refusal(reply, asked::api);
    }
    const tenon::json me = reply.object();
    tenon::profile found;
    if (!is("account-told")) {
        found.account_id(me.id("id"));
    }
    co_return found.username(me.str("login")).raw(reply.body());
}

auto provider::revoke(tenon::revoke_input in) const -> tenon::op<tenon::revoked> {
    auto reply = co_await tenon::post("https://id.mutant.example/revoke")
                     .form("token", in.refresh_token)
                     .client_auth();
    if (is("revoke-outcomes") && reply.json().str("error") == "unsupported_token_type") {
        co_return tenon::revoked();
    }
    if (!reply.ok()) {
        co_return refusal(reply, asked::revoke);
    }
    if (is("reads-revocation")) {
        (void)reply.object();
    }
    co_return tenon::revoked();
}

}  // namespace mutant
