#include "answers.hpp"

#include "json_path.hpp"
#include "tenant.hpp"

#include <algorithm>
#include <array>

namespace oauth2 {
namespace {

using tenon::category;
using tenon::json;

// Where most providers put it, unless the configuration says otherwise.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> usual_profile = {{
    {"account_id",
     "sub|id|user_id|uid|account_id|uuid|guid|user.id|data.id|data.user.id|response.id|data.0.id"},
    {"username",
     "preferred_username|username|login|nickname|screen_name|user.username|data.username"},
    {"display_name",
     "name|display_name|displayName|full_name|fullName|real_name|user.name|data.name"},
    {"email", "email|mail|email_address|user.email|data.email|data.attributes.email"},
    {"avatar_url",
     "picture|avatar_url|avatar|profile_image_url|image_url|photo_url|user.avatar_url|data.avatar_"
     "url"},
    {"followers", "followers_count|follower_count|followers"},
}};

auto token_at(const json& body, const settings& by, std::string_view name) -> json {
    const std::string path = value_of(by.token_response, name);
    return find(body, path.empty() ? name : std::string_view(path));
}

// A list, or one text with commas or spaces.
auto scopes_at(const json& found) -> std::string {
    if (!found.is_array()) return tenon::spaced(found.text());
    std::vector<std::string> names;
    for (const json& item : found.items()) names.push_back(item.text());
    return tenon::join(names, " ");
}

auto kept_metadata(const json& body, const settings& by) -> std::string {
    tenon::json_object kept;
    for (const std::string& path : by.metadata) kept.raw(path, find(body, path).raw());
    return kept.empty() ? std::string() : kept.str();
}

// Two passes of FNV-1a: a code is used once, so that this tells connects apart; it need not keep a
// secret.
auto fingerprint(std::string_view code) -> std::string {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (std::uint64_t hash : {0xcbf29ce484222325ULL, 0x84222325cbf29ce4ULL}) {
        for (const char c : code) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
        for (int shift = 60; shift >= 0; shift -= 4) text.push_back(digits[(hash >> shift) & 0xfU]);
    }
    return text;
}

auto first_text(const json& body, std::string_view paths) -> std::string {
    return find(body, paths).id();
}

// A refused token request. Some providers say in words of their own that a refresh token is dead.
auto refusal(const tenon::response& reply, const settings& by, tenon::asked what)
    -> tenon::failure {
    tenon::failure why = failure_in(reply, what);
    const bool passing =
        why.category == category::unavailable || why.category == category::rate_limited;
    if (what != tenon::asked::refresh || passing) return why;
    const std::string status = std::to_string(reply.status());
    for (const std::string& dead : by.dead_codes) {
        if (dead == why.code || dead == status) why.category = category::revoked;
    }
    return why;
}

// The account's id as the token answer tells it; "" where it doesn't, and need not. Throws `failed`
// where it should.
auto told_account(const tenon::response& reply, const settings& by) -> std::string {
    const json body = reply.json();
    if (by.account == account_source::id_token) {
        std::string subject = subject_of(body.str("id_token"));
        if (!subject.empty()) return subject;
        throw tenon::failed(
            category::provider,
            "the token answer has no ID token with a sub: is the scope openid granted? Else set "
            "userinfo_url or token_response.account_id"
        );
    }
    if (by.account == account_source::token) {
        std::string id = token_at(body, by, "account_id").id();
        if (!id.empty()) return id;
        throw tenon::failed(
            category::provider,
            "the token answer has nothing at token_response.account_id; its members are " +
                member_names(body)
        );
    }
    return {};
}

auto told_failure(const tenon::response& reply, tenon::asked what) -> tenon::failure {
    const json body = reply.json();
    const bool by_the_book = body["error"].is_string() || !body.is_object() || !reply.answered();
    if (by_the_book) return tenon::oauth_failure(reply, what);
    const std::string code =
        first_text(body, "error.code|error.type|error_type|error_code|code|status");
    const std::string told =
        first_text(body, "error.message|error_message|error_description|message|reason");
    category found = tenon::category_of(reply.status(), what);
    if (found == category::provider) found = tenon::category_of(code, what);
    std::string message = "the provider answered with status " + std::to_string(reply.status());
    if (!told.empty()) message += ": " + tenon::quotable(told);
    return tenon::failure_of(reply, found, std::move(message), code);
}

}  // namespace

