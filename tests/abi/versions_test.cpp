// A plugin that was built for an earlier or a later minor version than this host's.
#include "abi/deployment.hpp"

using namespace tenon::test;

namespace {

auto keyed(operation_kind kind) -> operation_request {
    operation_request request;
    request.kind = kind;
    request.secrets.credentials.emplace("api_key", secret("the-key-1"));
    request.secrets.access_token = secret("the-key-1");
    return request;
}

}  // namespace

TEST_CASE("a plugin of an older, the same and a newer minor version is loaded and serves") {
    const std::string version = GENERATE("past", "present", "future");
    CAPTURE(version);
    provider_settings acme;
    acme.name = "acme";
    deployment all(std::string(TENON_TEST_PLUGINS) + "/" + version + "/plugins", {acme});
    const auto snapshot = all.providers.snapshot();
    REQUIRE(snapshot->plugin_count == 1);
    CHECK(snapshot->problems.empty());
    CHECK(snapshot->providers.at("acme").about->credential_fields.size() == 1);

    all.http.answer(200, R"({"login": "ann", "id": 42})");
    const auto validated = all.perform("acme", keyed(operation_kind::validate));
    REQUIRE(validated.has_value());
    CHECK(validated->grants.at(0).account_id == "42");
    CHECK(validated->grants[0].access_token.reveal() == "the-key-1");
    CHECK_FALSE(validated->grants[0].expires_at.has_value());

    all.http.answer(200, R"({"id": 42})");
    const auto profile = all.perform("acme", keyed(operation_kind::profile));
    REQUIRE(profile.has_value());
    CHECK(profile->field("account_id")->value == "42");

    all.http.answer(401, "{}");
    const auto refused = all.perform("acme", keyed(operation_kind::profile));
    REQUIRE(refused.has_error());
    CHECK(refused.error().category == failure_category::token_rejected);
    CHECK(refused.error().details.empty());
}
