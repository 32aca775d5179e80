// The SDK's trampolines, called as a host would that follows the contract to the letter, or does
// not.
#include "unit/plugin_api/trampolines.hpp"

using namespace tenon::test;

namespace {

// Everything of a request, in order.
auto all_of(const sent_request& from) -> std::string {
    std::string out = from.method + ' ' + from.url + ' ' + std::to_string(from.flags) + '\n';
    for (const auto* list : {&from.path, &from.query, &from.form, &from.json, &from.headers}) {
        for (const auto& [name, value, flags] : *list) {
            out += name + '=' + value + ' ' + std::to_string(flags) + '\n';
        }
        out += '\n';
    }
    return out + from.body;
}

}  // namespace

TEST_CASE("a plugin serves several providers, in their order") {
    REQUIRE(entry()->provider_count == 2);
    CHECK(text(entry()->providers[0]->descriptor->id) == "probe");
    CHECK(text(entry()->providers[1]->descriptor->id) == "second");
    CHECK(entry() == entry());
    CHECK(entry()->magic == TENON_PLUGIN_MAGIC);
    CHECK(entry()->struct_size == sizeof(tenon_plugin));
    CHECK(entry()->abi_minor == TENON_ABI_MINOR);
    CHECK(entry()->providers[1]->descriptor->operations == 1U << TENON_OP_DESCRIBE);
    CHECK(entry()->providers[1]->descriptor->required_host_minor == 3);
}

TEST_CASE("a plugin whose description throws is no plugin") {
    CHECK(tenon::plugin_of<probe::broken_provider>::entry() == nullptr);
}

TEST_CASE("a description becomes a descriptor, list by list") {
    const tenon_descriptor& about = *prober().descriptor;
    CHECK(about.struct_size == sizeof(about));
    REQUIRE(about.origin_count == 2);
    CHECK(text(about.origins[1]->url) == "https://b.example");
    CHECK(about.origins[1]->roles == TENON_ROLE_API);
    REQUIRE(about.scope_count == 2);
    CHECK(about.scopes[0]->flags == TENON_SCOPE_DEFAULT);
    CHECK(about.scopes[1]->flags == 0);
    REQUIRE(about.config_field_count == 2);
    CHECK(about.config_fields[0]->type == TENON_FIELD_CHOICE);
    REQUIRE(about.config_fields[0]->choices.count == 2);
    CHECK(text(about.config_fields[0]->choices.items[1]) == "q");
    CHECK(about.config_fields[1]->flags == (TENON_FIELD_REQUIRED | TENON_FIELD_SECRET));
    REQUIRE(about.refresh != nullptr);
    CHECK(about.refresh->flags == TENON_REFRESH_ROTATES);
    CHECK(about.refresh->reuse_grace_s == 7);
    CHECK(about.slot_count == 1);
    CHECK(about.host_calls.count == 1);
    CHECK(about.quirks.count == 1);
}

TEST_CASE("DESCRIBE answers the instance, with the operations that it lacks left out") {
    const outcome out = drive(prober(), TENON_OP_DESCRIBE).config("mode", "q").run();
    REQUIRE(out.done);
    CHECK(out.descriptor_id == "probe");
    const auto revoke = 1U << TENON_OP_REVOKE;
    CHECK(out.descriptor_operations == (prober().descriptor->operations & ~revoke));
    CHECK(drive(*entry()->providers[1], TENON_OP_DESCRIBE).run().descriptor_id == "second");
}

TEST_CASE("an operation keeps what it was lent, and yields the same from the same") {
    const auto run = [] {
        return drive(prober(), TENON_OP_EXCHANGE)
            .param("code", "the code that was lent")
            .param("scope", "one")
            .reply(200, R"({"t":"first"})")
            .reply(200, R"({"t":"second"})")
            .run();
    };
    const outcome out = run();
    const outcome again = run();
    REQUIRE(out.done);
    CHECK(
        get(out.requests.at(0).form, "code") ==
        "the code that was lent and more than what fits into a small string"
    );
    CHECK(get(out.requests.at(1).path, "id") == "the code that was lent");
    CHECK(get(out.requests.at(1).query, "scope") == "one");
    REQUIRE(out.grants.size() == 2);
    CHECK(out.grants[0].slot == "bot");
    CHECK(out.grants[0].access_token == "first");
    CHECK(out.grants[1].access_token == "second");
    CHECK(again.grants[0].metadata == out.grants[0].metadata);
    REQUIRE(again.requests.size() == out.requests.size());
    for (std::size_t i = 0; i < out.requests.size(); ++i) {
        CHECK(all_of(again.requests[i]) == all_of(out.requests[i]));
        CHECK(all_of(out.requests[i]).size() > 40);  // there was something to compare
    }
    CHECK(probe::alive == 0);
}

TEST_CASE("slot, configuration and connect parameters arrive") {
    const outcome out = drive(prober(), TENON_OP_PROFILE)
                            .slot("a")
                            .connect("tenant", "b")
                            .config("mode", "c")
                            .run();
    CHECK(get(out.fields, "account_id") == "abc");
}

