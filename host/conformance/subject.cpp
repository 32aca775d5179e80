#include "conformance/subject.hpp"

#include "base/json.hpp"
#include "conformance/descriptor_fields.hpp"
#include "provider/describe.hpp"
#include "provider/descriptor_check.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::host::conformance {
namespace {

constexpr time_point now{milliseconds(1'790'000'000'000)};

// One configuration of a provider's.
struct setup {
    std::string name;
    std::map<std::string, config_value> config;
    std::map<std::string, std::string> connect;
    std::string discovery;
    std::vector<const cassette*> cassettes;

    [[nodiscard]] auto is_of(const cassette& one) const -> bool {
        const auto same = [](const auto& left, const auto& right) {
            return left.first == right.first && left.second.text == right.second.text;
        };
        return name == one.setup && discovery == one.discovery && connect == one.connect &&
               std::ranges::equal(config, one.config, same);
    }
};

// The cassettes' configurations, or else the command line's.
auto setups_of(const std::string& provider, const job& about) -> std::vector<setup> {
    std::vector<setup> out;
    for (const auto& one : about.cassettes) {
        if (one.provider != provider) {
            continue;
        }
        auto found =
            std::ranges::find_if(out, [&](const setup& known) { return known.is_of(one); });
        if (found == out.end()) {
            out.push_back({one.setup, one.config, one.connect, one.discovery, {}});
            found = std::prev(out.end());
        }
        found->cassettes.push_back(&one);
    }
    if (out.empty()) {
        out.push_back({"", {}, {}, about.chosen.discovery, {}});
    }
    for (auto& one : out) {
        one.config.insert(about.chosen.config.begin(), about.chosen.config.end());
    }
    return out;
}

// Of a JSON list; none where it is something else.
auto texts_of(const std::string& list) -> std::vector<std::string> {
    std::vector<std::string> out;
    const auto parsed = parse_json(list);
    if (parsed.has_value() && parsed->is_array()) {
        for (const auto& one : *parsed) {
            out.push_back(one.is_string() ? one.get<std::string>() : one.dump());
        }
    }
    return out;
}

auto draft_of(const tenon_provider* raw, const descriptor& about, const setup& with)
    -> std::pair<plugin_provider, provider_settings> {
    provider_settings settings;
    settings.name = about.id;
    settings.client_id = "conformance-client";
    for (const auto& [key, value] : with.config) {
        if (key == "scopes") {
            settings.scopes = texts_of(value.text);
        } else {
            settings.config.emplace(key, value);
        }
    }
    return {plugin_provider{raw, about}, std::move(settings)};
}

auto why(const error& refused) -> std::string {
    std::string out = refused.message;
    for (const auto& one : refused.details) {
        out += "; " + one.field + ": " + one.message;
    }
    return out + " (give what it needs by --config, or in cassettes)";
}

// Why a configuration is refused, and whose business that is: a descriptor that is wrong as it
// stands, and an action that can't be read, have checks of their own.
[[noreturn]] void refuse_configuration(const descriptor& stated, const error& refused) {
    const auto problems = check_descriptor(stated, {});
    if (!problems.empty()) {
        const auto& [field, message] = problems.front();
        throw blocked(check_of_field(field), field + ": " + message);
    }
    const bool broken = refused.message.find("breaks the ABI") != std::string::npos;
    throw blocked(
        broken ? "actions-well-formed" : "configuration-accepted", stated.id + ": " + why(refused)
    );
}

void require_origins(const descriptor& about) {
    for (const auto& [field, message] : check_descriptor(about, {})) {
        if (field == "origins" && message.find("IP") == std::string::npos &&
            message.find("plain http") == std::string::npos) {
            throw blocked("descriptor-origins", message);
        }
    }
}

auto samples_for(const subject& whose, const setup& with) -> std::vector<sample> {
    std::vector<sample> out;
    for (const auto* one : with.cassettes) {
        out.push_back(recorded_sample(*one, whose.hidden));
    }
    for (const auto kind :
         {operation_kind::describe, operation_kind::authorize, operation_kind::exchange,
          operation_kind::refresh, operation_kind::profile, operation_kind::revoke,
          operation_kind::validate}) {
        const bool recorded = std::ranges::any_of(out, [&](const sample& one) {
            return one.kind == kind && one.succeeds;
        });
        if (recorded || !whose.supports(kind)) {
            continue;
        }
        const bool by_slot = kind == operation_kind::refresh || kind == operation_kind::profile ||
                             kind == operation_kind::revoke;
        for (const auto& slot : whose.about.slots) {
            out.push_back(plain_sample(kind, by_slot ? slot.name : "", whose.hidden));
            if (!by_slot) {
                break;
            }
        }
    }
    return out;
}

auto make_subject(
    const tenon_provider* raw, const descriptor& stated, const setup& with, const job& about
) -> subject {
    auto [plugin, settings] = draft_of(raw, stated, with);
    provider_draft draft;
    draft.settings = settings;
    draft.loaded = &plugin;
    auto described = describe_provider(draft, {with.discovery, false}, now);
    if (described.has_error()) {
        refuse_configuration(stated, described.error());
    }
    require_origins(described->about);
    auto egress = egress_policy::make(described->about, {});
    if (egress.has_error()) {
        throw blocked("descriptor-origins", stated.id + ": " + why(egress.error()));
    }
    const canaries hidden(about.seed);
    subject out{
        stated.id + (with.name.empty() ? "" : " [" + with.name + "]"),
        raw,
        std::move(described->about),
        std::move(*egress),
        std::move(described->config),
        with.connect,
        {},
        hidden,
        settings.client_id,
        secret(hidden.of("client_secret")),
        {}};
    out.secrets.access_token = secret(hidden.of("access_token"));
    out.secrets.refresh_token = secret(hidden.of("refresh_token"));
    out.secrets.code_verifier = secret(hidden.of("code_verifier"));
    for (const auto& field : out.about.credential_fields) {
        out.secrets.credentials.emplace(field.name, secret(hidden.of(field.name)));
    }
    out.samples = samples_for(out, with);
    return out;
}

auto pick(const std::vector<sample>& from, operation_kind kind, bool succeeds)
    -> std::vector<const sample*> {
    std::vector<const sample*> out;
    for (const auto& one : from) {
        if (one.kind == kind && one.succeeds == succeeds) {
            out.push_back(&one);
        }
    }
    return out;
}

}  // namespace

