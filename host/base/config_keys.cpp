#include "base/config_keys.hpp"

#include "base/config_values.hpp"

#include <algorithm>
#include <array>

namespace tenon::host {
namespace {

constexpr std::size_t day = 86'400'000;  // in milliseconds

template <auto Member>
auto at(settings& values) -> config_target {
    return &(values.*Member);
}
template <auto Group, auto Member>
auto in(settings& values) -> config_target {
    return &(values.*Group.*Member);
}

using s = settings;
using out = outbound_settings;
using enc = encryption_settings;

constexpr std::array all_keys{
    config_key{"listen", at<&s::listen>},
    config_key{"admin_listen", at<&s::admin_listen>},
    config_key{"public_url", at<&s::public_url>},
    config_key{"data_dir", at<&s::data_dir>},
    config_key{"database", at<&s::database>},
    config_key{"database_connections", at<&s::database_connections>, {}, 0, 1'000},
    config_key{"auto_migrate", at<&s::auto_migrate>},
    config_key{"redis", at<&s::redis>},
    config_key{"redis_prefix", at<&s::redis_prefix>},
    config_key{"redirect_targets", at<&s::redirect_targets>},
    config_key{"bootstrap_api_key", at<&s::bootstrap_api_key>},
    config_key{"plugin_dirs", at<&s::plugin_dirs>},
    config_key{"plugins.require", in<&s::plugins, &plugin_settings::require>},
    config_key{"plugins.public_keys", in<&s::plugins, &plugin_settings::public_keys>},
    config_key{"catalogue", at<&s::catalogue>},
    config_key{"environment", at<&s::environment>},
    config_key{"threads", at<&s::threads>, {}, 0, 1'024},
    config_key{"token_cache_entries", at<&s::token_cache_entries>, {}, 0, 100'000'000},
    config_key{"audit_days", at<&s::audit_days>, {}, 0, 36'500},
    config_key{"revocation_hours", at<&s::revocation_hours>, {}, 0, 720},
    config_key{"credential_reads_days", at<&s::credential_reads_days>, {}, 0, 36'500},
    config_key{"refresh_concurrency", at<&s::refresh_concurrency>, {}, 1, 10'000},
    config_key{"log.level", at<&s::level>},
    config_key{"log.format", at<&s::format>},
    config_key{"tls.certificate", at<&s::tls_certificate>},
    config_key{"tls.private_key", at<&s::tls_private_key>},
    config_key{"security_headers", at<&s::security_headers>},
    config_key{"cors_origins", at<&s::cors_origins>},
    config_key{"trusted_proxies", at<&s::trusted_proxies>},
    config_key{
        "limits.header_bytes", in<&s::limits, &limit_settings::header_bytes>, {}, 1'024, 1'048'576},
    config_key{
        "limits.body_bytes", in<&s::limits, &limit_settings::body_bytes>, {}, 1'024, 1UL << 30},
    config_key{
        "limits.connections", in<&s::limits, &limit_settings::connections>, {}, 1, 1'000'000},
    config_key{"timeouts.header", in<&s::timeouts, &timeout_settings::header>, {}, 100, day},
    config_key{"timeouts.body", in<&s::timeouts, &timeout_settings::body>, {}, 100, day},
    config_key{"timeouts.request", in<&s::timeouts, &timeout_settings::request>, {}, 100, day},
    config_key{"timeouts.idle", in<&s::timeouts, &timeout_settings::idle>, {}, 100, day},
    config_key{"timeouts.write", in<&s::timeouts, &timeout_settings::write>, {}, 100, day},
    config_key{"timeouts.drain", in<&s::timeouts, &timeout_settings::drain>, {}, 0, day},
    config_key{
        "timeouts.operation", in<&s::timeouts, &timeout_settings::operation>, {}, 1'000, 600'000},
    config_key{
        "rate_limits.connect_per_15_minutes",
        in<&s::rate_limits, &rate_settings::connect_per_15_minutes>},
    config_key{
        "rate_limits.mutations_per_second",
        in<&s::rate_limits, &rate_settings::mutations_per_second>},
    config_key{
        "rate_limits.reads_per_second", in<&s::rate_limits, &rate_settings::reads_per_second>},
    config_key{
        "rate_limits.callbacks_per_minute",
        in<&s::rate_limits, &rate_settings::callbacks_per_minute>},
    config_key{
        "rate_limits.unknown_keys_per_second",
        in<&s::rate_limits, &rate_settings::unknown_keys_per_second>},
    config_key{"outbound.proxy", in<&s::outbound, &out::proxy>},
    config_key{"outbound.no_proxy", in<&s::outbound, &out::no_proxy>},
    config_key{"outbound.proxy_guards_addresses", in<&s::outbound, &out::proxy_guards_addresses>},
    config_key{"outbound.ca_file", in<&s::outbound, &out::ca_file>},
    config_key{"outbound.per_origin", in<&s::outbound, &out::per_origin>, {}, 1, 10'000},
    config_key{
        "encryption.key",
        in<&s::encryption, &enc::keys>,
        {"TOKEN_ENCRYPTION_KEY", "ENCRYPTION_KEY", "INTEGRATION_ENCRYPTION_KEY"}},
    config_key{"encryption.key_file", in<&s::encryption, &enc::key_file>},
    config_key{"encryption.passphrase", in<&s::encryption, &enc::passphrase>},
};

template <class... Fn>
struct overloaded : Fn... {
    using Fn::operator()...;
};
template <class... Fn>
overloaded(Fn...) -> overloaded<Fn...>;

template <class Value>
auto take(result<Value> parsed, Value& target) -> std::optional<std::string> {
    if (parsed.has_error()) {
        return parsed.error().message;
    }
    target = std::move(*parsed);
    return std::nullopt;
}

// What is wrong, or nothing.
auto set_scalar(const config_key& key, config_target target, const std::string& text)
    -> std::optional<std::string> {
    return std::visit(
        overloaded{
            [&](std::string* to) {
                *to = text;
                return std::optional<std::string>();
            },
            [&](secret* to) {
                *to = secret(text);
                return std::optional<std::string>();
            },
            [&](bool* to) { return take(parse_bool(text), *to); },
            [&](std::size_t* to) {
                const auto parse =
                    std::string_view(key.name).ends_with("_bytes") ? parse_bytes : parse_number;
                return take(parse(text, key.least, key.most), *to);
            },
            [&](milliseconds* to) { return take(parse_duration(text, key.least, key.most), *to); },
            [&](listen_address* to) { return take(parse_listen(text), *to); },
            [&](log_level* to) { return take(parse_level(text), *to); },
            [&](log_format* to) { return take(parse_format(text), *to); },
            [&](plugin_requirement* to) { return take(parse_requirement(text), *to); },
            [&](std::vector<std::string>* to) {
                to->assign(1, text);
                return std::optional<std::string>();
            },
            [&](std::vector<secret>* to) {
                to->assign(1, secret(text));
                return std::optional<std::string>();
            },
        },
        target
    );
}

// False if the key is no list.
auto set_list(config_target target, const std::vector<std::string>& texts) -> bool {
    if (auto* const* plain = std::get_if<std::vector<std::string>*>(&target)) {
        **plain = texts;
        return true;
    }
    if (auto* const* secrets = std::get_if<std::vector<secret>*>(&target)) {
        (*secrets)->clear();
        for (const auto& text : texts) {
            (*secrets)->emplace_back(text);
        }
        return true;
    }
    return false;
}

auto is_list(const config_target& target) -> bool {
    return std::holds_alternative<std::vector<std::string>*>(target) ||
           std::holds_alternative<std::vector<secret>*>(target);
}

auto split(std::string_view text) -> std::vector<std::string> {
    std::vector<std::string> parts;
    while (!text.empty()) {
        auto part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        const auto first = part.find_first_not_of(' ');
        if (first != std::string_view::npos) {
            parts.emplace_back(part.substr(first, part.find_last_not_of(' ') - first + 1));
        }
    }
    return parts;
}

auto list_text(const std::vector<std::string>& values) -> std::string {
    std::string text = "[";
    for (const auto& value : values) {
        text += (text.size() == 1 ? "\"" : ", \"") + value + "\"";
    }
    return text + "]";
}

auto presence(bool is_set) -> std::string {
    return is_set ? "(set)" : "";
}

}  // namespace

auto config_keys() -> std::span<const config_key> {
    return all_keys;
}

auto variable_of(std::string_view key) -> std::string {
    std::string name = "TENON_";
    for (const char c : key) {
        name += c == '.' || c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    }
    return name;
}

void set_key(
    const config_key& key, settings& values, const config_node& node, config_problems& problems
) {
    const auto target = key.target(values);
    const std::string name = key.name;
    if (node.is == config_node::shape::absent) {
        return;
    }
    problems.note(name, node.where);
    if (node.is == config_node::shape::scalar) {
        if (const auto problem = set_scalar(key, target, node.text)) {
            problems.add(node.where, name, "`" + name + "` " + *problem);
        }
        return;
    }
    std::vector<std::string> texts;
    for (const auto& item : node.items) {
        if (item.is == config_node::shape::scalar) {
            texts.push_back(item.text);
        } else if (item.is != config_node::shape::absent) {
            problems.add(item.where, name, "`" + name + "` must be a list of single values");
            return;
        }
    }
    if (node.is == config_node::shape::map || !set_list(target, texts)) {
        const auto* const what = is_list(target) ? "a list of single values" : "a single value";
        problems.add(node.where, name, "`" + name + "` must be " + what);
    }
}

void set_key_from_text(
    const config_key& key, settings& values, const std::string& where, const std::string& text,
    config_problems& problems
) {
    const auto target = key.target(values);
    problems.note(key.name, where);
    if (set_list(target, split(text))) {
        return;
    }
    if (const auto problem = set_scalar(key, target, text)) {
        problems.add(where, key.name, "`" + std::string(key.name) + "` " + *problem);
    }
}

auto key_to_text(const config_key& key, const settings& values) -> std::string {
    auto copy = values;
    return std::visit(
        overloaded{
            [](const std::string* value) { return *value; },
            [](const secret* value) { return presence(!value->empty()); },
            [](const bool* value) { return std::string(*value ? "true" : "false"); },
            [](const std::size_t* value) { return std::to_string(*value); },
            [](const milliseconds* value) { return duration_text(*value); },
            [](const listen_address* value) { return listen_text(*value); },
            [](const log_level* value) { return level_text(*value); },
            [](const log_format* value) { return format_text(*value); },
            [](const plugin_requirement* value) { return requirement_text(*value); },
            [](const std::vector<std::string>* value) { return list_text(*value); },
            [](const std::vector<secret>* value) { return presence(!value->empty()); },
        },
        key.target(copy)
    );
}

}  // namespace tenon::host
