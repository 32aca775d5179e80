#include "provider/describe.hpp"

#include "base/json.hpp"
#include "base/nearest.hpp"
#include "provider/instance.hpp"
#include "provider/plugin_op.hpp"

#include <tenon/descriptor.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

using nlohmann::json;

auto misconfigured(const std::string& provider, std::vector<field_problem> problems) -> error {
    auto message =
        "providers." + provider + "." + problems.front().field + ": " + problems.front().message;
    return error{errc::provider_misconfigured, std::move(message), {}, std::move(problems)};
}

// `scopes` is a key of its own, which plugins see beside theirs.
auto scopes_json(const std::vector<std::string>& scopes) -> std::string {
    return json(scopes).dump();
}

auto unknown_key(const std::vector<field_descriptor>& form, const std::string& key) -> std::string {
    std::vector<std::string> names{"client_id", "client_secret", "enabled",      "isolation",
                                   "origins",   "plugin",        "redirect_uri", "scopes"};
    for (const auto& field : form) {
        names.push_back(field.name);
    }
    const auto near = nearest_match(key, names);
    if (!near.empty()) {
        return "is unknown: did you mean `" + near + "`?";
    }
    std::string known;
    for (const auto& name : names) {
        known += (known.empty() ? "" : ", ") + name;
    }
    return "is unknown; known are: " + known;
}

auto check_section(const provider_draft& draft) -> result<std::map<std::string, std::string>> {
    std::map<std::string, std::string> values;
    std::vector<field_problem> problems;
    for (const auto& [key, value] : draft.settings.config) {
        const auto& form = draft.plugin_about().config_fields;
        const auto field = std::ranges::find(form, key, &field_descriptor::name);
        if (field == form.end()) {
            problems.push_back({key, unknown_key(form, key)});
        }
        const bool nested = field != form.end() &&
                            (field->type == field_type::list || field->type == field_type::map);
        if (field != form.end() && value.is_json && !nested) {
            problems.push_back({key, "must be a single value"});
        }
        values.emplace(key, value.text);
    }
    if (!problems.empty()) {
        return misconfigured(draft.settings.name, std::move(problems));
    }
    // A plugin that serves several providers is told what this one is called, if nobody says.
    constexpr auto shown_name = "display_name";
    const auto& fields = draft.plugin_about().config_fields;
    if (std::ranges::find(fields, shown_name, &field_descriptor::name) != fields.end()) {
        values.emplace(shown_name, draft.settings.name);
    }
    auto checked = check_fields(fields, std::move(values));
    if (checked.has_error()) {
        return misconfigured(draft.settings.name, checked.error().details);
    }
    return checked;
}

auto flags_of(const std::vector<field_descriptor>& form, const std::string& key) -> std::uint32_t {
    const auto field = std::ranges::find(form, key, &field_descriptor::name);
    if (field == form.end()) {
        return 0;
    }
    const bool nested = field->type == field_type::list || field->type == field_type::map;
    return (nested ? std::uint32_t{TENON_KV_JSON} : 0U) |
           (field->secret ? std::uint32_t{TENON_KV_SECRET} : 0U);
}

auto config_of(
    const provider_draft& draft, const std::map<std::string, std::string>& values,
    const std::string& metadata
) -> std::vector<key_value> {
    std::vector<key_value> out;
    for (const auto& [key, value] : values) {
        out.push_back({key, value, flags_of(draft.plugin_about().config_fields, key)});
    }
    if (!draft.settings.scopes.empty() && !values.contains("scopes")) {
        out.push_back({"scopes", scopes_json(draft.settings.scopes), TENON_KV_JSON});
    }
    if (!metadata.empty()) {
        out.push_back({"discovery", metadata, TENON_KV_JSON});
    }
    return out;
}

void trust_url(const std::string& text, trusted_origins& out) {
    if (const auto url = split(text, url_templates::refused)) {
        out.push_back(url->origin());
    }
}

void trust_json(const std::string& text, trusted_origins& out) {
    const auto parsed = parse_json(text);
    if (parsed.has_error() || !parsed->is_structured()) {
        return;
    }
    for (const auto& item : *parsed) {
        if (item.is_string()) {
            trust_url(item.get<std::string>(), out);
        }
    }
}

// Values that the operator gave, and the metadata that the host fetched. What the plugin's form
// fills in by default is the plugin's own word, and names nothing for the operator.
auto trusted_by(
    const provider_draft& draft, const std::map<std::string, std::string>& values,
    const std::string& metadata
) -> trusted_origins {
    trusted_origins out;
    for (const auto& [key, value] : values) {
        if (!draft.settings.config.contains(key)) {
            continue;
        }
        if ((flags_of(draft.plugin_about().config_fields, key) & TENON_KV_JSON) != 0) {
            trust_json(value, out);
        } else {
            trust_url(value, out);
        }
    }
    trust_json(metadata, out);
    return out;
}