auto subject::good(operation_kind kind) const -> std::vector<const sample*> {
    return pick(samples, kind, true);
}
auto subject::refused(operation_kind kind) const -> std::vector<const sample*> {
    return pick(samples, kind, false);
}

auto subjects_of(const opened_plugin& plugin, const job& about) -> std::vector<subject> {
    std::vector<subject> out;
    for (const auto* raw : plugin.providers()) {
        abi_reader reader;
        const auto provider = reader.structure(raw, "provider");
        const auto stated = read_unjudged(provider.descriptor);
        if (stated.has_error()) {
            throw blocked("descriptor-readable", stated.error().message);
        }
        for (const auto& with : setups_of(stated->id, about)) {
            out.push_back(make_subject(raw, *stated, with, about));
        }
    }
    return out;
}

void each_subject(const job& about, findings& found, const question& ask) {
    const opened_plugin plugin(about.chosen.plugin);
    const auto subjects = subjects_of(plugin, about);
    const tenon_provider* last = nullptr;
    for (const auto& one : subjects) {
        if (one.raw != last) {
            found.leave_provider();
            found.enter_provider(one.name, one.about.quirks);
            last = one.raw;
        }
        found.at(one.name);
        found.enter_subject();
        ask(one, found);
    }
    found.leave_provider();
}

void each_sample(const job& about, findings& found, const sample_question& ask) {
    each_subject(about, found, [&](const subject& whose, findings& into) {
        for (const auto& one : whose.samples) {
            if (one.succeeds) {
                into.at(whose.name + " " + std::string(name_of(one.kind)));
                ask(whose, one, into);
            }
        }
    });
}

}  // namespace tenon::host::conformance
