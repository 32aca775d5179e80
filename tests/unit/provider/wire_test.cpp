// What comes from a worker is foreign: any bytes are read without harm, and judged.
#include "provider/plugin_op.hpp"
#include "provider/worker_answers.hpp"
#include "provider/worker_calls.hpp"
#include "unit/provider/fixture.hpp"

#include <random>

using namespace tenon::test;

namespace {

constexpr std::uint64_t op = 7;

// A frame's content, without its length.
auto content_of(std::string frame) -> std::string {
    return frame.substr(4);
}

auto request() -> http_action {
    http_action out;
    out.flags = TENON_HTTP_GRANT_REPLY;
    out.method = "POST";
    out.url = "https://token.example.test/{shop}";
    out.path_params = {{"shop", "s", 0}};
    out.form = {{"code", "c\n", TENON_KV_SECRET}, {"x", "${client_id}", TENON_KV_TEMPLATE}};
    out.headers = {{"x-a", "b", 0}};
    out.timeout_ms = 5;
    out.max_body_bytes = 6;
    return out;
}

auto exchange_end() -> done_action {
    done_action out;
    granted grant;
    grant.slot = "bot";
    grant.access_token = secret("token");
    grant.metadata_json = "{}";
    grant.expires_at = time_point(milliseconds(1'700'000'000'000));
    out.output.grants.push_back(std::move(grant));
    out.output.fields.push_back({"raw", "{}", true, false});
    return out;
}

auto failure() -> fail_action {
    fail_action out;
    out.failure.category = failure_category::rate_limited;
    out.failure.code = "slow_down";
    out.failure.retry_after = milliseconds(3000);
    out.failure.details = {{"field", "is wrong"}};
    return out;
}

auto frames() -> std::vector<std::string> {
    const auto library = plugin_library::load(plugin_file("good/well"));
    REQUIRE(library);
    return {
        content_of(action_frame(op, request())),
        content_of(action_frame(op, exchange_end())),
        content_of(action_frame(op, failure())),
        content_of(action_frame(op, call_action{"tenon.hmac-sha256/1", {{"key", "k", 0}}})),
        content_of(action_frame(op, sleep_action{milliseconds(9)})),
        content_of(action_frame(op, broken_action{"as it happens"})),
        content_of(greeting_frame(**library))};
}

// Reads it as each thing that it could be.
void read_as_all(const std::string& content) {
    for (const auto kind : {operation_kind::exchange, operation_kind::describe}) {
        action_message message(content, op, kind);
        (void)message.action();
    }
    (void)read_greeting(content);
    wire_reader begin(content);
    (void)read_begin(begin);
    wire_reader step(content);
    const step_message told(step);
}

}  // namespace

TEST_CASE("an action comes over the wire as it was sent") {
    action_message message(content_of(action_frame(op, request())), op, operation_kind::exchange);
    const auto& got = std::get<http_action>(message.action());
    CHECK(got.flags == TENON_HTTP_GRANT_REPLY);
    CHECK(got.url == "https://token.example.test/{shop}");
    CHECK(got.form.at(0).value == "c\n");
    CHECK(got.form.at(1).flags == TENON_KV_TEMPLATE);
    CHECK(got.headers.at(0).key == "x-a");
    CHECK(got.timeout_ms == 5);
    action_message end(content_of(action_frame(op, exchange_end())), op, operation_kind::exchange);
    const auto& done = std::get<done_action>(end.action());
    CHECK(done.output.grants.at(0).slot == "bot");
    CHECK(done.output.grants.at(0).access_token.reveal() == "token");
    CHECK(done.output.grants.at(0).expires_at == time_point(milliseconds(1'700'000'000'000)));
    CHECK(done.output.fields.at(0).is_json);
    action_message failed(content_of(action_frame(op, failure())), op, operation_kind::profile);
    const auto& why = std::get<fail_action>(failed.action()).failure;
    CHECK(why.category == failure_category::rate_limited);
    CHECK(why.retry_after == milliseconds(3000));
    CHECK(why.details.at(0).field == "field");
}

TEST_CASE("a descriptor comes over the wire as it was sent") {
    const auto library = plugin_library::load(plugin_file("good/well"));
    REQUIRE(library);
    const auto greeting = read_greeting(content_of(greeting_frame(**library)));
    REQUIRE(greeting);
    const auto& sent = (*library)->providers().at(0).about;
    const auto& got = greeting->providers.at(0).about;
    CHECK(got.id == sent.id);
    CHECK(got.operations == sent.operations);
    CHECK(got.refresh->rotates == sent.refresh->rotates);
    CHECK(got.origins.size() == sent.origins.size());
    CHECK(got.origins.at(3).url == sent.origins.at(3).url);
    CHECK(got.connect_fields.at(0).pattern == sent.connect_fields.at(0).pattern);
    CHECK(got.scopes.at(0).by_default == sent.scopes.at(0).by_default);
    CHECK(got.host_calls == sent.host_calls);
}

