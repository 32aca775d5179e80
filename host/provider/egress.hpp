// Where a plugin's requests may go.
#pragma once

#include "base/outbound.hpp"
#include "base/result.hpp"
#include "provider/descriptor.hpp"
#include "provider/origin.hpp"
#include "provider/pattern.hpp"
#include "provider/refusal.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// A URL that may be reached.
struct admitted_url {
    std::string url;         // as declared, its origin's {name}s filled in
    std::string address;     // where it really leads: the operator's mapping applied
    origin_roles roles = 0;  // of all declared origins that it matches
    address_policy addresses =
        address_policy::any;  // public_only where a user supplied part of the name
};

// The declared origins of one instance, and the operator's mapping. Immutable; any thread.
class egress_policy {
  public:
    // `about` has been checked. Error: provider_misconfigured, for a mapping that is not origin ->
    // origin (https, or http on a loopback address); the details name it.
    [[nodiscard]] static auto make(
        const descriptor& about, const std::map<std::string, std::string>& mapping
    ) -> result<egress_policy>;

    // Matches the URL's origin with the declared ones, exactly, or with a template: its own text
    // ({name} filled from the connect parameters), or a name that each parameter's pattern admits
    // and that no given parameter contradicts.
    [[nodiscard]] auto admit(
        std::string_view url, const std::map<std::string, std::string>& connect
    ) const -> or_refusal<admitted_url>;

    // The mapping alone.
    [[nodiscard]] auto mapped(std::string_view url) const -> std::string;

  private:
    struct parameter {
        std::string name;
        std::optional<pattern> form;
        std::vector<std::string> choices;
        [[nodiscard]] auto admits(std::string_view value) const -> bool;
    };
    struct declared {
        split_url url;
        std::string text;  // its origin
        origin_roles roles = 0;
        host_template host;  // without names where it is no template
        std::vector<parameter> parameters;
    };
    struct match;

    static auto declare(const descriptor& about, const origin_descriptor& origin) -> declared;
    static auto fill(const declared& origin, const std::map<std::string, std::string>& connect)
        -> or_refusal<std::string>;
    static auto capture(
        const declared& origin, std::string_view host,
        const std::map<std::string, std::string>& connect
    ) -> bool;
    static auto admits_host(
        const declared& origin, const split_url& url,
        const std::map<std::string, std::string>& connect
    ) -> bool;
    [[nodiscard]] auto is_declared(const split_url& url) const -> bool;
    [[nodiscard]] auto find(const split_url& url, const std::map<std::string, std::string>& connect)
        const -> or_refusal<match>;
    [[nodiscard]] auto mapped(const split_url& url, const std::string& declared_as) const
        -> std::optional<std::string>;

    std::vector<declared> origins_;
    std::map<std::string, std::string> mapping_;
};

}  // namespace tenon::host
