#include "provider/operation.hpp"

#include "crypto/hash.hpp"
#include "unit/provider/fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>

using namespace tenon::test;

TEST_CASE("an authorization URL is built from the plugin's request") {
    world all;
    auto out = all.perform(request_of(operation_kind::authorize));
    REQUIRE(out.has_value());
    CHECK(
        out->authorize_url ==
        "https://login.example.test/authorize?response_type=code&client_id=client%201&"
        "redirect_uri=https%3A%2F%2Fus.test%2Fcb%3Fx%3D1&state=st%26te&scope=read"
    );
    CHECK(all.http.seen.empty());
}

TEST_CASE("an exchange of two requests yields what the provider granted") {
    world all;
    all.http.answer(200, "short");
    all.http.answer(200, "long");
    const auto now = all.time.now();
    auto out = all.perform(request_of(operation_kind::exchange));
    REQUIRE(out.has_value());
    REQUIRE(out->grants.size() == 1);
    CHECK(out->grants[0].access_token.reveal() == "short+long");
    CHECK(out->grants[0].expires_at == now + milliseconds(1000));
    REQUIRE(all.http.seen.size() == 2);
    CHECK(
        all.http.seen[0].body ==
        "grant_type=authorization_code&code=the-code&code_verifier=verifier-1&client_id=client+1&"
        "client_secret=se%2Bcret"
    );
    CHECK(all.http.seen[0].label == "well exchange");
    CHECK(all.http.seen[1].url == "https://api.example.test/long?short=short");
}

TEST_CASE("a profile is told by fields, with a host call and a pause on the way") {
    world all;
    all.http.answer(200, "account-7");
    auto out = all.perform(request_of(operation_kind::profile));
    REQUIRE(out.has_value());
    CHECK(out->field("account_id")->value == "account-7");
    CHECK(out->field("proof")->value == to_hex(hmac_sha256("se+cret", "access-1")));
    CHECK(out->field("raw")->is_json);
    CHECK(out->field("nobody") == nullptr);
    CHECK(
        all.http.seen.at(0).headers.at(0) ==
        std::pair<std::string, std::string>{"Authorization", "Bearer access-1"}
    );
}

TEST_CASE("the next client secret is used when the caller asks for it") {
    world all;
    all.http.answer(200, "t");
    auto request = request_of(operation_kind::refresh);
    request.client_secret_index = 1;
    request.client_id = "recorded";
    REQUIRE(all.perform(request).has_value());
    CHECK(all.http.seen[0].body == "refresh_token=refresh-1&client_id=recorded&client_secret=old");
}

TEST_CASE("a failure carries the provider's answer and what the host knows of the request") {
    world all;
    SECTION("an answer that says no") {
        all.http.answer(400, "");
        const auto failed = all.perform(request_of(operation_kind::refresh)).error();
        CHECK(failed.category == failure_category::revoked);
        CHECK(failed.code == "invalid_grant");
        CHECK(failed.http_status == 400);
        CHECK(failed.sent == request_sent::yes);
        CHECK_FALSE(failed.grant_reply_pending);
    }
    SECTION("no answer, and it may have been received") {
        all.http.fail(transport::reset, request_sent::maybe);
        const auto failed = all.perform(request_of(operation_kind::refresh)).error();
        CHECK(failed.outcome == transport::reset);
        CHECK(failed.grant_reply_pending);
    }
    SECTION("never sent") {
        all.http.fail(transport::connect, request_sent::no);
        const auto failed = all.perform(request_of(operation_kind::refresh)).error();
        CHECK(failed.outcome == transport::connect);
        CHECK_FALSE(failed.grant_reply_pending);
    }
    SECTION("an answer too large to be read is lost like one that never came") {
        all.http.fail(transport::too_large, request_sent::yes);
        CHECK(all.perform(request_of(operation_kind::refresh)).error().grant_reply_pending);
    }
}

TEST_CASE(
    "a failure's message holds none of the operation's secrets, even if the provider echoes them"
) {
    world all({[] {
        auto out = section("well");
        out.client_secrets = {secret("client-secret"), secret("old-secret")};
        return out;
    }()});
    all.http.answer(
        400, "code the-code, verifier-1, refresh-1 and access-1 for client-secret or old-secret"
    );
    const auto failed = all.perform(request_of(operation_kind::exchange)).error();
    CHECK(
        failed.message ==
        "code [redacted], [redacted], [redacted] and [redacted] for [redacted] or [redacted]"
    );
}

