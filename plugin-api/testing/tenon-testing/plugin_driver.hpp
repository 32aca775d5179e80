// plugin_driver.hpp: a fake host. Loads a plugin and drives one operation with scripted answers.
//
// It is as unkind as the ABI allows: what it lends lies in buffers of exactly its size, without
// terminator, and is overwritten as soon as the call returns. Every breach of contract throws.
#pragma once

#include <tenon/plugin.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::test {

/// A value as the plugin handed it out.
struct pair {
    std::string name, value;
    std::uint32_t flags = 0;
};
using pairs = std::vector<pair>;

/// The value of that name, or "<none>"; throws if the name repeats.
auto get(const pairs& list, std::string_view name) -> std::string;
auto has(const pairs& list, std::string_view name) -> bool;

/// A request as the plugin handed it out.
struct sent_request {
    std::string method, url, body;
    std::uint32_t flags = 0;
    pairs path, query, form, json, headers;
};

/// A call of a host service as the plugin handed it out.
struct sent_call {
    std::string id;
    pairs args;
};

/// What it is answered.
struct served_call {
    tenon_status status = TENON_OK;
    pairs out;
};

/// A scripted answer. Header names in lower case.
struct answer {
    std::uint32_t status = 200;
    std::string body;
    pairs headers;
    std::uint32_t transport = TENON_TRANSPORT_OK, sent = TENON_SENT_YES;
};
auto lost(std::uint32_t transport) -> answer;

/// One set of tokens, copied.
struct granted {
    std::string slot, account_id, access_token, refresh_token, id_token, token_type, scope,
        base_url, metadata;
    std::int64_t expires_at_ms = 0, refresh_expires_at_ms = 0, refresh_not_before_ms = 0;
    bool is_template = false;  // access_token names credentials
};

/// How an operation ended.
struct outcome {
    tenon_status status = TENON_OK;  // of the last call; anything else: the rest is empty
    bool done = false;
    std::vector<sent_request> requests;
    std::vector<sent_call> calls;
    std::vector<granted> grants;
    pairs fields;  // of the result
    sent_request authorize;
    std::string descriptor_id, descriptor_issuer;
    std::uint64_t descriptor_operations = 0;
    std::uint32_t descriptor_pkce_mode = 0, descriptor_pkce_encoding = 0;
    std::uint32_t descriptor_client_auth = 0;
    std::uint32_t category = 0, retry_after_ms = 0, http_status = 0;  // of the failure
    std::string code, message;
    pairs details;
};

/// A loaded plugin.
class plugin_library {
  public:
    explicit plugin_library(const std::string& path);
    plugin_library(const plugin_library&) = delete;
    auto operator=(const plugin_library&) -> plugin_library& = delete;
    ~plugin_library();

    auto plugin() const -> const tenon_plugin& { return *plugin_; }
    /// Throws if there is none of that id.
    auto provider(std::string_view id) const -> const tenon_provider&;

  private:
    void* handle_;
    const tenon_plugin* plugin_ = nullptr;
};

/// One operation under construction. The clock stands at `now` for the input and moves on a second
/// a reply.
class drive {
  public:
    static constexpr std::int64_t now = 1'790'000'000'000;

    drive(const tenon_provider& provider, std::uint32_t kind) : provider_(provider), kind_(kind) {}

    auto config(std::string name, std::string value) -> drive& {
        return add(config_, name, value, 0);
    }
    auto param(std::string name, std::string value) -> drive& {
        return add(params_, name, value, 0);
    }
    auto secret(std::string name) -> drive&;  // a parameter that stands for a host secret: ${name}
    auto connect(std::string name, std::string value) -> drive& {
        return add(connect_, name, value, 0);
    }
    auto slot(std::string name) -> drive& {
        slot_ = std::move(name);
        return *this;
    }
    auto reply(std::uint32_t status, std::string body, pairs headers = {}) -> drive&;
    auto reply(answer what) -> drive&;
    /// What the next call of a host service is answered.
    auto serve(tenon_status status, pairs call_out = {}) -> drive&;

    /// Runs to the end and destroys. Throws if answers are too few or too many.
    auto run() -> outcome;

  private:
    auto begin(tenon_op** op, tenon_action* action) const -> tenon_status;
    auto add(pairs& list, std::string& name, std::string& value, std::uint32_t flags) -> drive&;

    const tenon_provider& provider_;
    std::uint32_t kind_;
    pairs config_, params_, connect_;
    std::string slot_;
    std::vector<answer> answers_;
    std::vector<served_call> served_;
};

}  // namespace tenon::test
