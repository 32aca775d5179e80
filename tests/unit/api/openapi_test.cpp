#include "api/openapi.hpp"

#include "api/error_response.hpp"
#include "api/routes.hpp"
#include "fixture.hpp"
#include "support/catch.hpp"

#include <set>

using namespace tenon::host;
using namespace tenon::test;
using nlohmann::json;

namespace {

auto document(bool admin_listener = false) -> json {
    api_settings settings;
    settings.admin_listener = admin_listener;
    settings.version = "1.2.3";
    settings.public_url = "https://tenon.example";
    return json::parse(openapi_json(settings));
}

void collect(const json& node, std::set<std::string>& references) {
    if (node.is_object()) {
        if (const auto found = node.find("$ref"); found != node.end()) {
            references.insert(found->get<std::string>());
        }
    }
    if (node.is_structured()) {
        for (const auto& child : node) {
            collect(child, references);
        }
    }
}

auto openapi_path(std::string_view pattern) -> std::string {
    std::string path;
    bool open = false;
    for (const char c : pattern) {
        if (c == ':') {
            path += '{';
            open = true;
            continue;
        }
        if (c == '/' && open) {
            path += '}';
            open = false;
        }
        path += c;
    }
    return open ? path + '}' : path;
}

}  // namespace

TEST_CASE("openapi.json has every route of the router, and no other") {
    api_fixture api;
    const auto paths = document().at("paths");
    std::size_t operations = 0;
    for (const auto& path : paths) {
        operations += path.size();
    }
    CHECK(operations == api.router.routes().size());
    for (const auto& route : api.router.routes()) {
        std::string method = route.method;
        std::ranges::transform(method, method.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        INFO(route.method << ' ' << route.pattern);
        REQUIRE(paths.contains(openapi_path(route.pattern)));
        CHECK(paths.at(openapi_path(route.pattern)).contains(method));
    }
}

TEST_CASE("openapi.json has the routes of the contract") {
    const auto paths = document().at("paths");
    const std::vector<std::pair<std::string, std::string>> contract{
        {"get", "/api/integrations/providers"},
        {"get", "/api/integrations/status"},
        {"post", "/api/integrations/connect/{provider}"},
        {"get", "/api/integrations/callback/{provider}"},
        {"post", "/api/integrations/callback/{provider}"},
        {"post", "/api/integrations/confirm"},
        {"get", "/api/integrations/token/{provider}/{accountId}"},
        {"get", "/api/integrations/profile/{provider}/{accountId}"},
        {"post", "/api/integrations/refresh/{provider}/{accountId}"},
        {"delete", "/api/integrations/disconnect/{provider}/{accountId}"},
        {"delete", "/api/integrations/disconnect/{provider}"},
        {"post", "/api/integrations/import/{provider}"},
        {"get", "/api/connections"},
        {"get", "/api/keys"},
        {"post", "/api/keys"},
        {"delete", "/api/keys/{id}"},
        {"post", "/api/organizations"},
        {"post", "/api/plugins/reload"},
        {"get", "/api/audit"},
        {"get", "/api/users/{userId}/data"},
        {"delete", "/api/users/{userId}/data"},
        {"get", "/health"},
        {"get", "/livez"},
        {"get", "/readyz"},
        {"get", "/metrics"},
        {"get", "/openapi.json"}};
    for (const auto& [method, path] : contract) {
        INFO(method << ' ' << path);
        REQUIRE(paths.contains(path));
        CHECK(paths.at(path).contains(method));
    }
}

TEST_CASE(
    "openapi.json lists every error code, and under each route the status of each of its codes"
) {
    const auto document_json = document();
    const auto codes = document_json.at("components").at("schemas").at("ErrorCode").at("enum");
    CHECK(codes.size() == all_error_codes().size());
    for (const auto code : all_error_codes()) {
        CHECK(std::ranges::find(codes, json(code_of(code))) != codes.end());
    }
    for (const auto& spec : route_table()) {
        const auto& path = document_json.at("paths").at(openapi_path(spec.pattern));
        for (const auto& operation : path) {
            if (operation.at("operationId") != spec.name) {
                continue;
            }
            for (const auto code : errors_of(spec)) {
                const auto status = std::to_string(http_status_of(code));
                INFO(spec.name << ' ' << code_of(code));
                REQUIRE(operation.at("responses").contains(status));
                const auto listed = operation.at("responses").at(status).at("description");
                CHECK(listed.get<std::string>().find(code_of(code)) != std::string::npos);
            }
        }
    }
}

TEST_CASE("every code is reachable from some route or is one of redirects only") {
    std::set<errc> named;
    for (const auto& spec : route_table()) {
        for (const auto code : errors_of(spec)) {
            named.insert(code);
        }
    }
    for (const auto code : all_error_codes()) {
        const bool in_redirects = code == errc::access_denied || code == errc::invalid_code ||
                                  code == errc::issuer_mismatch;
        INFO(code_of(code));
        CHECK((named.contains(code) || in_redirects));
    }
}

TEST_CASE("what the probes answer when a part is down is told") {
    const auto document_json = document();
    const auto& paths = document_json.at("paths");
    const auto down = paths.at("/health").at("get").at("responses").at("503").dump();
    CHECK(down.find("schemas/Health") != std::string::npos);
    const auto unready = paths.at("/readyz").at("get").at("responses").at("503").dump();
    CHECK(unready.find("SHUTTING_DOWN, STORAGE_UNAVAILABLE") != std::string::npos);
}

TEST_CASE("whether a profile is asked may be said of an import of one as of one of many") {
    const auto whole = document();
    const auto& forms = whole.at("components").at("schemas").at("ImportRequest").at("anyOf");
    const auto& single = forms.at(0).at("allOf").at(1).at("properties");
    const auto& list = forms.at(1).at("properties");
    CHECK(single.at("validate") == list.at("validate"));
    CHECK(single.at("validate").at("type") == "boolean");
}

TEST_CASE("what a body may be is told: JSON, a form, or only who the user is") {
    const auto paths = document().at("paths");
    const auto body_of = [&](const std::string& path, const std::string& method) {
        return paths.at(path).at(method).value("requestBody", json());
    };
    const std::string form = "application/x-www-form-urlencoded";
    const auto callback = body_of("/api/integrations/callback/{provider}", "post");
    CHECK(callback.at("content").contains(form));
    CHECK(callback.at("required") == false);  // a query says the same
    const auto begin = body_of("/connect", "post");
    CHECK(begin.at("content").contains(form));
    CHECK(begin.at("required") == true);
    for (const auto& [path, method] : std::vector<std::pair<std::string, std::string>>{
             {"/api/integrations/refresh/{provider}/{accountId}", "post"},
             {"/api/integrations/disconnect/{provider}/{accountId}", "delete"},
             {"/api/integrations/disconnect/{provider}", "delete"}}) {
        INFO(method << ' ' << path);
        const auto body = body_of(path, method);
        CHECK(body.at("required") == false);
        CHECK(body.at("content").dump().find("UserChoice") != std::string::npos);
    }
    CHECK(body_of("/api/keys/{id}", "delete").is_null());
    CHECK(body_of("/api/users/{userId}/data", "delete").is_null());
    CHECK(body_of("/api/keys", "post").at("required") == true);
}

TEST_CASE("numbers of a query are integers within bounds") {
    const auto paths = document().at("paths");
    const auto schema_of = [&](const std::string& path, const std::string& name) {
        const auto& all = paths.at(path).at("get").at("parameters");
        const auto found =
            std::ranges::find_if(all, [&](const json& one) { return one.at("name") == name; });
        REQUIRE(found != all.end());
        return found->at("schema");
    };
    for (const auto* path : {"/api/connections", "/api/keys", "/api/audit"}) {
        CHECK(
            schema_of(path, "limit") ==
            json::parse(R"({"type":"integer","minimum":1,"maximum":500,"default":50})")
        );
    }
    CHECK(schema_of("/api/users/{userId}/data", "limit").at("default") == 500);
    const auto life = schema_of("/api/integrations/token/{provider}/{accountId}", "minTtl");
    CHECK(life.at("type") == "integer");
    CHECK(life.at("maximum") == 31'622'400);
    CHECK(schema_of("/api/keys", "cursor") == json{{"type", "string"}});
}

TEST_CASE("a route says what it refuses of its own, and is told only where it is served") {
    const auto paths = document().at("paths");
    const auto codes = [&](const std::string& path, const std::string& status) {
        return paths.at(path).at("post").at("responses").at(status).at("description").dump();
    };
    CHECK(
        codes("/api/integrations/import/{provider}", "400").find("USER_REQUIRED") !=
        std::string::npos
    );
    CHECK(codes("/connect", "409").find("UNSUPPORTED_BY_PROVIDER") != std::string::npos);
    CHECK(paths.contains("/metrics"));
    CHECK_FALSE(document(true).at("paths").contains("/metrics"));
}

TEST_CASE("every schema that openapi.json refers to is there") {
    const auto whole = document();
    std::set<std::string> references;
    collect(whole, references);
    CHECK(references.size() > 20);
    const auto& schemas = whole.at("components").at("schemas");
    for (const auto& reference : references) {
        constexpr std::string_view prefix = "#/components/schemas/";
        INFO(reference);
        REQUIRE(reference.starts_with(prefix));
        CHECK(schemas.contains(reference.substr(prefix.size())));
    }
}

TEST_CASE("routes that need a key say so, and the others say that they need none") {
    const auto paths = document().at("paths");
    for (const auto& spec : route_table()) {
        for (const auto& operation : paths.at(openapi_path(spec.pattern))) {
            if (operation.at("operationId") == spec.name) {
                CHECK(operation.at("security").empty() == !spec.scope.has_value());
            }
        }
    }
}
