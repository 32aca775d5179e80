#include <tenon/sdk.hpp>

#include "support/catch.hpp"

TEST_CASE("JSON of a provider's is handed on only where every host can store it") {
    for (const char* good :
         {"{}", "7", "-1.5e200", R"("\u00e9\\u0000")", R"("\ud83d\ude00")", R"({"a":[1e-400]})"}) {
        INFO(good);
        CHECK(tenon::is_storable_json(good));
    }
    for (const char* bad :
         {"", "{", R"("\u0000")", R"({"a\u0000":1})", R"("\ud83d")", R"("\ud83dx")", R"("\ude00")",
          "[1e999]", "\"\xff\""}) {
        INFO(bad);
        CHECK_FALSE(tenon::is_storable_json(bad));
    }
    CHECK_FALSE(tenon::is_storable_json(std::string(400, '9')));
}

TEST_CASE("what can't be stored is left out of metadata") {
    CHECK(
        tenon::json_object().raw("a", "1").raw("b", R"("\u0000")").raw("c", "[2]").str() ==
        R"({"a":1,"c":[2]})"
    );
}
