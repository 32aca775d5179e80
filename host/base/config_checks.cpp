#include "base/config_checks.hpp"

#include "base/loopback.hpp"
#include "base/network.hpp"
#include "base/redirect.hpp"
#include "base/redis_url.hpp"
#include "base/strict_url.hpp"
#include "base/url.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

constexpr std::size_t min_bootstrap_size = 32;

// A plugin's origin may have names in its host, `https://{shop}.example`: what they must be is for
// the plugin to say.
auto is_plugin_origin(std::string text) -> bool {
    for (auto open = text.find('{'); open != std::string::npos; open = text.find('{')) {
        const auto close = text.find('}', open);
        if (close == std::string::npos) {
            return false;
        }
        text.replace(open, close - open + 1, "x");
    }
    return is_web_origin(text);
}

class checker {
  public:
    checker(const settings& values, config_problems& problems)
        : values_(values), problems_(problems) {}

    void all() {
        public_url();
        lists();
        listeners();
        tls();
        database();
        redis();
        bootstrap_key();
        if (values_.timeouts.operation >= values_.timeouts.request) {
            refuse("timeouts.operation", "must be shorter than `timeouts.request`");
        }
        if (values_.plugins.require == plugin_requirement::signature &&
            values_.plugins.public_keys.empty()) {
            refuse(
                "plugins.public_keys",
                "must have a key where `plugins.require` is `signature`: `tenon plugin keygen` "
                "makes one"
            );
        }
        if (!values_.outbound.proxy.empty() && !parse_strictly_with_user(values_.outbound.proxy)) {
            refuse("outbound.proxy", "must be a URL such as `http://proxy.example:3128`");
        }
        for (const auto& section : values_.providers) {
            provider(section);
        }
    }

  private:
    void refuse(const std::string& key, const std::string& what) {
        problems_.add("", key, "`" + key + "` " + what);
    }

    // A proxy may need a name and a password.
    static auto parse_strictly_with_user(std::string_view url) -> bool {
        const auto authority = url.find("://");
        const auto user = url.find('@');
        if (authority == std::string_view::npos || user == std::string_view::npos) {
            return parse_strictly(url).has_value();
        }
        return parse_strictly(
                   std::string(url.substr(0, authority + 3)) + std::string(url.substr(user + 1))
        )
            .has_value();
    }

    void public_url() {
        const auto& url = values_.public_url;
        if (url.empty()) {
            if (!is_loopback_host(values_.listen.host)) {
                refuse(
                    "public_url",
                    "is needed where `listen` is not on loopback: the https address "
                    "under which browsers reach this host"
                );
            }
            return;
        }
        const auto parsed = parse_strictly(url);
        if (!is_https_or_loopback(url) || !parsed || parsed->has_query() ||
            parsed->has_fragment()) {
            refuse(
                "public_url",
                "must be an https URL without query and fragment (http is for loopback only)"
            );
        }
    }

    void lists() {
        for (const auto& target : values_.redirect_targets) {
            if (const auto problem = check_redirect_target(target)) {
                refuse("redirect_targets", "holds `" + target + "`, which " + *problem);
            }
        }
        for (const auto& origin : values_.cors_origins) {
            if (!is_web_origin(origin)) {
                refuse(
                    "cors_origins",
                    "holds `" + origin + "`, which must be an origin such as `https://app.example`"
                );
            }
        }
        for (const auto& network : values_.trusted_proxies) {
            if (!parse_network(network)) {
                refuse(
                    "trusted_proxies", "holds `" + network +
                                           "`, which must be an address or a network such as "
                                           "`10.0.0.0/8`"
                );
            }
        }
    }

    void listeners() {
        const auto& admin = values_.admin_listen;
        if (admin.port != 0 && admin.port == values_.listen.port &&
            admin.host == values_.listen.host) {
            refuse("admin_listen", "must be another address than `listen`, or be left out");
        }
    }

    void tls() {
        if (values_.tls_certificate.empty() != values_.tls_private_key.empty()) {
            refuse(
                values_.tls_certificate.empty() ? "tls.certificate" : "tls.private_key",
                "is missing: TLS needs both the certificate and its private key"
            );
        }
    }

    void database() {
        const auto url = values_.database.reveal();
        const bool known = (url.starts_with("sqlite:") && url.size() > 7) ||
                           url.starts_with("postgresql://") || url.starts_with("postgres://");
        if (!known) {
            refuse("database", "must be `sqlite:PATH` or `postgresql://USER@HOST/NAME`");
        }
    }

    void redis() {
        if (!values_.redis.empty()) {
            if (const auto read = parse_redis_url(values_.redis); read.has_error()) {
                refuse("redis", read.error().message);
            }
        }
        const auto& prefix = values_.redis_prefix;
        const bool printable =
            std::ranges::all_of(prefix, [](char c) { return c > 32 && c < 127; });
        if (prefix.empty() || prefix.size() > 64 || !printable) {
            refuse(
                "redis_prefix",
                "must be 1 to 64 printable characters without a space, such as `tenon:`"
            );
        }
    }

    void bootstrap_key() {
        const auto key = values_.bootstrap_api_key.reveal();
        if (!key.empty() && key.size() < min_bootstrap_size) {
            refuse(
                "bootstrap_api_key",
                "has " + std::to_string(key.size()) +
                    " characters and needs 32: `openssl rand -hex 32` makes one"
            );
        }
    }

    void provider(const provider_section& section) {
        const auto path = "providers." + section.name + ".";
        if (!section.redirect_uri.empty() && !is_https_or_loopback(section.redirect_uri)) {
            refuse(path + "redirect_uri", plain_http);
        }
        for (const auto& [key, value] : section.config) {
            if (!value.is_json && is_plain_http(value.text)) {
                refuse(path + key, plain_http);
            }
        }
        for (const auto& [from, to] : section.origins) {
            if (!is_plugin_origin(from) || !is_web_origin(to) || !is_https_or_loopback(to)) {
                refuse(
                    path + "origins",
                    "maps `" + from + "` to `" + to +
                        "`: both must be origins, and the second one https or on loopback"
                );
            }
        }
    }

    static auto is_plain_http(std::string_view text) -> bool {
        constexpr std::string_view scheme = "http://";
        const bool is_http =
            text.size() >= scheme.size() &&
            std::ranges::equal(text.substr(0, scheme.size()), scheme, [](char a, char b) {
                return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b;
            });
        return is_http && !is_https_or_loopback(text);
    }

    static constexpr const char* plain_http =
        "must be an https URL (plain http is for loopback only)";

    const settings& values_;
    config_problems& problems_;
};

}  // namespace

void check_settings(const settings& values, config_problems& problems) {
    checker(values, problems).all();
}

}  // namespace tenon::host