TEST_CASE("each departure from the contract is a typed failure that says what it was") {
    const auto way = GENERATE(
        std::pair{"two_pointers", "action.http"}, std::pair{"wrong_pointer", "action.http"},
        std::pair{"null_pointer", "action.http"}, std::pair{"unknown_kind", "77"},
        std::pair{"no_kind", "action.kind"}, std::pair{"huge_sleep", "sleep_ms"},
        std::pair{"null_text", "http.url"}, std::pair{"huge_text", "http.url"},
        std::pair{"huge_count", "http.query"}, std::pair{"null_list", "http.form"},
        std::pair{"odd_struct_size", "struct_size is 13"},
        std::pair{"zero_struct_size", "struct_size is 0"}, std::pair{"not_utf8", "UTF-8"},
        std::pair{"unknown_flag", "http.flags"},
        std::pair{"unknown_kv_flag", "http.headers: bits that this host does not know (8)"},
        std::pair{"reserved_in_kv", "http.headers: a reserved field is 1"},
        std::pair{"reserved_in_action", "action: a reserved field is 5"},
        std::pair{"reserved_in_call", "action.call: a reserved field is 1"},
        std::pair{"unknown_grant_flag", "grant.flags"},
        std::pair{"grants_in_profile", "result.grants"}, std::pair{"null_grant", "result.grants"},
        std::pair{"bad_json_field", "result.fields"}, std::pair{"header_with_newline", "x-a"},
        std::pair{"begin_invalid", "INVALID"}, std::pair{"begin_nomem", "NOMEM"},
        std::pair{"begin_unsupported", "UNSUPPORTED"}, std::pair{"begin_odd_status", "99"},
        std::pair{"begin_failed_with_op", "INTERNAL"},
        std::pair{"begin_without_op", "without an operation"},
        std::pair{"step_internal", "INTERNAL"}
    );
    const std::string name = way.first;
    INFO(name);
    world all({section(name)});
    const auto out = all.perform(request_of(operation_kind::profile), name);
    REQUIRE(out.has_error());
    CHECK(out.error().code == "plugin_broke_contract");
    INFO(out.error().message);
    CHECK(out.error().message.find(way.second) != std::string::npos);
    CHECK(all.http.seen.empty());
    const auto counted = counters_of(all.instance(name));
    CHECK(counted.begun == counted.destroyed);
}

TEST_CASE("a refresh ends with one grant, and an exchange with one a slot") {
    const auto ask = [](const char* name, operation_kind kind) {
        world all({section(name)});
        const auto out = all.perform(request_of(kind), name);
        return out.has_error() ? out.error().message : std::string("granted");
    };
    CHECK(ask("two_grants", operation_kind::refresh).find("exactly one") != std::string::npos);
    CHECK(ask("one_slot_twice", operation_kind::exchange).find("twice") != std::string::npos);
    // Two slots are read; whether the descriptor has them is judged after.
    CHECK(ask("two_grants", operation_kind::exchange).find("slot 'user'") != std::string::npos);
}

TEST_CASE("an exception that a plugin lets out ends its operation, and nothing else") {
    const auto way = GENERATE(
        std::pair{"begin_throws", "op_begin let an exception out"},
        std::pair{"step_throws", "op_step let an exception out"},
        std::pair{"destroy_throws", "let no exception out but in op_destroy"}
    );
    const std::string name = way.first;
    INFO(name);
    world all({section(name)});
    const auto out = all.perform(request_of(operation_kind::profile), name);
    REQUIRE(out.has_error());
    INFO(out.error().message);
    CHECK(out.error().message.find(way.second) != std::string::npos);
}

TEST_CASE("a plugin that never ends is ended") {
    world all({section("endless")});
    const auto out = all.perform(request_of(operation_kind::profile), "endless");
    REQUIRE(out.has_error());
    CHECK(out.error().code == "step_budget");
    const auto counted = counters_of(all.instance("endless"));
    CHECK(counted.begun == counted.destroyed);
}