TEST_CASE("a pause and a host service are asked for, and their answers arrive") {
    begun running(TENON_OP_REFRESH);
    REQUIRE(running.action.kind == TENON_ACTION_SLEEP);
    CHECK(running.action.sleep_ms == 50);
    REQUIRE(running.step(reply_of(TENON_ACTION_SLEEP)) == TENON_OK);
    REQUIRE(running.action.kind == TENON_ACTION_CALL);
    CHECK(text(running.action.call->id) == "tenon.hmac-sha256/1");
    REQUIRE(running.action.call->args.count == 2);
    CHECK(text(running.action.call->args.items[0].value) == "${client_secret}");
    CHECK((running.action.call->args.items[0].flags & TENON_KV_TEMPLATE) != 0);
    const tenon_kv hex = {tenon::borrow("hex"), tenon::borrow("abcd"), 0, 0};
    tenon_reply reply = reply_of(TENON_ACTION_CALL);
    reply.call_out = {&hex, 1};
    REQUIRE(running.step(reply) == TENON_OK);
    REQUIRE(running.action.kind == TENON_ACTION_DONE);
    CHECK(text(running.action.result->grants[0]->access_token) == "abcd");
}

TEST_CASE("a host service that failed is told to the operation") {
    begun running(TENON_OP_REFRESH);
    REQUIRE(running.step(reply_of(TENON_ACTION_SLEEP)) == TENON_OK);
    tenon_reply reply = reply_of(TENON_ACTION_CALL);
    reply.call_status = TENON_UNSUPPORTED;
    REQUIRE(running.step(reply) == TENON_OK);
    REQUIRE(running.action.kind == TENON_ACTION_FAIL);
    CHECK(text(running.action.error->details.items[0].value) == "3");
}

TEST_CASE("whatever an operation throws is a failure, and says nothing of what was thrown") {
    for (const char* how : {"throw", "throw-int"}) {
        const outcome out = drive(prober(), TENON_OP_PROFILE).param("account_id", how).run();
        CHECK(out.status == TENON_OK);
        CHECK(out.category == TENON_ERROR_PROVIDER);
        CHECK(out.code == "plugin_bug");
        CHECK(out.message.find("canary") == std::string::npos);
    }
    CHECK(
        drive(prober(), TENON_OP_PROFILE).param("account_id", "fail").run().category ==
        TENON_ERROR_SCOPE
    );
    CHECK(probe::alive == 0);
}

#if !defined(__clang__)  // which refuses to compile it
TEST_CASE("an operation that runs off its end has failed, and sends nothing twice") {
    const auto& forgetful = *tenon::plugin_of<probe::forgetful_provider>::entry()->providers[0];
    const outcome out = drive(forgetful, TENON_OP_REFRESH).reply(200, "{}").run();
    CHECK(out.status == TENON_OK);
    CHECK(out.requests.size() == 1);
    CHECK(out.category == TENON_ERROR_PROVIDER);
    CHECK(out.code == "plugin_bug");
}
#endif

TEST_CASE("a reply that was not waited for is refused, and harms nothing") {
    begun running(TENON_OP_EXCHANGE);
    CHECK(running.step(reply_of(TENON_ACTION_SLEEP)) == TENON_INVALID);
    CHECK(running.step(reply_of(TENON_ACTION_CALL)) == TENON_INVALID);
    CHECK(running.step(reply_of(TENON_ACTION_DONE)) == TENON_INVALID);
    CHECK(running.step(reply_of(99)) == TENON_INVALID);
    CHECK(running.step(reply_of(TENON_ACTION_HTTP, nullptr)) == TENON_INVALID);
    tenon_http_response response = {};
    response.struct_size = sizeof(response);
    CHECK(running.step(reply_of(TENON_ACTION_HTTP, &response)) == TENON_OK);
    CHECK(running.action.kind == TENON_ACTION_HTTP);
}

TEST_CASE("a step after the end is refused") {
    begun running(TENON_OP_PROFILE);
    REQUIRE(running.action.kind == TENON_ACTION_DONE);
    CHECK(running.step(reply_of(TENON_ACTION_DONE)) == TENON_INVALID);
    CHECK(running.step(reply_of(TENON_ACTION_HTTP)) == TENON_INVALID);
}

TEST_CASE("null pointers are refused") {
    const tenon_op_input input = input_of(TENON_OP_PROFILE);
    tenon_action action = action_of();
    tenon_op* op = nullptr;
    CHECK(prober().op_begin(nullptr, &input, &op, &action) == TENON_INVALID);
    CHECK(prober().op_begin(&prober(), nullptr, &op, &action) == TENON_INVALID);
    CHECK(prober().op_begin(&prober(), &input, nullptr, &action) == TENON_INVALID);
    CHECK(prober().op_begin(&prober(), &input, &op, nullptr) == TENON_INVALID);
    const tenon_reply reply = reply_of(TENON_ACTION_HTTP);
    CHECK(prober().op_step(nullptr, &reply, &action) == TENON_INVALID);
    prober().op_destroy(nullptr);
    CHECK(prober().get_extension(&prober(), tenon::borrow("anything/1")) == nullptr);
}

TEST_CASE("an operation can be destroyed in every state, and leaves nothing alive") {
    for (int steps = 0; steps <= 2; ++steps) {
        begun running(TENON_OP_EXCHANGE);
        CHECK(probe::alive == 1);
        tenon_http_response response = {};
        response.struct_size = sizeof(response);
        for (int i = 0; i < steps; ++i) {
            REQUIRE(running.step(reply_of(TENON_ACTION_HTTP, &response)) == TENON_OK);
        }
    }
    CHECK(probe::alive == 0);
}
