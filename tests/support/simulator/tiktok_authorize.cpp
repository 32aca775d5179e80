// TikTok's authorization endpoint.
#include "support/simulator/tiktok.hpp"

#include <algorithm>
#include <array>

namespace tenon::sim {
namespace {

constexpr std::array<std::string_view, 6> tiktok_scopes{"user.info.basic", "user.info.profile",
                                                        "user.info.stats", "video.list",
                                                        "video.upload",    "video.publish"};

}  // namespace

// "" where the request may go on; else what TikTok's own page says.
auto tiktok::authorization_problem(const parameters& asked) const -> std::string {
    if (asked.get("client_key") != common_.client_id) {
        return "client_key";
    }
    if (!is_registered(asked.get("redirect_uri"), common_) ||
        asked.get("redirect_uri").size() > 512 ||
        asked.get("redirect_uri").find_first_of("?#") != std::string::npos) {
        return "redirect_uri";
    }
    const auto scopes = split(asked.get("scope"), ',');
    const bool known = !scopes.empty() && std::ranges::all_of(scopes, [](const auto& scope) {
        return std::ranges::find(tiktok_scopes, scope) != tiktok_scopes.end();
    });
    if (asked.get("response_type") != "code") {
        return "response_type";
    }
    if (!known) {
        return "scope";
    }
    const auto challenge = asked.get("code_challenge");
    if (app_ == "web") {
        return challenge.empty() ? "" : "code_challenge";
    }
    const bool well_formed =
        app_ == "desktop" ? is_hex_digest(challenge) : is_base64url_digest(challenge);
    return well_formed && asked.get("code_challenge_method") == "S256" ? "" : "code_challenge";
}

auto tiktok::authorize(const sim_request& request, time_point now) -> sim_response {
    const parameters asked(request.query);
    const auto who = consenting_account(asked, common_);
    const auto problem = asked.problem().empty() ? authorization_problem(asked) : asked.problem();
    if (!problem.empty() || !who) {
        return html_answer(
            400, "Something went wrong: " + html_escape(problem.empty() ? "account" : problem)
        );
    }
    header_list added;
    if (is_denied(asked, common_)) {
        ++counters_.denials;
        added = {{"error", "access_denied"}, {"error_description", "User denied the request"}};
    } else {
        consent given;
        given.account = who->id;
        given.redirect_uri = asked.get("redirect_uri");
        given.scope = asked.get("scope");
        given.challenge = asked.get("code_challenge");
        // Real codes hold characters that must be decoded before the exchange.
        const auto code =
            ledger_.add_code("demo*!", given, now + std::chrono::seconds(common_.code_lifetime_s));
        added = {{"code", code}, {"scopes", given.scope}};
        ++counters_.authorizations;
    }
    if (asked.has("state")) {
        added.emplace_back("state", asked.get("state"));
    }
    return redirect(asked.get("redirect_uri"), added);
}

}  // namespace tenon::sim
