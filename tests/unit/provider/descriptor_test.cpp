#include "provider/descriptor.hpp"

#include "provider/descriptor_check.hpp"
#include "provider/library.hpp"
#include "provider/pattern.hpp"
#include "unit/provider/fixture.hpp"

#include <algorithm>

#include <tenon/operation.h>

using namespace tenon::test;

TEST_CASE("a descriptor is copied with its defaults filled in") {
    world all;
    const auto& about = all.instance()->about();
    CHECK(about.id == "well");
    CHECK(about.client_id_param == "client_id");
    CHECK(about.scope_separator == " ");
    REQUIRE(about.slots.size() == 1);
    CHECK(about.slots[0].name.empty());
    CHECK(about.default_scopes() == std::vector<std::string>{"read"});
    CHECK(about.refresh->rotates);
    CHECK(about.supports(operation_kind::revoke));
    CHECK_FALSE(about.supports(operation_kind::describe));
    CHECK(about.connect_fields.at(0).pattern == "[a-z]+-shop");
}

TEST_CASE("each descriptor that breaks a rule is refused, and the rule named") {
    const auto library = plugin_library::load(plugin_file("described/misdescribed"));
    REQUIRE(library);
    REQUIRE((*library)->providers().size() == 1);
    CHECK((*library)->providers()[0].about.id == "fine");
    const std::vector<std::string> expected{
        "must be https",        // plain_http
        "must be https",        // loopback: only where the configuration names it
        "not of the form",      // wildcard
        "not an IP address",    // address
        "not of the form",      // with_path
        "none of the roles",    // no_role
        "not a connect field",  // undeclared
        "needs a pattern",      // no_pattern
        "its pattern is not",   // bad_pattern
        "display_name",         // no_name
        "[a-z0-9]",             // Bad_id
        "upgrade the host",     // too_new
        "mind-reading",         // unknown_call
        "EXCHANGE",             // no_exchange
        "client_auth",          // odd_auth
        "null pointer",         // null_origins
        "struct_size is 12",    // short_struct
        "descriptor.flags: bits that this host does not know (8)",
        "descriptor: a reserved field is 3",
        "origins.roles: bits that this host does not know (16)",
        "connect_fields: bits that this host does not know (4)",
        "config_fields: a reserved field is 2",
        "scopes.flags: bits that this host does not know (2)",
        "slots.flags: bits that this host does not know (1)",
        "refresh.flags: bits that this host does not know (8)",
        "refresh: a reserved field is 5",
        "auth_kinds: bits that this host does not know (32)",
        "auth_kinds: is 18, of which nobody can be connected by this host: expected CODE",
        "operations: bits that this host does not know (128)",
        "operations: bits that this host does not know (1099511627776)",
        "docs_url: is not an https URL",
        "icon: is neither an https URL nor a data: URI of an image",
        "provider: a reserved field is 9",
    };
    const auto& refused = (*library)->refused();
    REQUIRE(refused.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        INFO(refused[i]);
        CHECK(refused[i].find(expected[i]) != std::string::npos);
    }
}

TEST_CASE("a connect field that is a secret is refused: what users fill in is not sealed") {
    world all;
    auto about = all.instance()->about();
    about.connect_fields.at(0).secret = true;
    const auto problems = check_descriptor(about, {});
    CHECK(std::ranges::any_of(problems, [](const field_problem& one) {
        return one.field.starts_with("connect_fields.") && one.message.find("secret") == 5;
    }));
}

TEST_CASE("an icon is an https URL or an image of its own, and nothing that runs") {
    world all;
    auto about = all.instance()->about();
    const auto takes = [&](const char* icon) {
        about.icon = icon;
        return check_descriptor(about, {"http://127.0.0.1:9001"}).empty();
    };
    for (const auto* icon :
         {"", "https://cdn.example.test/a.svg?v=2",
          "data:image/png;base64,iVBORw0KGgo=", "DATA:Image/svg+xml,%3Csvg/%3E"}) {
        INFO(icon);
        CHECK(takes(icon));
    }
    for (const auto* icon :
         {"javascript:alert(1)", "http://cdn.example.test/a.svg", "http://127.0.0.1:9001/a.svg",
          "data:text/html,<script>", "data:,x", "a.svg", "//cdn.example.test/a.svg"}) {
        INFO(icon);
        CHECK_FALSE(takes(icon));
    }
}

