// descriptor_arrays.hpp: a description as the ABI's structs. For the SDK itself.
#ifndef TENON_SDK_DESCRIPTOR_ARRAYS_HPP
#define TENON_SDK_DESCRIPTOR_ARRAYS_HPP

#include <tenon/descriptor.h>
#include <tenon/sdk/description.hpp>
#include <tenon/sdk/text.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tenon {

/// Owns a description and the arrays that point into it. Stays where it was made.
class descriptor_arrays {
  public:
    /// `operations`: those that the provider's class defines.
    descriptor_arrays(description what, std::uint64_t operations) : what_(std::move(what)) {
        fill_lists();
        fill_root(operations);
    }
    descriptor_arrays(const descriptor_arrays&) = delete;
    auto operator=(const descriptor_arrays&) -> descriptor_arrays& = delete;
    ~descriptor_arrays() = default;

    auto get() const noexcept -> const tenon_descriptor* { return &root_; }

  private:
    // The structs of one kind, and pointers to them.
    template <class C>
    struct list {
        std::vector<C> structs;
        std::vector<const C*> pointers;

        template <class From, class Convert>
        void fill(const std::vector<From>& from, Convert convert) {
            structs.reserve(from.size());
            pointers.reserve(from.size());
            for (const From& item : from) {
                structs.push_back(convert(item));
                structs.back().struct_size = sizeof(C);
            }
            for (const C& made : structs) {
                pointers.push_back(&made);
            }
        }
    };

    static auto bit(bool set, std::uint32_t flag) noexcept -> std::uint32_t {
        return set ? flag : 0;
    }

    static auto texts(std::vector<tenon_str>& storage, const std::vector<std::string>& from)
        -> tenon_strs {
        storage.reserve(from.size());
        for (const std::string& text : from) {
            storage.push_back(borrow(text));
        }
        return tenon_strs{storage.data(), storage.size()};
    }

    auto field_struct(const field& from) -> tenon_field {
        tenon_field made = {};
        made.flags =
            bit(from.required, TENON_FIELD_REQUIRED) | bit(from.secret, TENON_FIELD_SECRET);
        made.type = static_cast<std::uint32_t>(from.type);
        made.name = borrow(from.name);
        made.label = borrow(from.label);
        made.description = borrow(from.description);
        made.pattern = borrow(from.pattern);
        made.default_value = borrow(from.default_value);
        choices_.emplace_back();
        made.choices = texts(choices_.back(), from.choices);
        return made;
    }

    void fill_lists() {
        origins_.fill(what_.origins, [](const origin& from) {
            tenon_origin made = {};
            made.roles = from.roles;
            made.url = borrow(from.url);
            return made;
        });
        scopes_.fill(what_.scopes, [](const scope& from) {
            tenon_scope made = {};
            made.flags = bit(from.by_default, TENON_SCOPE_DEFAULT);
            made.name = borrow(from.name);
            made.description = borrow(from.description);
            return made;
        });
        slots_.fill(what_.slots, [](const slot& from) {
            tenon_slot made = {};
            made.name = borrow(from.name);
            made.description = borrow(from.description);
            return made;
        });
        choices_.reserve(
            what_.config_fields.size() + what_.connect_fields.size() +
            what_.credential_fields.size()
        );
        const auto convert = [this](const field& from) { return field_struct(from); };
        config_fields_.fill(what_.config_fields, convert);
        connect_fields_.fill(what_.connect_fields, convert);
        credential_fields_.fill(what_.credential_fields, convert);
    }

    void fill_refresh() {
        if (!what_.refresh) {
            return;
        }
        const refresh_policy& from = *what_.refresh;
        refresh_.struct_size = sizeof(refresh_);
        refresh_.flags = bit(from.rotates, TENON_REFRESH_ROTATES) |
                         bit(from.by_access_token, TENON_REFRESH_ACCESS_TOKEN) |
                         bit(from.by_credentials, TENON_REFRESH_CREDENTIALS);
        refresh_.reuse_grace_s = from.reuse_grace_s;
        refresh_.not_before_s = from.not_before_s;
        refresh_.default_lifetime_s = from.default_lifetime_s;
        refresh_.default_refresh_lifetime_s = from.default_refresh_lifetime_s;
        refresh_.absolute_lifetime_s = from.absolute_lifetime_s;
        root_.refresh = &refresh_;
    }

    void fill_root(std::uint64_t operations) {
        root_.struct_size = sizeof(root_);
        root_.flags = bit(what_.iss_promised, TENON_DESCRIPTOR_ISS_PROMISED) |
                      bit(what_.discovery, TENON_DESCRIPTOR_DISCOVERY) |
                      bit(what_.nonce, TENON_DESCRIPTOR_NONCE);
        root_.id = borrow(what_.id);
        root_.display_name = borrow(what_.display_name);
        root_.category = borrow(what_.category);
        root_.icon = borrow(what_.icon);
        root_.vendor = borrow(what_.vendor);
        root_.version = borrow(what_.version);
        root_.docs_url = borrow(what_.docs_url);
        root_.required_host_minor = what_.required_host_minor;
        root_.auth_kinds = what_.auth_kinds;
        root_.operations = operations & ~what_.without;
        root_.host_calls = texts(host_calls_, what_.host_calls);
        root_.pkce_mode = static_cast<std::uint32_t>(what_.pkce);
        root_.pkce_encoding = static_cast<std::uint32_t>(what_.pkce_encoding);
        root_.client_auth = static_cast<std::uint32_t>(what_.client_auth);
        root_.client_id_param = borrow(what_.client_id_param);
        root_.scope_separator = borrow(what_.scope_separator);
        root_.issuer = borrow(what_.issuer);
        root_.jwks_url = borrow(what_.jwks_url);
        fill_refresh();
        root_.origins = origins_.pointers.data();
        root_.origin_count = origins_.pointers.size();
        root_.scopes = scopes_.pointers.data();
        root_.scope_count = scopes_.pointers.size();
        root_.slots = slots_.pointers.data();
        root_.slot_count = slots_.pointers.size();
        root_.config_fields = config_fields_.pointers.data();
        root_.config_field_count = config_fields_.pointers.size();
        root_.connect_fields = connect_fields_.pointers.data();
        root_.connect_field_count = connect_fields_.pointers.size();
        root_.credential_fields = credential_fields_.pointers.data();
        root_.credential_field_count = credential_fields_.pointers.size();
        root_.quirks = texts(quirks_, what_.quirks);
    }

    description what_;
    list<tenon_origin> origins_;
    list<tenon_scope> scopes_;
    list<tenon_slot> slots_;
    list<tenon_field> config_fields_, connect_fields_, credential_fields_;
    std::vector<std::vector<tenon_str>> choices_;
    std::vector<tenon_str> host_calls_, quirks_;
    tenon_refresh_policy refresh_ = {};
    tenon_descriptor root_ = {};
};

}  // namespace tenon

#endif
