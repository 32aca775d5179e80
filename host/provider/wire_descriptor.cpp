#include "provider/wire_descriptor.hpp"

namespace tenon::host {
namespace {

// What an item of a list takes at least: a text is its length, a number eight bytes.
constexpr std::size_t one_of_two = 16, one_of_three = 24, one_field = 64;

auto flag(bool set, std::uint32_t bit) -> std::uint32_t {
    return set ? bit : 0U;
}

void put_texts(wire_writer& to, const std::vector<std::string>& texts) {
    to.number(texts.size());
    for (const auto& text : texts) {
        to.text(text);
    }
}

void put_fields(wire_writer& to, const std::vector<field_descriptor>& fields) {
    to.number(fields.size());
    for (const auto& field : fields) {
        to.number(
            flag(field.required, TENON_FIELD_REQUIRED) | flag(field.secret, TENON_FIELD_SECRET)
        );
        to.number(static_cast<std::uint32_t>(field.type));
        to.text(field.name);
        to.text(field.label);
        to.text(field.description);
        to.text(field.pattern);
        to.text(field.default_value);
        put_texts(to, field.choices);
    }
}

void put_refresh(wire_writer& to, const std::optional<refresh_policy>& policy) {
    to.number(policy ? 1 : 0);
    if (!policy) {
        return;
    }
    to.number(
        flag(policy->rotates, TENON_REFRESH_ROTATES) |
        flag(policy->by_access_token, TENON_REFRESH_ACCESS_TOKEN) |
        flag(policy->by_credentials, TENON_REFRESH_CREDENTIALS)
    );
    for (const auto length :
         {policy->reuse_grace, policy->not_before, policy->default_lifetime,
          policy->default_refresh_lifetime, policy->absolute_lifetime}) {
        to.number(static_cast<std::uint64_t>(length.count()));
    }
}

void put_modes(wire_writer& to, const descriptor& about) {
    to.number(about.required_host_minor);
    to.number(about.auth_kinds);
    to.number(about.operations);
    to.number(
        flag(about.iss_promised, TENON_DESCRIPTOR_ISS_PROMISED) |
        flag(about.discovery, TENON_DESCRIPTOR_DISCOVERY) |
        flag(about.nonce, TENON_DESCRIPTOR_NONCE)
    );
    to.number(static_cast<std::uint32_t>(about.pkce));
    to.number(static_cast<std::uint32_t>(about.challenge_encoding));
    to.number(static_cast<std::uint32_t>(about.client_auth));
    put_refresh(to, about.refresh);
}

void put_lists(wire_writer& to, const descriptor& about) {
    to.number(about.origins.size());
    for (const auto& origin : about.origins) {
        to.text(origin.url);
        to.number(origin.roles);
    }
    to.number(about.scopes.size());
    for (const auto& scope : about.scopes) {
        to.text(scope.name);
        to.text(scope.description);
        to.number(flag(scope.by_default, TENON_SCOPE_DEFAULT));
    }
    to.number(about.slots.size());
    for (const auto& slot : about.slots) {
        to.text(slot.name);
        to.text(slot.description);
    }
    put_fields(to, about.config_fields);
    put_fields(to, about.connect_fields);
    put_fields(to, about.credential_fields);
    put_texts(to, about.host_calls);
    put_texts(to, about.quirks);
}

}  // namespace

void put_descriptor(wire_writer& to, const descriptor& about) {
    for (const auto* text :
         {&about.id, &about.display_name, &about.category, &about.icon, &about.vendor,
          &about.version, &about.client_id_param, &about.scope_separator, &about.issuer,
          &about.jwks_url, &about.docs_url}) {
        to.text(*text);
    }
    put_modes(to, about);
    put_lists(to, about);
}

wire_descriptor::wire_descriptor(wire_reader& from) {
    about_.struct_size = sizeof about_;
    read_texts(from);
    read_modes(from);
    read_lists(from);
}

void wire_descriptor::read_texts(wire_reader& from) {
    for (auto* text :
         {&about_.id, &about_.display_name, &about_.category, &about_.icon, &about_.vendor,
          &about_.version, &about_.client_id_param, &about_.scope_separator, &about_.issuer,
          &about_.jwks_url, &about_.docs_url}) {
        *text = as_str(from.text());
    }
}

void wire_descriptor::read_modes(wire_reader& from) {
    about_.required_host_minor = from.number32();
    about_.auth_kinds = from.number32();
    about_.operations = from.number();
    about_.flags = from.number32();
    about_.pkce_mode = from.number32();
    about_.pkce_encoding = from.number32();
    about_.client_auth = from.number32();
    if (from.number() == 0) {
        return;
    }
    refresh_.struct_size = sizeof refresh_;
    refresh_.flags = from.number32();
    refresh_.reuse_grace_s = from.number32();
    refresh_.not_before_s = from.number32();
    refresh_.default_lifetime_s = from.number32();
    refresh_.default_refresh_lifetime_s = from.number32();
    refresh_.absolute_lifetime_s = from.number32();
    about_.refresh = &refresh_;
}

void wire_descriptor::read_field(wire_reader& from, tenon_field& to) {
    to.flags = from.number32();
    to.type = from.number32();
    to.name = as_str(from.text());
    to.label = as_str(from.text());
    to.description = as_str(from.text());
    to.pattern = as_str(from.text());
    to.default_value = as_str(from.text());
    to.choices = lists_.texts(from);
}

void wire_descriptor::read_lists(wire_reader& from) {
    origins_.read(from, one_of_two, [](wire_reader& in, tenon_origin& to) {
        to.url = as_str(in.text());
        to.roles = in.number32();
    });
    scopes_.read(from, one_of_three, [](wire_reader& in, tenon_scope& to) {
        to.name = as_str(in.text());
        to.description = as_str(in.text());
        to.flags = in.number32();
    });
    slots_.read(from, one_of_two, [](wire_reader& in, tenon_slot& to) {
        to.name = as_str(in.text());
        to.description = as_str(in.text());
    });
    const auto field = [this](wire_reader& in, tenon_field& to) { read_field(in, to); };
    config_fields_.read(from, one_field, field);
    connect_fields_.read(from, one_field, field);
    credential_fields_.read(from, one_field, field);
    about_.host_calls = lists_.texts(from);
    about_.quirks = lists_.texts(from);
    about_.origins = origins_.data();
    about_.origin_count = origins_.size();
    about_.scopes = scopes_.data();
    about_.scope_count = scopes_.size();
    about_.slots = slots_.data();
    about_.slot_count = slots_.size();
    about_.config_fields = config_fields_.data();
    about_.config_field_count = config_fields_.size();
    about_.connect_fields = connect_fields_.data();
    about_.connect_field_count = connect_fields_.size();
    about_.credential_fields = credential_fields_.data();
    about_.credential_field_count = credential_fields_.size();
}

}  // namespace tenon::host
