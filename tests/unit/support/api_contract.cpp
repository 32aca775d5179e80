// That the check of answers finds what is wrong with them.
#include "support/api_contract.hpp"

#include "support/catch.hpp"

using namespace tenon::test;
using nlohmann::json;

namespace {

auto contract() -> api_contract {
    return api_contract(json::parse(R"({
      "paths": {"/things/{id}": {"get": {"responses": {
        "200": {"description": "Done", "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/Thing"}}}},
        "404": {"description": "NOT_FOUND", "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/Error"}}}}}}}},
      "components": {"schemas": {
        "Thing": {"type": "object", "required": ["id"], "properties": {
          "id": {"type": "string"}, "kind": {"enum": ["small", "large"]},
          "at": {"type": ["string", "null"], "format": "date-time"},
          "parts": {"type": "array", "items": {"type": "integer"}},
          "either": {"oneOf": [{"type": "string"}, {"const": true}]}}},
        "Error": {"type": "object", "required": ["success", "error", "requestId"], "properties": {
          "success": {"const": false}, "error": {"type": "string"}, "requestId": {"type": "string"},
          "retryAfter": {"type": "integer"}}}}}})"));
}

auto problem(int status, const json& body, headers more = {}, const std::string& path = "/things/1")
    -> std::string {
    http_response answered{status, {{"content-type", "application/json"}}, body.dump()};
    answered.fields.emplace_back("x-request-id", "r");
    answered.fields.insert(answered.fields.end(), more.begin(), more.end());
    return contract().problem({"GET", path, {}, {}}, answered);
}

}  // namespace

TEST_CASE("an answer that keeps the contract has no problem") {
    CHECK(problem(200, {{"id", "a"}}).empty());
    CHECK(problem(
              200,
              {{"id", "a"}, {"kind", "small"}, {"at", nullptr}, {"parts", {1, 2}}, {"either", true}}
    ).empty());
    CHECK(problem(404, {{"success", false}, {"error", "NOT_FOUND"}, {"requestId", "r"}}).empty());
    const json nowhere{{"success", false}, {"error", "NOT_FOUND"}, {"requestId", "r"}};
    CHECK(problem(404, nowhere, {}, "/elsewhere").empty());
}

TEST_CASE("an answer that breaks the contract is found") {
    const json refusal{{"success", false}, {"error", "NOT_FOUND"}, {"requestId", "r"}};
    const auto with = [&](const char* name, const json& value) {
        auto changed = refusal;
        changed[name] = value;
        return changed;
    };
    CHECK_THAT(problem(201, {{"id", "a"}}), Catch::Contains("status 201"));
    CHECK_THAT(problem(200, json::object()), Catch::Contains("lacks id"));
    CHECK_THAT(problem(200, {{"id", 1}}), Catch::Contains("/id is not of the type"));
    CHECK_THAT(problem(200, {{"id", "a"}, {"more", 1}}), Catch::Contains("has more"));
    CHECK_THAT(problem(200, {{"id", "a"}, {"kind", "huge"}}), Catch::Contains("/kind"));
    CHECK_THAT(problem(200, {{"id", "a"}, {"at", "today"}}), Catch::Contains("no time"));
    CHECK_THAT(problem(200, {{"id", "a"}, {"parts", {1, "x"}}}), Catch::Contains("/parts/1"));
    CHECK_THAT(problem(200, {{"id", "a"}, {"either", 7}}), Catch::Contains("none of oneOf"));
    CHECK_THAT(problem(200, {{"id", "a"}}, {}, "/elsewhere"), Catch::Contains("no such operation"));
    CHECK_THAT(problem(404, with("error", "OTHER")), Catch::Contains("OTHER is not among"));
    CHECK_THAT(problem(404, with("success", true)), Catch::Contains("/success"));
    CHECK_THAT(problem(404, with("requestId", "q")), Catch::Contains("requestId"));
    CHECK_THAT(problem(404, with("retryAfter", 5)), Catch::Contains("Retry-After"));
    CHECK(problem(404, with("retryAfter", 5), {{"retry-after", "5"}}).empty());
}