TEST_CASE("the deadline bounds each request, and ends the operation") {
    world all;
    auto request = request_of(operation_kind::exchange);
    request.deadline = milliseconds(500);
    all.http.answer(200, "short");
    all.http.on_send = [&] { all.time.advance(milliseconds(501)); };
    const auto out = all.perform(std::move(request));
    REQUIRE(out.has_error());
    CHECK(out.error().code == "deadline");
    REQUIRE(all.http.seen.size() == 1);
    CHECK(all.http.seen[0].timeout == milliseconds(500));
}

TEST_CASE("an operation that the descriptor does not have is not begun") {
    world all;
    const auto out = all.perform(request_of(operation_kind::describe));
    REQUIRE(out.has_error());
    CHECK(out.error().category == failure_category::unsupported);
}

TEST_CASE("a base URL that the provider names must be a declared API origin") {
    world all;
    const auto ask = [&](std::string url) {
        auto request = request_of(operation_kind::refresh);
        request.params.emplace_back("shop", "!" + url);
        all.http.answer(200, "t");
        return all.perform(std::move(request));
    };
    CHECK(
        ask("https://blue-shop.example.test/v1")->grants.at(0).base_url ==
        "https://blue-shop.example.test/v1"
    );
    CHECK(ask("https://evil.test").error().code == "base_url");
    CHECK(ask("https://token.example.test").error().code == "base_url");
}

TEST_CASE("cancelled at any wait, the operation is destroyed") {
    for (std::size_t answers = 0; answers < 2; ++answers) {
        world all;
        for (std::size_t i = 0; i < answers; ++i) {
            all.http.answer(200, "x");
        }
        const auto before = counters_of(all.instance());
        boost::asio::io_context context;
        boost::asio::cancellation_signal stop;
        std::exception_ptr thrown;
        all.http.on_send = [&] {
            if (all.http.seen.size() > answers) {
                boost::asio::post(context, [&] {
                    stop.emit(boost::asio::cancellation_type::terminal);
                });
            }
        };
        boost::asio::co_spawn(
            context,
            run_operation(all.instance(), request_of(operation_kind::exchange), all.http, all.time),
            boost::asio::bind_cancellation_slot(
                stop.slot(),
                [&](std::exception_ptr failed, const operation_result&) { thrown = failed; }
            )
        );
        context.run();
        CHECK(thrown != nullptr);
        const auto after = counters_of(all.instance());
        CHECK(after.begun == before.begun + 1);
        CHECK(after.destroyed == before.destroyed + 1);
    }
}

TEST_CASE("abandoned with its executor, the operation is destroyed") {
    world all;
    const auto before = counters_of(all.instance());
    {
        boost::asio::io_context context;
        boost::asio::co_spawn(
            context,
            run_operation(all.instance(), request_of(operation_kind::exchange), all.http, all.time),
            boost::asio::detached
        );
        context.poll();
    }
    CHECK(counters_of(all.instance()).destroyed == before.destroyed + 1);
}

TEST_CASE("an operation keeps its plugin loaded when the registry is gone") {
    standing_clock time;
    scripted_http http(time);
    http.answer(200, "t");
    provider_handle kept;
    {
        const registry providers(
            in_process({std::string(TENON_TEST_PLUGINS) + "/good"}, {section("well")}), http, time
        );
        kept = *providers.find("well");
    }
    CHECK(run(run_operation(kept, request_of(operation_kind::refresh), http, time)).has_value());
}

TEST_CASE("each category becomes an error of the REST contract") {
    operation_failure failed;
    failed.category = failure_category::rate_limited;
    failed.retry_after = milliseconds(1001);
    failed.message = "slow down";
    failed.code = "ratelimited";
    const auto told = to_error(failed, "slack");
    CHECK(told.code == errc::rate_limited);
    CHECK(told.retry_after == std::chrono::seconds(2));
    CHECK(told.message == "slack: slow down [ratelimited]");
    failed.category = failure_category::unavailable;
    CHECK(to_error(failed, "x").code == errc::provider_unavailable);
    failed.outcome = transport::timeout;
    CHECK(to_error(failed, "x").code == errc::provider_timeout);
}
