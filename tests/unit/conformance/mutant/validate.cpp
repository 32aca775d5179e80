// The plain provider takes keys as well.
#include "mutation.hpp"
#include "provider.hpp"

namespace mutant {
namespace {

using tenon::category;

auto key_request() -> tenon::request {
    tenon::request built = tenon::get("https://api.mutant.example/key");
    if (is("key-in-query")) {
        return built.query("key", tenon::reference("${credential.api_key}"));
    }
    if (is("validate-asks-provider")) {
        return built;
    }
    return built.header("Authorization", tenon::reference("Bearer ${credential.api_key}"));
}

auto key_failure(const tenon::response& reply) -> tenon::failure {
    tenon::failure why = tenon::oauth_failure(reply, tenon::asked::api);
    if (is("validate-wrong-key") && reply.status() == 401) {
        why.category = category::misconfigured;
    }
    return why;
}

auto no_account() -> tenon::failure {
    tenon::failure why(category::invalid_input, "the key has no account");
    return is("validate-names-fields") ? why : why.field("api_key", "has no account");
}

}  // namespace

auto provider::validate(tenon::validate_input in) const -> tenon::op<tenon::tokens> {
    const tenon::value key = in.credential("api_key");
    auto reply = co_await key_request();
    if (!reply.ok() || reply.json()["error"].exists()) {
        co_return key_failure(reply);
    }
    const tenon::json answer = reply.object();
    std::string account = answer.id("id");
    if (account.empty()) {
        co_return no_account();
    }
    if (is("validate-account") && !in.account_id.empty()) {
        account = in.account_id;
    }
    if (is("account-by-clock")) {
        account += std::to_string(in.now_ms);
    }
    tenon::tokens found;
    if (is("validate-grant")) {
        found.access_token(key.text);
    } else {
        found.access_token(key);
    }
    if (is("validate-keeps-key")) {
        found.metadata(tenon::json_object().text("key", answer.str("key")).str());
    }
    co_return found.account_id(account);
}

}  // namespace mutant
