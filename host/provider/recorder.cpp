#include "provider/recorder.hpp"

#include "base/json.hpp"
#include "crypto/encoding.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view someone = "person@example.com";

auto without_query(const std::string& url) -> std::string {
    return url.substr(0, url.find('?'));
}

auto lower(std::string text) -> std::string {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

// Does the name of a member say that its text is a secret? `token_type` and `error_code` are none.
auto is_secret_name(const std::string& name) -> bool {
    constexpr std::array<std::string_view, 7> ends{"token",  "secret",  "password", "key",
                                                   "cookie", "session", "ticket"};
    const auto small = lower(name);
    return small == "code" || small == "device_code" || small == "user_code" ||
           std::ranges::any_of(ends, [&](std::string_view end) { return small.ends_with(end); });
}

auto is_address(const std::string& text) -> bool {
    const auto at = text.find('@');
    return at != std::string::npos && at > 0 && text.find('.', at) != std::string::npos &&
           text.find_first_of(" /:") == std::string::npos;
}

// The `sub` of a JWT; empty where there is none.
auto subject_in(const std::string& token) -> std::string {
    const auto begin = token.find('.');
    const auto end = token.find('.', begin == std::string::npos ? begin : begin + 1);
    if (end == std::string::npos) {
        return {};
    }
    const auto payload = from_base64url(token.substr(begin + 1, end - begin - 1));
    const auto claims = ordered_json::parse(payload.value_or(""), nullptr, false);
    return claims.is_object() && claims.contains("sub") && claims["sub"].is_string()
               ? claims["sub"].get<std::string>()
               : std::string();
}

class redaction {
  public:
    explicit redaction(const known_secrets& known) {
        for (const auto& [name, value] : known) {
            if (!value.empty()) {
                (void)placeholder(name, value);
            }
        }
    }

    auto body(const std::string& text) -> std::string {
        auto parsed = ordered_json::parse(text, nullptr, false);
        if (!parsed.is_structured() || check_json(text).has_error()) {
            return anywhere(text);
        }
        walk(parsed, "");
        return anywhere(parsed.dump());
    }

    // Each known secret, wherever it stands; longer ones first, for one may begin another.
    auto anywhere(std::string text) const -> std::string {
        std::vector<std::pair<std::string, std::string>> all(names_.begin(), names_.end());
        std::ranges::sort(all, std::greater<>(), [](const auto& one) { return one.first.size(); });
        for (const auto& [value, name] : all) {
            for (auto at = text.find(value); at != std::string::npos;
                 at = text.find(value, at + name.size())) {
                text.replace(at, value.size(), name);
            }
        }
        return text;
    }

  private:
    auto placeholder(const std::string& name, const std::string& value) -> std::string {
        const auto known = names_.find(value);
        if (known != names_.end()) {
            return known->second;
        }
        const auto count = ++counts_[name];
        auto out = "REDACTED_" + name + (count == 1 ? "" : "_" + std::to_string(count));
        names_.emplace(value, out);
        return out;
    }

    auto id_token(const std::string& token) -> std::string {
        const auto subject = subject_in(token);
        auto end = placeholder("id_token", token);
        if (subject.empty()) {
            return end;
        }
        // The plugin may read whose it is; its signature is worth nothing to anybody.
        const ordered_json claims = {{"sub", subject}};
        auto out =
            to_base64url(R"({"alg":"none"})") + "." + to_base64url(claims.dump()) + "." + end;
        names_[token] = out;
        return out;
    }

    void walk(ordered_json& at, const std::string& name) {
        if (at.is_structured()) {
            for (const auto& [key, value] : at.items()) {
                walk(value, at.is_object() ? key : name);
            }
        } else if (at.is_string()) {
            const auto text = at.get<std::string>();
            if (name == "id_token") {
                at = id_token(text);
            } else if (!text.empty() && is_secret_name(name)) {
                at = placeholder(name, text);
            } else if (is_address(text)) {
                names_.emplace(text, someone);
                at = someone;
            }
        }
    }

    std::map<std::string, std::string> names_;  // secret -> what stands for it
    std::map<std::string, int> counts_;
};

auto is_read_by_plugins(const std::string& header) -> bool {
    constexpr std::array<std::string_view, 5> kept{
        "content-type", "date", "retry-after", "x-oauth-scopes", "x-business-use-case-usage"};
    return std::ranges::find(kept, header) != kept.end() ||
           header.find("ratelimit") != std::string::npos ||
           header.find("rate-limit") != std::string::npos;
}

}  // namespace

auto recording_http::send(outbound_request request) -> boost::asio::awaitable<outbound_response> {
    cassette_exchange kept{request.method, without_query(request.url), {}};
    auto response = co_await real_.send(std::move(request));
    kept.response = response;
    exchanges_.push_back(std::move(kept));
    co_return response;
}

auto redact(cassette recorded, const known_secrets& known) -> cassette {
    redaction by(known);
    for (auto& one : recorded.exchanges) {
        one.url = by.anywhere(one.url);
        one.response.body = by.body(one.response.body);
        one.response.problem.clear();
        std::erase_if(one.response.headers, [](const auto& header) {
            return !is_read_by_plugins(header.first);
        });
    }
    // What the replies hold is known by now.
    for (auto& one : recorded.exchanges) {
        one.response.body = by.anywhere(one.response.body);
    }
    for (auto& [name, value] : recorded.params) {
        value = by.anywhere(value);
    }
    for (auto& [name, value] : recorded.connect) {
        value = by.anywhere(value);
    }
    for (auto& [name, value] : recorded.config) {
        value.text = by.anywhere(value.text);
    }
    recorded.outcome = recorded.outcome.empty() ? "" : by.anywhere(recorded.outcome);
    return recorded;
}

}  // namespace tenon::host
