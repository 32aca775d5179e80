// outcomes.hpp: how operations end well.
#ifndef TENON_SDK_OUTCOMES_HPP
#define TENON_SDK_OUTCOMES_HPP

#include <tenon/operation.h>
#include <tenon/sdk/storable.hpp>
#include <tenon/sdk/values.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon {

/// What an exchange, a refresh or a validation yields: a set of tokens, and further sets with
/// also().
class tokens {
  public:
    auto slot(std::string_view name) -> tokens& {
        slot_ = name;
        return *this;
    }
    auto account_id(std::string_view id) -> tokens& {
        account_id_ = id;
        return *this;
    }
    auto access_token(std::string_view token) -> tokens& {
        access_token_ = token;
        return *this;
    }
    /// Of a validation or a refresh by credentials: a reference, such as in.credential("api_key"),
    /// where what was filled in is itself the token. The host puts it in.
    auto access_token(const value& named) -> tokens& {
        access_token_ = named.text;
        is_template_ = (named.flags & TENON_KV_TEMPLATE) != 0;
        return *this;
    }
    /// Of a refresh: empty means that the old one stays.
    auto refresh_token(std::string_view token) -> tokens& {
        refresh_token_ = token;
        return *this;
    }
    auto id_token(std::string_view token) -> tokens& {
        id_token_ = token;
        return *this;
    }
    auto token_type(std::string_view type) -> tokens& {
        token_type_ = type;
        return *this;
    }
    /// Granted, separated by spaces. Leave it empty where the provider said nothing.
    auto scope(std::string_view granted) -> tokens& {
        scope_ = granted;
        return *this;
    }
    auto base_url(std::string_view url) -> tokens& {
        base_url_ = url;
        return *this;
    }
    /// A JSON object: what the reply told of the account, under the provider's own keys.
    auto metadata(std::string_view json) -> tokens& {
        metadata_ = json;
        return *this;
    }

    /// Lifetimes in seconds, counted from when the request was sent (response::sent_at_ms). What is
    /// absent, zero, negative or beyond a century means: not known.
    auto expires_in(std::optional<std::int64_t> seconds, std::int64_t since_ms) -> tokens& {
        expires_at_ms_ = moment(seconds, since_ms);
        return *this;
    }
    auto refresh_expires_in(std::optional<std::int64_t> seconds, std::int64_t since_ms) -> tokens& {
        refresh_expires_at_ms_ = moment(seconds, since_ms);
        return *this;
    }
    /// Not to be refreshed before this time, in milliseconds since the epoch.
    auto refresh_not_before_ms(std::int64_t at_ms) -> tokens& {
        refresh_not_before_ms_ = at_ms;
        return *this;
    }

    /// One more set of tokens from the same reply. The first is the main one.
    auto also(tokens other) -> tokens& {
        others_.push_back(std::move(other));
        return *this;
    }

    auto has_access_token() const noexcept -> bool { return !access_token_.empty(); }

  private:
    friend class outbox;
    static auto moment(std::optional<std::int64_t> seconds, std::int64_t since_ms) -> std::int64_t {
        constexpr std::int64_t century_s = 36525LL * 24 * 3600;
        if (!seconds || *seconds <= 0 || *seconds > century_s) {
            return 0;
        }
        return since_ms + *seconds * 1000;
    }

    std::string slot_, account_id_, access_token_, refresh_token_, id_token_, token_type_;
    std::string scope_, base_url_, metadata_;
    std::int64_t expires_at_ms_ = 0, refresh_expires_at_ms_ = 0, refresh_not_before_ms_ = 0;
    bool is_template_ = false;
    std::vector<tokens> others_;
};

/// What is known of an account. Empty texts and absent numbers are left out.
class profile {
  public:
    auto account_id(std::string_view id) -> profile& { return text("account_id", id); }
    auto username(std::string_view name) -> profile& { return text("username", name); }
    auto display_name(std::string_view name) -> profile& { return text("display_name", name); }
    auto email(std::string_view address) -> profile& { return text("email", address); }
    auto avatar_url(std::string_view url) -> profile& { return text("avatar_url", url); }
    auto followers(std::optional<std::int64_t> count) -> profile& {
        return number("followers", count);
    }
    /// The OpenID Connect `sub`: the host compares it with the ID token's.
    auto subject(std::string_view sub) -> profile& { return text("subject", sub); }
    /// The provider's answer, byte for byte; left out as json_field() says.
    auto raw(std::string_view json) -> profile& { return json_field("raw", json); }

    /// Anything else, kept as metadata under the provider's own key.
    auto text(std::string_view key, std::string_view text) -> profile& {
        if (!text.empty()) {
            fields_.push_back({std::string(key), {std::string(text), 0}});
        }
        return *this;
    }
    auto number(std::string_view key, std::optional<std::int64_t> count) -> profile& {
        return count ? json_field(key, std::to_string(*count)) : *this;
    }
    /// JSON as it stands. Left out where no host could store it: with an escaped NUL in it, say.
    auto json_field(std::string_view key, std::string_view json) -> profile& {
        if (is_storable_json(json)) {
            fields_.push_back({std::string(key), {std::string(json), TENON_KV_JSON}});
        }
        return *this;
    }

  private:
    friend class outbox;
    std::vector<named_value> fields_;
};

/// The tokens are dead at the provider.
struct revoked {};

}  // namespace tenon

#endif