TEST_CASE("VALIDATE needs the auth kind API_KEY and fields to ask for, and it VALIDATE") {
    world all({section("keyed")});
    const auto keyed = all.instance("keyed")->about();
    const auto names = [](const descriptor& about, std::string_view field) {
        const auto problems = check_descriptor(about, {});
        return std::ranges::find(problems, field, &field_problem::field) != problems.end();
    };
    CHECK(check_descriptor(keyed, {}).empty());
    auto without_fields = keyed;
    without_fields.credential_fields.clear();
    CHECK(names(without_fields, "credential_fields"));
    auto without_kind = keyed;
    without_kind.auth_kinds = TENON_AUTH_EXTERNAL_SESSION;
    CHECK(names(without_kind, "credential_fields"));
    auto without_operation = keyed;
    without_operation.operations &= ~(std::uint64_t{1} << TENON_OP_VALIDATE);
    CHECK(names(without_operation, "operations"));
    auto oddly_named = keyed;
    oddly_named.credential_fields.at(0).name = "the key";
    CHECK(names(oddly_named, "credential_fields.the key"));
}

namespace {

auto field(std::string name, field_type type = field_type::text) -> field_descriptor {
    field_descriptor out;
    out.name = std::move(name);
    out.type = type;
    return out;
}

auto problem_of(
    const std::vector<field_descriptor>& form, std::map<std::string, std::string> values
) -> std::string {
    const auto checked = check_fields(form, std::move(values));
    return checked.has_error() ? checked.error().details.at(0).field : "";
}

}  // namespace

TEST_CASE("a pattern that would take for ever takes no longer than others") {
    field_descriptor shop;
    shop.name = "shop";
    shop.pattern = "(a+)+(a+)+(a+)+b";
    const auto begun = std::chrono::steady_clock::now();
    CHECK(check_fields({shop}, {{"shop", std::string(60, 'a')}}).has_error());
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
}

TEST_CASE("a pattern whose look-aheads or repetitions multiply is none") {
    for (const auto* text :
         {"(?:(?=(?:(?=(?:(?=a*)a)*)a)*)a)*", "(?!a)b", "(?:(?:a?){99}){99}", "(a?){1501}",
          "((a|){99}){1,99}", "([(](a?){99}){99}", "(\\c((a?){99}\\c)){99}", "(a?){16}{99}",
          "((a?){99})*{99}", "a{99999999999999999999999}", "((a)", "a)(b"}) {
        CAPTURE(text);
        CHECK_FALSE(pattern::compile(text));
    }
}

TEST_CASE("a pattern of counted repetitions that are no more than a form needs is one") {
    for (const auto* text :
         {"[a-z0-9_.:,-]{0,1000}", "([0-9]{1,20}-?){4}", "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[a-z])?",
          "(?:[^\\s@]{1,64}@)[^\\]()]{1,253}|\\*", "a{2,}"}) {
        CAPTURE(text);
        CHECK(pattern::compile(text));
    }
    CHECK(pattern::compile("(?:[a-c]{2}-){2}")->matches("ab-ca-"));
    CHECK_FALSE(pattern::compile("(?:[a-c]{2}-){2}")->matches("ab-"));
}

TEST_CASE("values of a form are checked by type, pattern and choice") {
    auto shop = field("shop");
    shop.pattern = "[a-z]+";
    shop.required = true;
    auto region = field("region", field_type::choice);
    region.choices = {"eu", "us"};
    region.default_value = "eu";
    const std::vector form{
        shop, region, field("site", field_type::url), field("list", field_type::list),
        field("map", field_type::map)};
    const auto filled = check_fields(form, {{"shop", "blue"}});
    REQUIRE(filled);
    CHECK(filled->at("region") == "eu");
    CHECK(problem_of(form, {}) == "shop");
    CHECK(problem_of(form, {{"shop", ""}}) == "shop");
    CHECK(problem_of(form, {{"shop", "blue1"}}) == "shop");
    CHECK(problem_of(form, {{"shop", "blue\n"}}) == "shop");
    CHECK(problem_of(form, {{"shop", std::string(5000, 'a')}}) == "shop");
    CHECK(problem_of(form, {{"shop", "a"}, {"region", "de"}}) == "region");
    CHECK(problem_of(form, {{"shop", "a"}, {"site", "nowhere"}}) == "site");
    CHECK(problem_of(form, {{"shop", "a"}, {"site", "https://a.test/x"}}).empty());
    CHECK(problem_of(form, {{"shop", "a"}, {"list", "[\"x\"]"}}).empty());
    CHECK(problem_of(form, {{"shop", "a"}, {"list", "[[1]]"}}) == "list");
    CHECK(problem_of(form, {{"shop", "a"}, {"list", "[null]"}}) == "list");
    CHECK(
        check_fields(form, {{"shop", "a"}, {"list", "[1, true]"}})->at("list") == "[\"1\",\"true\"]"
    );
    CHECK(problem_of(form, {{"shop", "a"}, {"list", "x"}}) == "list");
    CHECK(problem_of(form, {{"shop", "a"}, {"map", "{\"k\":\"v\"}"}}).empty());
    CHECK(problem_of(form, {{"shop", "a"}, {"map", "[]"}}) == "map");
    CHECK(problem_of(form, {{"shop", "a"}, {"other", "x"}}) == "other");
}
