// Providers that are known and can't be connected yet.
#include "fixture.hpp"
#include "support/catch.hpp"

using namespace tenon::host;
using namespace tenon::test;

TEST_CASE("who connects a provider of the catalogue that is not configured is told what to set") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto refusal = [&](const std::string& path, const std::string& body) {
        return api.ask(
            "POST", "/api/integrations/" + path, {.key = key, .user = "u1", .body = body}
        );
    };
    const std::string redirect = R"({"redirectUrl":"http://127.0.0.1:9/after"})";
    for (const auto& one :
         {refusal("connect/catalogued", redirect),
          refusal("connect/catalogued", R"({"credentials":{"key":"k"}})"),
          refusal("import/catalogued", R"({"accessToken":"t"})")}) {
        INFO(one.http.body);
        CHECK(one.http.status == 403);
        CHECK(one.error() == "PROVIDER_DISABLED");
        const auto told = one.json.at("message").get<std::string>();
        CHECK(told.find("catalogued is not enabled") == 0);
        CHECK(told.find("providers.catalogued.client_id") != std::string::npos);
    }
    CHECK(refusal("connect/nobody", redirect).error() == "UNKNOWN_PROVIDER");
    const asking form{.body = "key=" + key + "&user=u1&provider=catalogued"};
    CHECK(api.ask("POST", "/connect", form).http.status == 403);
}
