#include "provider/worker_answers.hpp"

#include "base/utf8.hpp"

#include <seccomp.h>

#include <cstdlib>

namespace tenon::host {
namespace {

// Told by a worker: shown only as far as it is a sentence.
auto sentence(std::string_view told) -> std::string {
    constexpr std::size_t longest = 1000;
    return told.size() <= longest && is_text(told) ? std::string(told)
                                                   : "the worker's own words can't be shown";
}

auto not_understood() -> error {
    return fail(
        errc::invalid_request,
        "the plugin's worker answered with what is no greeting of this host's"
    );
}

}  // namespace

auto call_name(std::uint64_t number) -> std::string {
    std::string out = std::to_string(number);
    if (char* name =
            ::seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, static_cast<int>(number))) {
        out = name;
        std::free(name);
    }
    return out;
}

auto greeting_frame(const plugin_library& library) -> std::string {
    wire_writer out;
    out.number(static_cast<std::uint32_t>(worker_answer::greeting));
    out.number(library.refused().size());
    for (const auto& line : library.refused()) {
        out.text(line);
    }
    out.number(library.providers().size());
    for (const auto& provider : library.providers()) {
        put_descriptor(out, provider.about);
        out.number(provider.abi_minor);
    }
    return out.frame();
}

auto refusal_frame(const std::string& why) -> std::string {
    wire_writer out;
    out.number(static_cast<std::uint32_t>(worker_answer::refusal));
    out.text(why);
    return out.frame();
}

auto answer_of(wire_reader& from) -> worker_answer {
    return static_cast<worker_answer>(from.number32());
}

auto read_greeting(std::string_view content) -> result<worker_greeting> {
    wire_reader from(content);
    const auto what = answer_of(from);
    if (what == worker_answer::refusal) {
        return fail(errc::invalid_request, sentence(from.text()));
    }
    if (what != worker_answer::greeting) {
        return not_understood();
    }
    worker_greeting out;
    constexpr std::size_t least_line = 8;
    const auto lines = from.count(least_line);
    if (lines > plugin_library::most_providers) {
        return not_understood();
    }
    for (std::size_t i = 0; i < lines; ++i) {
        out.refused.push_back(sentence(from.text()));
    }
    constexpr std::size_t least_descriptor = 200;
    const auto count = from.count(least_descriptor);
    if (count > plugin_library::most_providers) {
        return not_understood();
    }
    for (std::size_t i = 0; i < count && from.ok(); ++i) {
        const wire_descriptor told(from);
        const auto abi_minor = from.number32();
        auto about = read_descriptor(told.get());
        if (!from.ok()) {
            break;
        }
        if (about.has_error()) {
            return about.error();
        }
        out.providers.push_back({nullptr, std::move(*about), abi_minor});
    }
    if (!from.at_end() || out.providers.empty()) {
        return not_understood();
    }
    return out;
}

action_message::action_message(std::string content, std::uint64_t op, operation_kind kind)
    : content_(std::move(content)) {
    wire_reader from(content_);
    const bool ours = answer_of(from) == worker_answer::action && from.number() == op;
    abi_.struct_size = sizeof abi_;
    abi_.kind = from.number32();
    if (ours && abi_.kind == 0) {
        const auto what = from.text();
        action_ = broken_action{sentence(what)};
        return;
    }
    if (ours) {
        read(from);
    }
    if (!ours || !from.at_end()) {
        action_ = broken_action{"its worker answered with what is no action"};
        return;
    }
    action_ = read_action(abi_, kind);
}

void action_message::read(wire_reader& from) {
    switch (abi_.kind) {
        case TENON_ACTION_HTTP:
            read_request(from, http_);
            abi_.http = &http_;
            break;
        case TENON_ACTION_CALL:
            call_.struct_size = sizeof call_;
            call_.id = as_str(from.text());
            call_.args = lists_.pairs(from);
            abi_.call = &call_;
            break;
        case TENON_ACTION_SLEEP: abi_.sleep_ms = from.number32(); break;
        case TENON_ACTION_DONE: read_result(from); break;
        case TENON_ACTION_FAIL: read_error(from); break;
        default: break;  // read_action says so
    }
}

void action_message::read_request(wire_reader& from, tenon_http_request& to) {
    to.struct_size = sizeof to;
    to.flags = from.number32();
    to.method = as_str(from.text());
    to.url = as_str(from.text());
    for (auto* list : {&to.path_params, &to.query, &to.form, &to.json, &to.headers}) {
        *list = lists_.pairs(from);
    }
    to.body = as_str(from.text());
    to.timeout_ms = from.number32();
    to.max_body_bytes = from.number32();
}

void action_message::read_result(wire_reader& from) {
    result_.struct_size = sizeof result_;
    constexpr std::size_t least_grant = 104;
    grants_.read(from, least_grant, [](wire_reader& in, tenon_grant& to) {
        to.flags = in.number32();
        for (auto* text :
             {&to.slot, &to.account_id, &to.access_token, &to.refresh_token, &to.id_token,
              &to.token_type, &to.scope, &to.base_url, &to.metadata_json}) {
            *text = as_str(in.text());
        }
        for (auto* moment :
             {&to.expires_at_ms, &to.refresh_expires_at_ms, &to.refresh_not_before_ms}) {
            *moment = static_cast<std::int64_t>(in.number());
        }
    });
    result_.grants = grants_.data();
    result_.grant_count = static_cast<std::uint32_t>(grants_.size());
    if (from.number() != 0) {
        read_request(from, http_);
        result_.authorize = &http_;
    }
    if (from.number() != 0) {
        description_ = std::make_unique<wire_descriptor>(from);
        result_.descriptor = description_->get();
    }
    result_.fields = lists_.pairs(from);
    abi_.result = &result_;
}

void action_message::read_error(wire_reader& from) {
    error_.struct_size = sizeof error_;
    error_.category = from.number32();
    error_.retry_after_ms = from.number32();
    error_.http_status = from.number32();
    error_.code = as_str(from.text());
    error_.message = as_str(from.text());
    error_.details = lists_.pairs(from);
    abi_.error = &error_;
}

}  // namespace tenon::host
