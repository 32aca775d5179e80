#include "support/simulator/ledger.hpp"

#include "support/simulator/digest.hpp"

#include <algorithm>
#include <charconv>

namespace tenon::sim {

auto find_account(std::string_view id, std::int64_t count) -> std::optional<account> {
    std::int64_t number = 0;
    if (!id.starts_with('u') || id.starts_with("u0")) {
        return std::nullopt;
    }
    const auto [end, problem] = std::from_chars(id.data() + 1, id.data() + id.size(), number);
    if (problem != std::errc{} || end != id.data() + id.size() || number < 1 || number > count) {
        return std::nullopt;
    }
    const auto text = std::to_string(number);
    account found;
    found.number = number;
    found.id = std::string(id);
    found.username = "demo_user_" + text;
    found.name = "Demo User " + text + " (demo data)";
    found.email = "user" + text + "@demo.invalid";
    found.avatar_url = "https://demo.invalid/avatars/" + text + ".png";
    found.followers = number * 37 % 10'000;
    return found;
}

auto ledger::fresh(std::string_view prefix) -> std::string {
    const auto number = std::to_string(++next_);
    return std::string(prefix) + to_base64url(sha256("simulator " + number)).substr(0, 32) + number;
}

auto ledger::add_code(std::string_view prefix, consent given, time_point expires_at)
    -> std::string {
    auto text = fresh(prefix);
    codes_[text] = issued_code{std::move(given), expires_at, 0};
    return text;
}

auto ledger::find_code(const std::string& code) -> issued_code* {
    const auto found = codes_.find(code);
    return found == codes_.end() ? nullptr : &found->second;
}

auto ledger::add_grant(consent given) -> std::uint64_t {
    grants_[++next_grant_] = grant{std::move(given), false};
    return next_grant_;
}

auto ledger::add_token(std::string_view prefix, token made, std::int64_t lifetime_s)
    -> std::string {
    auto text = fresh(prefix);
    made.expires_at = lifetime_s == never_expires
                          ? time_point::max()
                          : made.issued_at + std::chrono::seconds(lifetime_s);
    tokens_[text] = std::move(made);
    return text;
}

auto ledger::find_token(const std::string& text) -> token* {
    const auto found = tokens_.find(text);
    return found == tokens_.end() ? nullptr : &found->second;
}

auto ledger::live_token(const std::string& text, token_kind kind, time_point now) -> token* {
    auto* found = find_token(text);
    const bool alive = found != nullptr && found->kind == kind && !found->revoked &&
                       !found->rotated_at && now < found->expires_at && !grant_of(*found).revoked;
    return alive ? found : nullptr;
}

void ledger::clear() {
    codes_.clear();
    tokens_.clear();
    grants_.clear();  // numbers go on: what was handed out before never comes again
}

auto verifier_is_well_formed(std::string_view verifier) -> bool {
    return verifier.size() >= 43 && verifier.size() <= 128 &&
           std::ranges::all_of(verifier, [](char c) {
               return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' ||
                      c == '_' || c == '~';
           });
}

auto is_base64url_digest(std::string_view challenge) -> bool {
    return challenge.size() == 43 && std::ranges::all_of(challenge, [](char c) {
               return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
           });
}

auto is_hex_digest(std::string_view challenge) -> bool {
    return challenge.size() == 64 && std::ranges::all_of(challenge, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

auto consenting_account(const parameters& asked, const common_settings& settings)
    -> std::optional<account> {
    return find_account(
        asked.has("login_hint") ? asked.get("login_hint") : settings.account, settings.accounts
    );
}

auto is_denied(const parameters& asked, const common_settings& settings) -> bool {
    return settings.deny || asked.get("deny") == "1";
}

auto is_registered(const std::string& redirect_uri, const common_settings& settings) -> bool {
    return !redirect_uri.empty() && (settings.redirect_uris.empty() ||
                                     std::ranges::find(settings.redirect_uris, redirect_uri) !=
                                         settings.redirect_uris.end());
}

auto to_seconds(time_point when) -> std::int64_t {
    return std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count();
}

}  // namespace tenon::sim
