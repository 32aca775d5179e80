#include "provider/grant_reply.hpp"

#include "unit/provider/encoder_bench.hpp"

namespace tenon::host {
namespace {

auto seals(const bench& of, operation_kind kind, const http_action& action) -> bool {
    const auto egress = egress_policy::make(of.about, {}).value();
    const std::map<std::string, std::string> connect;
    const encoding_context context{
        of.about, egress, connect, {kind, of.client_id, &of.client_secret, &of.secrets}, "x"};
    return may_carry_tokens(action, context);
}

auto get_with(const char* reference) -> http_action {
    auto out = get();
    out.query = {{"token", reference, TENON_KV_TEMPLATE}};
    return out;
}

}  // namespace

TEST_CASE("what a plugin forgot to mark is sealed where it asks for tokens, and only there") {
    const bench of;
    for (const auto kind :
         {operation_kind::exchange, operation_kind::refresh, operation_kind::validate}) {
        CHECK(seals(of, kind, post()));
        CHECK(seals(of, kind, get_with("${client_secret}")));
        CHECK(seals(of, kind, get_with("${refresh_token}")));
        CHECK(seals(of, kind, get_with("${code_verifier}")));
        CHECK_FALSE(seals(of, kind, get()));
    }
    CHECK_FALSE(seals(of, operation_kind::profile, post()));
    auto marked = get();
    marked.flags = TENON_HTTP_GRANT_REPLY;
    CHECK(seals(of, operation_kind::profile, marked));
}

TEST_CASE("where the access token renews itself, a request that carries it asks for tokens") {
    bench of;
    of.about.refresh = refresh_policy{};
    CHECK_FALSE(seals(of, operation_kind::refresh, get_with("${access_token}")));
    CHECK_FALSE(seals(of, operation_kind::refresh, get_with_bearer()));
    of.about.refresh->by_access_token = true;
    CHECK(seals(of, operation_kind::refresh, get_with("${access_token}")));
    CHECK(seals(of, operation_kind::refresh, get_with_bearer()));
    CHECK_FALSE(seals(of, operation_kind::profile, get_with_bearer()));
}

}  // namespace tenon::host