auto judge_description(const std::string& name, any_action& action, const trusted_origins& trusted)
    -> result<descriptor> {
    if (auto* failed = std::get_if<fail_action>(&action)) {
        auto problems = std::move(failed->failure.details);
        if (problems.empty()) {
            problems.push_back({"plugin", failed->failure.message});
        }
        return misconfigured(name, std::move(problems));
    }
    if (const auto* done = std::get_if<done_action>(&action)) {
        return read_descriptor(done->description, trusted);
    }
    const auto* broken = std::get_if<broken_action>(&action);
    return fail(
        errc::provider_misconfigured,
        "the plugin of '" + name + "' breaks the ABI's contract in DESCRIBE: " +
            (broken == nullptr ? "it asks for something; DESCRIBE is pure" : broken->what)
    );
}

auto ask_plugin(
    const provider_draft& draft, const std::vector<key_value>& config,
    const trusted_origins& trusted, time_point now
) -> result<descriptor> {
    const auto& name = draft.settings.name;
    const std::vector<key_value> none;
    const op_input input{operation_kind::describe, now, config, none, none, {}};
    if (draft.loaded != nullptr) {
        plugin_op op(draft.loaded->raw);
        auto action = op.begin(input);
        return judge_description(name, action, trusted);
    }
    said_once said(draft.seat, input);
    return judge_description(name, said.action(), trusted);
}

}  // namespace

auto describe_provider(
    const provider_draft& draft, const discovered_metadata& fetched, time_point now
) -> result<described_provider> {
    const auto values = check_section(draft);
    if (values.has_error()) {
        return values.error();
    }
    described_provider out;
    out.config = config_of(draft, *values, fetched.json);
    const auto trusted = trusted_by(draft, *values, fetched.loopback ? fetched.json : "");
    // Whose metadata are fetched is itself approved, or named by the configuration.
    out.named = trusted_by(draft, *values, fetched.json);
    if (draft.plugin_about().supports(operation_kind::describe)) {
        auto about = ask_plugin(draft, out.config, trusted, now);
        if (about.has_error()) {
            return about.error();
        }
        out.about = std::move(*about);
    } else {
        out.about = draft.plugin_about();
    }
    out.about.id = draft.settings.name;
    return out;
}

auto check_approval(const provider_draft& draft, const described_provider& described)
    -> result<void> {
    if (draft.approved == nullptr) {
        return {};
    }
    const auto found = draft.approved->find(draft.plugin_about().id);
    const auto* const approved = found == draft.approved->end() ? nullptr : &found->second;
    auto problems = beyond_approval(described.about, approved, described.named);
    if (problems.empty()) {
        return {};
    }
    problems.front().message += "; if that is right, name it in the section, or approve what " +
                                draft.source->path().filename().string() +
                                " declares: `tenon plugin install`";
    return misconfigured(draft.settings.name, std::move(problems));
}

auto check_client(const provider_settings& settings, const descriptor& about) -> result<void> {
    std::vector<field_problem> problems;
    const bool is_client = about.needs_client();
    if (is_client && settings.client_id.empty()) {
        problems.push_back({"client_id", "is missing"});
    }
    const bool has_secret = std::ranges::any_of(settings.client_secrets, [](const secret& one) {
        return !one.empty();
    });
    if (is_client && about.client_auth != client_authentication::none && !has_secret) {
        problems.push_back({"client_secret", "is missing"});
    }
    if (!problems.empty()) {
        return misconfigured(settings.name, std::move(problems));
    }
    return {};
}

auto make_instance(const provider_draft& draft, described_provider described)
    -> result<provider_handle> {
    auto egress = egress_policy::make(described.about, draft.settings.origins);
    if (egress.has_error()) {
        return misconfigured(draft.settings.name, egress.error().details);
    }
    auto parts = std::make_unique<const provider_parts>(provider_parts{
        draft.seat, draft.settings, std::move(described.about), std::move(*egress),
        std::move(described.config), draft.trial});
    return provider_handle(std::make_shared<const provider_instance>(std::move(parts)));
}

provider_instance::provider_instance(std::unique_ptr<const provider_parts> parts)
    : parts_(std::move(parts)) {}
provider_instance::~provider_instance() = default;

auto provider_instance::name() const noexcept -> const std::string& {
    return parts_->settings.name;
}
auto provider_instance::about() const noexcept -> const descriptor& {
    return parts_->about;
}
auto provider_instance::settings() const noexcept -> const provider_settings& {
    return parts_->settings;
}
auto provider_instance::supports(operation_kind kind) const noexcept -> bool {
    return parts_->about.supports(kind);
}
auto provider_instance::default_scopes() const -> std::vector<std::string> {
    return parts_->settings.scopes.empty() ? parts_->about.default_scopes()
                                           : parts_->settings.scopes;
}
auto provider_instance::mapped(std::string_view url) const -> std::string {
    return parts_->egress.mapped(url);
}

}  // namespace tenon::host