auto hides_failure(const json& body) -> bool {
    const json error = body["error"];
    const bool named = error.exists() && !error.is_null() && error.as_bool() != false &&
                       error.raw() != "\"\"" && error.raw() != "0" && error.raw() != "[]" &&
                       error.raw() != "{}";
    return named || body["ok"].as_bool() == false || body["success"].as_bool() == false;
}

auto failure_in(const tenon::response& reply, tenon::asked what) -> tenon::failure {
    tenon::failure why = told_failure(reply, what);
    tenon::heed_reset(why, reply, {"x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset"});
    return why;
}

auto tokens_in_answer(const tenon::response& reply, const settings& by, tenon::asked what)
    -> tenon::tokens {
    if (!reply.ok() || hides_failure(reply.json())) throw tenon::failed(refusal(reply, by, what));
    const json body = reply.object();
    const std::string access = token_at(body, by, "access_token").text();
    if (!tenon::is_token(access)) {
        throw tenon::failed(tenon::failure_of(
            reply, category::provider,
            "the token answer has no access_token; its members are " + member_names(body) +
                ": set token_response.access_token if it is among them"
        ));
    }
    const std::string type = token_at(body, by, "token_type").text();
    const bool usable = tenon::is_bearer(type) || tenon::same_ignoring_case(type, "token");
    if (!usable) {
        throw tenon::failed(tenon::failure_of(
            reply, category::unsupported,
            "the provider issues tokens of type " + tenon::quotable_code(type) + ", not Bearer"
        ));
    }
    const std::string renewal = token_at(body, by, "refresh_token").text();
    tenon::tokens read;
    read.access_token(access)
        .refresh_token(tenon::is_token(renewal) ? renewal : std::string())
        .id_token(body.str("id_token"))
        .token_type("Bearer")
        .scope(scopes_at(token_at(body, by, "scope")))
        .expires_in(token_at(body, by, "expires_in").as_int64(), reply.sent_at_ms())
        .metadata(kept_metadata(body, by));
    auto refresh_life = token_at(body, by, "refresh_expires_in").as_int64();
    if (!refresh_life) refresh_life = body.num("refresh_token_expires_in");
    return read.refresh_expires_in(refresh_life, reply.sent_at_ms());
}

auto account_in_answer(
    const tenon::response& reply, const settings& by, const tenon::exchange_input& in
) -> std::string {
    const std::string prefix = tenant_prefix(by, in.connect);
    if (by.account == account_source::connection) {
        const bool known = !in.account_id.empty() && in.account_id.starts_with(prefix);
        return known ? in.account_id : prefix + "connection-" + fingerprint(in.code);
    }
    const std::string id = told_account(reply, by);
    return id.empty() ? id : prefix + id;
}

auto profile_in_answer(
    const tenon::response& reply, const settings& by, const tenon::values& connect
) -> tenon::profile {
    const json body = reply.json();
    if (!reply.ok()) throw tenon::failed(failure_in(reply, tenon::asked::api));
    const auto at = [&](std::string_view name, std::string_view usual) {
        const std::string path = value_of(by.profile, name);
        return find(body, path.empty() ? usual : std::string_view(path));
    };
    const std::string account = at("account_id", usual_profile[0].second).id();
    if (account.empty()) {
        if (hides_failure(body)) throw tenon::failed(failure_in(reply, tenon::asked::api));
        throw tenon::failed(tenon::failure_of(
            reply, category::provider,
            "the userinfo answer has no account id; its members are " + member_names(body) +
                ": set profile.account_id to the path of it"
        ));
    }
    tenon::profile read;
    read.account_id(tenant_prefix(by, connect) + account)
        .raw(reply.body())
        .subject(by.issuer.empty() ? std::string() : body.str("sub"));
    for (const auto& [name, usual] : usual_profile) {
        if (name == "account_id") continue;
        const json found = at(name, usual);
        name == "followers" ? read.number(name, found.as_int64()) : read.text(name, found.id());
    }
    for (const auto& [name, path] : by.profile) {
        const bool known = std::any_of(
            usual_profile.begin(), usual_profile.end(),
            [&name = name](const auto& each) { return each.first == name; }
        );
        if (!known) read.json_field(name, find(body, path).raw());
    }
    return read;
}

}  // namespace oauth2
