#include "oauth/profile_fields.hpp"

#include "support/catch.hpp"

namespace tenon::host {
namespace {

auto text(std::string name, std::string value) -> output_field {
    return {std::move(name), std::move(value), false, false};
}
auto raw_json(std::string name, std::string value) -> output_field {
    return {std::move(name), std::move(value), true, false};
}
auto output_of(std::vector<output_field> fields) -> operation_output {
    operation_output made;
    made.fields = std::move(fields);
    return made;
}

}  // namespace

TEST_CASE("the provider's numbers reach the profile unaltered, however long they are") {
    const auto output = output_of({
        raw_json("followers", "12345678901234567890123"),
        raw_json("raw", R"({"ratio": 1.10, "id": 17841405822304914000001})"),
    });
    CHECK(
        profile_json(output, "u1") ==
        R"({"accountId":"u1","followers":12345678901234567890123,"raw":{"ratio": 1.10, "id": 17841405822304914000001}})"
    );
}

TEST_CASE("the account in a profile is the connection's, and the fields have the API's names") {
    const auto output = output_of(
        {text("account_id", "another"), text("display_name", "A \"quoted\" name"),
         text("avatar_url", "https://a.example/1"), text("username", "ann")}
    );
    CHECK(
        profile_json(output, "u1") ==
        R"({"accountId":"u1","displayName":"A \"quoted\" name","avatarUrl":"https://a.example/1","username":"ann"})"
    );
}

TEST_CASE("what is secret or only the host's is in no profile") {
    auto hidden = text("page_token", "hidden");
    hidden.is_secret = true;
    const auto output = output_of({hidden, text("subject", "s1"), text("username", "ann")});
    CHECK(profile_json(output, "u1") == R"({"accountId":"u1","username":"ann"})");
    CHECK(with_profile("", output) == R"({"username":"ann"})");
}

TEST_CASE("a profile is of the ID token's subject, where both say who it is") {
    const auto claimed = output_of({text("subject", "s1")});
    CHECK(is_of_subject(claimed, "s1"));
    CHECK(is_of_subject(claimed, ""));
    CHECK_FALSE(is_of_subject(claimed, "s2"));
    CHECK_FALSE(is_of_subject(output_of({text("subject", "")}), "s2"));
    CHECK(is_of_subject(output_of({text("username", "ann")}), "s1"));
}

TEST_CASE("a field that comes twice is shown once, the first one") {
    const auto output = output_of({text("username", "first"), text("username", "second")});
    CHECK(profile_json(output, "u1") == R"({"accountId":"u1","username":"first"})");
}

TEST_CASE("keys that the metadata has already win over the profile's, byte for byte") {
    const auto output = output_of(
        {text("username", "from the profile"), text("display_name", "Ann"),
         raw_json("raw", R"({"x":1})"), text("account_id", "u1")}
    );
    CHECK(
        with_profile(R"({"username" : "from the token answer", "n": 1.0})", output) ==
        R"({"username" : "from the token answer", "n": 1.0,"displayName":"Ann"})"
    );
}

TEST_CASE("without metadata the profile's fields are all there is") {
    const auto output = output_of({text("username", "ann")});
    for (const std::string none : {"", "{}", "{ }", "[]", "not json"}) {
        CHECK(with_profile(none, output) == R"({"username":"ann"})");
    }
    CHECK(with_profile(R"({"a":1})", output_of({})) == R"({"a":1})");
}

}  // namespace tenon::host
