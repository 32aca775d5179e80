#include "plugin_driver.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace tenon::test {
namespace {

auto copy(tenon_str text) -> std::string {
    return {text.ptr == nullptr ? "" : text.ptr, text.len};
}

auto copy(tenon_kvs list) -> pairs {
    pairs out;
    for (std::size_t i = 0; i < list.count; ++i) {
        const tenon_kv& item = list.items[i];
        out.push_back({copy(item.key), copy(item.value), item.flags});
    }
    return out;
}

auto copy(const tenon_http_request& from) -> sent_request {
    return {copy(from.method), copy(from.url),         copy(from.body),
            from.flags,        copy(from.path_params), copy(from.query),
            copy(from.form),   copy(from.json),        copy(from.headers)};
}

// What the host lends: overwritten and freed when the call is over.
class loan {
  public:
    loan() = default;
    loan(const loan&) = delete;
    auto operator=(const loan&) -> loan& = delete;
    ~loan() {
        for (auto& [bytes, size] : texts_) {
            std::memset(bytes.get(), '#', size);
        }
        for (auto& list : lists_) {
            std::fill(list.begin(), list.end(), tenon_kv{});
        }
    }

    auto text(const std::string& from) -> tenon_str {
        if (from.empty()) {
            return {nullptr, 0};
        }
        auto bytes = std::make_unique<char[]>(from.size());
        std::memcpy(bytes.get(), from.data(), from.size());
        const char* const at = bytes.get();
        texts_.emplace_back(std::move(bytes), from.size());
        return {at, from.size()};
    }

    auto list(const pairs& from) -> tenon_kvs {
        std::vector<tenon_kv> items;
        for (const pair& item : from) {
            items.push_back({text(item.name), text(item.value), item.flags, 0});
        }
        lists_.push_back(std::move(items));
        return {lists_.back().data(), lists_.back().size()};
    }

  private:
    std::vector<std::pair<std::unique_ptr<char[]>, std::size_t>> texts_;
    std::vector<std::vector<tenon_kv>> lists_;
};

auto fresh_action() -> tenon_action {
    tenon_action action = {};
    action.struct_size = sizeof(action);
    return action;
}

// Exactly the pointer of its kind is set.
void check_shape(const tenon_action& action) {
    const auto is = [&action](std::uint32_t kind) { return action.kind == kind; };
    const bool right = (action.http != nullptr) == is(TENON_ACTION_HTTP) &&
                       (action.call != nullptr) == is(TENON_ACTION_CALL) &&
                       (action.result != nullptr) == is(TENON_ACTION_DONE) &&
                       (action.error != nullptr) == is(TENON_ACTION_FAIL);
    if (!right) {
        throw std::logic_error("the action's pointers do not match its kind");
    }
    if (action.struct_size != sizeof(action)) {
        throw std::logic_error("the action's size was changed");
    }
}

auto copy(const tenon_grant& from) -> granted {
    return {copy(from.slot),          copy(from.account_id),      copy(from.access_token),
            copy(from.refresh_token), copy(from.id_token),        copy(from.token_type),
            copy(from.scope),         copy(from.base_url),        copy(from.metadata_json),
            from.expires_at_ms,       from.refresh_expires_at_ms, from.refresh_not_before_ms};
}

void take_result(const tenon_result& from, outcome& out) {
    out.done = true;
    for (std::uint32_t i = 0; i < from.grant_count; ++i) {
        out.grants.push_back(copy(*from.grants[i]));
        out.grants.back().is_template = (from.grants[i]->flags & TENON_GRANT_TEMPLATE) != 0;
    }
    out.fields = copy(from.fields);
    out.authorize = from.authorize == nullptr ? sent_request() : copy(*from.authorize);
    if (const auto* about = from.descriptor; about != nullptr) {
        out.descriptor_id = copy(about->id);
        out.descriptor_issuer = copy(about->issuer);
        out.descriptor_operations = about->operations;
        out.descriptor_pkce_mode = about->pkce_mode;
        out.descriptor_pkce_encoding = about->pkce_encoding;
        out.descriptor_client_auth = about->client_auth;
    }
}

void take_error(const tenon_error& from, outcome& out) {
    out.category = from.category;
    out.retry_after_ms = from.retry_after_ms;
    out.http_status = from.http_status;
    out.code = copy(from.code);
    out.message = copy(from.message);
    out.details = copy(from.details);
}

// An operation in flight: destroyed in whatever state it is.
struct in_flight {
    const tenon_provider& provider;
    tenon_op* op = nullptr;
    ~in_flight() {
        if (op != nullptr) {
            provider.op_destroy(op);
        }
    }
};

auto reply_of(std::uint32_t kind, std::int64_t now_ms) -> tenon_reply {
    tenon_reply reply = {};
    reply.struct_size = sizeof(reply);
    reply.kind = kind;
    reply.now_ms = now_ms;
    return reply;
}

auto step(const in_flight& running, const answer& from, std::int64_t now_ms, tenon_action& action)
    -> tenon_status {
    loan lent;
    tenon_http_response response = {};
    response.struct_size = sizeof(response);
    response.transport = from.transport;
    response.status = from.transport == TENON_TRANSPORT_OK ? from.status : 0;
    response.sent = from.sent;
    response.headers = lent.list(from.headers);
    response.body = lent.text(from.body);
    tenon_reply reply = reply_of(TENON_ACTION_HTTP, now_ms);
    reply.http = &response;
    action = fresh_action();
    return running.provider.op_step(running.op, &reply, &action);
}

auto step(
    const in_flight& running, const served_call& from, std::int64_t now_ms, tenon_action& action
) -> tenon_status {
    loan lent;
    tenon_reply reply = reply_of(TENON_ACTION_CALL, now_ms);
    reply.call_status = from.status;
    reply.call_out = lent.list(from.out);
    action = fresh_action();
    return running.provider.op_step(running.op, &reply, &action);
}

}  // namespace

