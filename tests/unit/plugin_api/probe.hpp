// probe.hpp: a provider whose operations do each thing that an operation can do, and count what is
// alive.
#pragma once

#include <tenon/sdk.hpp>

#include <stdexcept>
#include <string>

namespace probe {

inline int alive = 0;  // objects inside suspended operations

struct witness {
    witness() { ++alive; }
    witness(const witness&) = delete;
    auto operator=(const witness&) -> witness& = delete;
    ~witness() { --alive; }
};

class prober final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {
            .id = "probe",
            .display_name = "Probe",
            .host_calls = {"tenon.hmac-sha256/1"},
            .refresh = tenon::refresh_policy{.rotates = true, .reuse_grace_s = 7},
            .origins =
                {{"https://a.example", tenon::role::token},
                 {"https://b.example", tenon::role::api}},
            .scopes = {{"one", "The first", true}, {"two", "The second", false}},
            .slots = {{"x", "X"}},
            .config_fields =
                {{.name = "mode", .type = tenon::field_type::choice, .choices = {"p", "q"}},
                 {.name = "key", .required = true, .secret = true}},
            .quirks = {"some-quirk"},
        };
    }

    auto describe(const tenon::values& config) const -> tenon::description override {
        tenon::description what = about();
        what.display_name = "Probe of " + config.text("mode");
        what.without = tenon::operation_bit(TENON_OP_REVOKE);
        return what;
    }

    // Two requests; what came in must still be there after the first.
    auto exchange(tenon::exchange_input in) const -> tenon::op<tenon::tokens> override {
        const witness here;
        auto first = co_await tenon::post("https://a.example/" + std::string(40, 'x'))
                         .form("code", in.code + " and more than what fits into a small string")
                         .header("X-Long", std::string(50, 'h'))
                         .client_auth()
                         .grant_reply();
        auto second = co_await tenon::get("https://a.example/{id}")
                          .path("id", in.code)
                          .query("scope", in.scope);
        tenon::tokens user;
        user.slot("user").access_token(second.json().str("t"));
        co_return tenon::tokens{}
            .slot("bot")
            .access_token(first.json().str("t"))
            .metadata(tenon::json_object().text("code", in.code).str())
            .also(user);
    }

    // A pause and a call.
    auto refresh(tenon::refresh_input in) const -> tenon::op<tenon::tokens> override {
        const witness here;
        co_await tenon::sleep_for(50);
        auto mac = co_await tenon::call("tenon.hmac-sha256/1")
                       .arg("key", tenon::client_secret())
                       .arg("message", "m");
        if (!mac.ok) {
            co_return tenon::failure(tenon::category::provider, "no hmac")
                .field("status", std::to_string(mac.status));
        }
        co_return tenon::tokens{}.access_token(mac.out.text("hex")).scope(in.scope);
    }

    auto profile(tenon::profile_input in) const -> tenon::op<tenon::profile> override {
        const witness here;
        if (in.account_id == "throw") {
            throw std::runtime_error("secret-canary");
        }
        if (in.account_id == "throw-int") {
            throw 42;
        }
        if (in.account_id == "fail") {
            throw tenon::failed(tenon::category::scope, "no");
        }
        co_return tenon::profile{}.account_id(
            in.slot + in.connect.text("tenant") + in.config.text("mode")
        );
    }
};

class second_provider final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {.id = "second", .display_name = "Second", .required_host_minor = 3};
    }
};

#if !defined(__clang__)
class forgetful_provider final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        return {.id = "forgetful", .display_name = "Forgetful"};
    }
    auto refresh(tenon::refresh_input) const -> tenon::op<tenon::tokens> override {
        auto reply = co_await tenon::post("https://a.example/token").client_auth();
        if (!reply.ok()) {
            co_return tenon::tokens{};
        }
    }
};
#endif

class broken_provider final : public tenon::provider {
  public:
    auto about() const -> tenon::description override {
        throw std::runtime_error("no description");
    }
};

}  // namespace probe
