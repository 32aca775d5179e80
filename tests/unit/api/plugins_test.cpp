// Plugins are the operator's: who may have them read anew, and what the answer is.
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/api/fixture.hpp"

#include <fstream>

using namespace tenon::host;
using namespace tenon::test;

TEST_CASE("only a key of scope admin has plugins read anew") {
    api_fixture api;
    auto most = key_scopes::all();
    most.remove(key_scope::admin);
    const auto refused = api.ask("POST", "/api/plugins/reload", {.key = api.make_key(most)});
    CHECK(refused.error() == "INSUFFICIENT_SCOPE");
    CHECK(api.ask("POST", "/api/plugins/reload").error() == "UNAUTHENTICATED");
    key_scopes admin;
    admin.add(key_scope::admin);
    const auto done = api.ask("POST", "/api/plugins/reload", {.key = api.make_key(admin)});
    CHECK(done.http.status == 200);
    CHECK(done.json.at("plugins").empty());
}

TEST_CASE("a file that is refused is answered with the reason, and nothing serves from it") {
    const temp_dir dir;
    dir.write("acme.so", "no shared object");
    registry_options options;
    options.plugin_dirs = {dir.path()};
    api_fixture api({}, options);
    const auto key = api.make_key(key_scopes::all());
    const auto one = api.ask("POST", "/api/plugins/reload", {.key = key}).json.at("plugins").at(0);
    CHECK(one.at("file") == (dir.path() / "acme.so").string());
    CHECK(one.at("outcome") == "refused");
    CHECK(one.at("reason").get<std::string>().find("acme.so") != std::string::npos);
    CHECK(one.at("sha256").is_null());
    CHECK(one.at("providers").empty());
    const auto log = api.ask("GET", "/api/audit?action=plugins.reloaded", {.key = key}).json;
    CHECK(log.at("entries").at(0).at("detail").at("plugins").size() == 1);
}
