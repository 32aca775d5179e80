// request.hpp: what can be asked of the host: an HTTP exchange, a call of a host service, a pause.
#ifndef TENON_SDK_REQUEST_HPP
#define TENON_SDK_REQUEST_HPP

#include <tenon/request.h>
#include <tenon/sdk/values.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon {

/// An HTTP request under construction. The host encodes, authenticates and sends it: give every
/// value raw. `co_await` it for the response. Build it in one expression or keep it in a variable
/// (`co_await std::move(it)` then spares a copy):
///   auto reply = co_await tenon::post(url).form("code", in.code).client_auth().grant_reply();
class request {
  public:
    request(std::string_view method, std::string_view url) : method_(method), url_(url) {}

    /// Fills `{name}` in the URL.
    auto path(std::string_view name, std::string_view text) -> request& {
        return add(path_, name, {std::string(text)});
    }
    auto path(std::string_view name, value with_flags) -> request& {
        return add(path_, name, std::move(with_flags));
    }
    auto query(std::string_view name, std::string_view text) -> request& {
        return add(query_, name, {std::string(text)});
    }
    auto query(std::string_view name, value with_flags) -> request& {
        return add(query_, name, std::move(with_flags));
    }
    auto form(std::string_view name, std::string_view text) -> request& {
        return add(form_, name, {std::string(text)});
    }
    auto form(std::string_view name, value with_flags) -> request& {
        return add(form_, name, std::move(with_flags));
    }
    auto header(std::string_view name, std::string_view text) -> request& {
        return add(headers_, name, {std::string(text)});
    }
    auto header(std::string_view name, value with_flags) -> request& {
        return add(headers_, name, std::move(with_flags));
    }
    /// A member of a JSON object that is the body: a text, or JSON (a number, a list) as it stands.
    auto json(std::string_view name, std::string_view text) -> request& {
        return add(json_, name, {std::string(text)});
    }
    auto json(std::string_view name, value with_flags) -> request& {
        return add(json_, name, std::move(with_flags));
    }
    auto json_raw(std::string_view name, std::string_view text) -> request& {
        return add(json_, name, {std::string(text), TENON_KV_JSON});
    }
    auto body(std::string_view bytes) -> request& {
        body_ = bytes;
        return *this;
    }

    /// The host authenticates the client, as the description's client_auth says. Origins: token,
    /// revoke.
    auto client_auth() -> request& { return flag(TENON_HTTP_CLIENT_AUTH); }
    /// The host adds `Authorization: Bearer` with the stored access token. Origins: api, revoke.
    auto bearer() -> request& { return flag(TENON_HTTP_BEARER); }
    /// The reply may carry tokens: the host seals it into storage before the operation goes on.
    /// It is what makes a crash in the middle of an exchange or a refresh lose nothing; where it is
    /// forgotten, the host infers it from client_auth(), credentials and role token.
    auto grant_reply() -> request& { return flag(TENON_HTTP_GRANT_REPLY); }
    auto timeout_ms(std::uint32_t most) -> request& {
        timeout_ms_ = most;
        return *this;
    }
    auto max_body_bytes(std::uint32_t most) -> request& {
        max_body_bytes_ = most;
        return *this;
    }

    auto has_query(std::string_view name) const noexcept -> bool {
        for (const named_value& item : query_) {
            if (item.name == name) {
                return true;
            }
        }
        return false;
    }

  private:
    friend class request_view;
    auto add(std::vector<named_value>& list, std::string_view name, value what) -> request& {
        list.push_back(named_value{std::string(name), std::move(what)});
        return *this;
    }
    auto flag(std::uint32_t bit) -> request& {
        flags_ |= bit;
        return *this;
    }

    std::string method_, url_, body_;
    std::vector<named_value> path_, query_, form_, json_, headers_;
    std::uint32_t flags_ = 0, timeout_ms_ = 0, max_body_bytes_ = 0;
};

inline auto get(std::string_view url) -> request {
    return request("GET", url);
}
inline auto post(std::string_view url) -> request {
    return request("POST", url);
}
inline auto put(std::string_view url) -> request {
    return request("PUT", url);
}
inline auto patch(std::string_view url) -> request {
    return request("PATCH", url);
}
inline auto del(std::string_view url) -> request {
    return request("DELETE", url);
}

/// A call of a host service, by its id: `tenon.hmac-sha256/1`. The id must be in the description's
/// host_calls.
class call {
  public:
    explicit call(std::string_view id) : id_(id) {}
    auto arg(std::string_view name, std::string_view text) -> call& {
        return arg(name, value{std::string(text)});
    }
    auto arg(std::string_view name, value with_flags) -> call& {
        args_.push_back(named_value{std::string(name), std::move(with_flags)});
        return *this;
    }

  private:
    friend class call_view;
    std::string id_;
    std::vector<named_value> args_;
};

/// A pause that the host makes. Milliseconds.
struct pause {
    std::uint32_t ms = 0;
};
constexpr auto sleep_for(std::uint32_t ms) noexcept -> pause {
    return pause{ms};
}

}  // namespace tenon

#endif
