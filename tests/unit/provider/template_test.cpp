#include "provider/template.hpp"
#include "provider/operation.hpp"
#include "support/catch.hpp"
#include "unit/provider/show.hpp"

#include <tenon/descriptor.h>

using namespace tenon::host;

namespace {

struct values_of {
    explicit values_of(operation_kind kind) {
        secrets.access_token = secret("AT");
        secrets.refresh_token = secret("RT");
        secrets.code_verifier = secret("CV");
        secrets.credentials.emplace("key", secret("K"));
        values = {kind, "CID", &client_secret, &secrets};
    }
    secret client_secret{"CS"};
    operation_secrets secrets;
    reference_values values;
};

auto ok(std::string_view text, operation_kind kind, origin_roles roles) -> bool {
    const values_of all(kind);
    return expand(text, all.values, {roles, false}).has_value();
}

}  // namespace

TEST_CASE("references are filled in, and two dollars are one") {
    const values_of all(operation_kind::revoke);
    const template_place place{TENON_ROLE_REVOKE, false};
    CHECK(*expand("${client_id}|${client_secret}|$$5|x", all.values, place) == "CID|CS|$5|x");
    CHECK(*expand("Bearer ${access_token}", all.values, place) == "Bearer AT");
    CHECK(expand("", all.values, place)->empty());
    CHECK(*expand("$${client_id}", all.values, place) == "${client_id}");
}

TEST_CASE("what stands in $base64{} is encoded once its references are filled in") {
    const values_of all(operation_kind::validate);
    const template_place place{TENON_ROLE_API, false};
    CHECK(*expand("Basic $base64{${credential.key}:}", all.values, place) == "Basic Szo=");
    CHECK(*expand("$base64{}|$base64{$$$}}", all.values, place) == "|JH0=");
    CHECK(*expand("$$base64{a} b}", all.values, place) == "$base64{a} b}");
    CHECK(expand("$base64{${client_secret}}", all.values, place).has_error());
}

TEST_CASE("each secret goes only to origins of its roles") {
    using enum operation_kind;
    struct row {
        const char* reference;
        operation_kind kind;
        origin_roles allowed;
    };
    const auto one = GENERATE(
        row{"${client_secret}", exchange, TENON_ROLE_TOKEN | TENON_ROLE_REVOKE},
        row{"${code_verifier}", exchange, TENON_ROLE_TOKEN},
        row{"${refresh_token}", refresh, TENON_ROLE_TOKEN | TENON_ROLE_REVOKE},
        row{"${access_token}", profile, TENON_ROLE_API | TENON_ROLE_TOKEN | TENON_ROLE_REVOKE},
        row{"${credential.key}", validate, TENON_ROLE_API | TENON_ROLE_TOKEN | TENON_ROLE_REVOKE}
    );
    for (const origin_roles role :
         {TENON_ROLE_AUTHORIZE, TENON_ROLE_TOKEN, TENON_ROLE_REVOKE, TENON_ROLE_API}) {
        INFO(one.reference << " at role " << role);
        CHECK(ok(one.reference, one.kind, role) == ((one.allowed & role) != 0));
    }
    CHECK(ok("${client_id}", authorize, TENON_ROLE_AUTHORIZE));
    CHECK(ok("${client_id}", authorize, 0));
}

TEST_CASE("each secret is to be had only in its kinds of operation") {
    using enum operation_kind;
    CHECK_FALSE(ok("${code_verifier}", refresh, TENON_ROLE_TOKEN));
    CHECK_FALSE(ok("${refresh_token}", profile, TENON_ROLE_TOKEN));
    CHECK_FALSE(ok("${refresh_token}", exchange, TENON_ROLE_TOKEN));
    CHECK_FALSE(ok("${access_token}", exchange, TENON_ROLE_API));
    CHECK_FALSE(ok("${access_token}", authorize, TENON_ROLE_API));
    CHECK(ok("${refresh_token}", revoke, TENON_ROLE_REVOKE));
    CHECK_FALSE(ok("${credential.key}", exchange, TENON_ROLE_API));
    CHECK_FALSE(ok("${access_token}", validate, TENON_ROLE_API));
    CHECK(ok("${credential.key}", revoke, TENON_ROLE_API));
}

TEST_CASE("what is unknown, empty or malformed is denied, and the message holds no value") {
    values_of all(operation_kind::revoke);
    all.secrets.refresh_token.clear();
    all.values.client_secret = nullptr;
    for (const auto* text :
         {"${nobody}", "${refresh_token}", "${client_secret}", "$", "a$b", "${client_id", "${}",
          "${credential.}", "${credential.other}", "$base64{a", "$base64{$base64{a}}"}) {
        INFO(text);
        const auto out = expand(text, all.values, {TENON_ROLE_REVOKE, false});
        REQUIRE(out.has_error());
        CHECK(out.error().kind == refusal_kind::denied);
    }
    const auto out = expand("${access_token}${nobody}", all.values, {TENON_ROLE_REVOKE, false});
    CHECK(out.error().message.find("AT") == std::string::npos);
}

TEST_CASE("a host call takes the client's secret and the access token, and no other") {
    const values_of all(operation_kind::revoke);
    const template_place call{0, true};
    CHECK(expand("${client_secret}${access_token}${client_id}", all.values, call).has_value());
    CHECK(expand("${refresh_token}", all.values, call).has_error());
}