auto get(const pairs& list, std::string_view name) -> std::string {
    const auto is = [name](const pair& item) { return item.name == name; };
    if (std::count_if(list.begin(), list.end(), is) > 1) {
        throw std::logic_error("repeated: " + std::string(name));
    }
    const auto found = std::find_if(list.begin(), list.end(), is);
    return found == list.end() ? "<none>" : found->value;
}

auto has(const pairs& list, std::string_view name) -> bool {
    return std::any_of(list.begin(), list.end(), [name](const pair& item) {
        return item.name == name;
    });
}

auto lost(std::uint32_t transport) -> answer {
    return {0, "", {}, transport, TENON_SENT_MAYBE};
}

plugin_library::plugin_library(const std::string& path)
    : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) {
        throw std::runtime_error(dlerror());
    }
    const auto entry = reinterpret_cast<tenon_plugin_entry_fn>(dlsym(handle_, TENON_PLUGIN_ENTRY));
    if (entry == nullptr) {
        throw std::runtime_error(path + " has no " TENON_PLUGIN_ENTRY);
    }
    plugin_ = entry();
    if (plugin_ == nullptr || plugin_->magic != TENON_PLUGIN_MAGIC) {
        throw std::runtime_error(path + " is no plugin");
    }
}

plugin_library::~plugin_library() {
    dlclose(handle_);
}

auto plugin_library::provider(std::string_view id) const -> const tenon_provider& {
    for (std::size_t i = 0; i < plugin_->provider_count; ++i) {
        if (copy(plugin_->providers[i]->descriptor->id) == id) {
            return *plugin_->providers[i];
        }
    }
    throw std::runtime_error("no provider " + std::string(id));
}

auto drive::add(pairs& list, std::string& name, std::string& value, std::uint32_t flags) -> drive& {
    list.push_back({std::move(name), std::move(value), flags});
    return *this;
}

auto drive::secret(std::string name) -> drive& {
    std::string value = "${" + name + "}";
    return add(params_, name, value, TENON_KV_TEMPLATE | TENON_KV_SECRET);
}

auto drive::reply(std::uint32_t status, std::string body, pairs headers) -> drive& {
    return reply(answer{status, std::move(body), std::move(headers)});
}

auto drive::reply(answer what) -> drive& {
    answers_.push_back(std::move(what));
    return *this;
}

auto drive::serve(tenon_status status, pairs call_out) -> drive& {
    served_.push_back({status, std::move(call_out)});
    return *this;
}

auto drive::begin(tenon_op** op, tenon_action* action) const -> tenon_status {
    loan lent;
    tenon_op_input input = {};
    input.host_minor = TENON_ABI_MINOR;
    input.struct_size = sizeof(input);
    input.kind = kind_;
    input.now_ms = now;
    input.config = lent.list(config_);
    input.params = lent.list(params_);
    input.connect = lent.list(connect_);
    input.slot = lent.text(slot_);
    return provider_.op_begin(&provider_, &input, op, action);
}

auto drive::run() -> outcome {
    outcome out;
    in_flight running{provider_};
    tenon_action action = fresh_action();
    out.status = begin(&running.op, &action);
    while (out.status == TENON_OK) {
        check_shape(action);
        const std::size_t used = out.requests.size();
        const auto now_ms = now + 1000 * static_cast<std::int64_t>(used + 1);
        if (action.kind == TENON_ACTION_HTTP) {
            out.requests.push_back(copy(*action.http));
            if (used == answers_.size()) {
                throw std::logic_error("unexpected request to " + out.requests.back().url);
            }
            out.status = step(running, answers_[used], now_ms, action);
        } else if (action.kind == TENON_ACTION_CALL) {
            out.calls.push_back({copy(action.call->id), copy(action.call->args)});
            if (out.calls.size() > served_.size()) {
                throw std::logic_error("unexpected call of " + out.calls.back().id);
            }
            out.status = step(running, served_[out.calls.size() - 1], now_ms, action);
        } else {
            break;
        }
    }
    if (out.requests.size() != answers_.size() || out.calls.size() != served_.size()) {
        throw std::logic_error("not all answers were asked for");
    }
    if (out.status != TENON_OK) {
        return out;
    }
    if (action.result != nullptr) {
        take_result(*action.result, out);
    }
    if (action.error != nullptr) {
        take_error(*action.error, out);
    }
    return out;
}

}  // namespace tenon::test