TEST_CASE("a greeting of more providers, or refusals, than a plugin may have is none") {
    const auto library = plugin_library::load(plugin_file("good/well"));
    REQUIRE(library);
    const auto greeting = [&](std::size_t refusals, std::size_t providers) {
        wire_writer out;
        out.number(static_cast<std::uint32_t>(worker_answer::greeting));
        out.number(refusals);
        for (std::size_t i = 0; i < refusals; ++i) {
            out.text("no");
        }
        out.number(providers);
        for (std::size_t i = 0; i < providers; ++i) {
            put_descriptor(out, (*library)->providers().at(0).about);
            out.number(0);
        }
        return read_greeting(content_of(out.frame()));
    };
    CHECK(greeting(1024, 1).has_value());
    CHECK(greeting(0, 1024).has_value());
    CHECK(greeting(1025, 1).has_error());
    CHECK(greeting(0, 1025).has_error());
}

TEST_CASE("what a plugin was built for is known wherever it runs, so that it is sent nothing newer"
) {
    const auto library = plugin_library::load(plugin_file("described/misdescribed"));
    REQUIRE(library);
    CHECK((*library)->providers().at(0).abi_minor == 3);
    const auto greeting = read_greeting(content_of(greeting_frame(**library)));
    REQUIRE(greeting);
    CHECK(greeting->providers.at(0).abi_minor == 3);
}

TEST_CASE("a provider by credentials comes over the wire, and its grant as the template that it is"
) {
    const auto library = plugin_library::load(plugin_file("good/keyed"));
    REQUIRE(library);
    const auto greeting = read_greeting(content_of(greeting_frame(**library)));
    REQUIRE(greeting);
    const auto& got = greeting->providers.at(0).about;
    REQUIRE(got.credential_fields.size() == 3);
    CHECK(got.credential_fields[1].name == "password");
    CHECK(got.credential_fields[1].secret);
    CHECK(got.refresh->by_credentials);
    auto sent = exchange_end();
    sent.output.grants.at(0).is_template = true;
    const auto content = content_of(action_frame(op, sent));
    action_message validated(content, op, operation_kind::validate);
    CHECK(std::get<done_action>(validated.action()).output.grants.at(0).is_template);
    action_message exchanged(content, op, operation_kind::exchange);
    CHECK(std::holds_alternative<broken_action>(exchanged.action()));
}

TEST_CASE("what a worker sends is judged like what a plugin hands out in memory") {
    auto wrong = request();
    wrong.flags = 1U << 20U;
    action_message flags(content_of(action_frame(op, wrong)), op, operation_kind::exchange);
    CHECK(std::get<broken_action>(flags.action()).what.find("http.flags") != std::string::npos);
    auto binary = request();
    binary.url = std::string("https://a\0b", 11);
    action_message nul(content_of(action_frame(op, binary)), op, operation_kind::exchange);
    CHECK(std::get<broken_action>(nul.action()).what.find("http.url") != std::string::npos);
    action_message grants(
        content_of(action_frame(op, exchange_end())), op, operation_kind::profile
    );
    CHECK(std::holds_alternative<broken_action>(grants.action()));
    action_message other(content_of(action_frame(op + 1, request())), op, operation_kind::exchange);
    CHECK(std::holds_alternative<broken_action>(other.action()));
}

TEST_CASE("messages that are cut off anywhere, or have more than they should, are refused") {
    for (const auto& whole : frames()) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto part = whole.substr(0, size);
            action_message message(part, op, operation_kind::exchange);
            CHECK(std::holds_alternative<broken_action>(message.action()));
            CHECK(read_greeting(part).has_error());
        }
        read_as_all(whole + "x");
    }
}

TEST_CASE("messages with any byte changed are read without harm") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (const auto& whole : frames()) {
        for (int round = 0; round < 3'000; ++round) {
            auto changed = whole;
            for (auto left = 1 + random() % 4; left > 0; --left) {
                changed[random() % changed.size()] = static_cast<char>(random());
            }
            read_as_all(changed);
        }
    }
}

TEST_CASE("frames are found however their bytes come, and none longer than the limit") {
    wire_writer out;
    out.text("one");
    auto bytes = out.frame();
    out.text("two");
    bytes += out.frame();
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, bytes.size()}) {
        frame_buffer frames;
        std::vector<std::string> got;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            frames.append(std::string_view(bytes).substr(at, piece));
            while (auto frame = frames.next()) {
                got.push_back(std::move(*frame));
            }
        }
        CHECK(got.size() == 2);
        CHECK_FALSE(frames.broken());
    }
    frame_buffer long_one;
    long_one.append("\xff\xff\xff\xff rest");
    CHECK_FALSE(long_one.next());
    CHECK(long_one.broken());
}
