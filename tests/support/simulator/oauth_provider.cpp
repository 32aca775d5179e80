#include "support/simulator/oauth_provider.hpp"

#include "support/simulator/digest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

// A request's body as the rules want it.
auto read_body(const sim_request& request, body_format format) -> std::optional<parameters> {
    if (format != body_format::json && has_type(request, "application/x-www-form-urlencoded")) {
        return parameters(request.body);
    }
    if (format != body_format::form && has_type(request, "application/json")) {
        return parameters::from_json(request.body);
    }
    return std::nullopt;
}

auto is_known(
    std::string_view name, std::initializer_list<std::string_view> ours,
    const std::vector<std::string_view>& more
) -> bool {
    return std::ranges::find(ours, name) != ours.end() ||
           std::ranges::find(more, name) != more.end();
}

// The first parameter that nobody knows; "" if there is none.
auto stranger_in(
    const parameters& form, std::initializer_list<std::string_view> ours,
    const std::vector<std::string_view>& more
) -> std::string {
    for (const auto& [name, value] : form.items()) {
        if (!is_known(name, ours, more)) {
            return name;
        }
    }
    return {};
}

}  // namespace

auto has_scope(const token& of, std::string_view scope) -> bool {
    const auto granted = split(of.scope, ' ');
    return std::ranges::find(granted, scope) != granted.end();
}

auto oauth_provider::refuse(mistake what, const std::string& why) -> sim_response {
    auto answer = refusal(what, why);
    counters_.refused += answer.status < 400 ? 1 : 0;  // the others are counted with all answers
    return answer;
}

auto oauth_provider::client_problem(const sim_request& request, const parameters& form) const
    -> std::string {
    const bool in_header = request.header("authorization").has_value();
    const bool in_body = form.has("client_secret");
    bool well_placed = in_header != in_body;
    switch (rules_.client) {
        case client_place::header: well_placed = in_header && !in_body; break;
        case client_place::body: well_placed = in_body && !in_header; break;
        case client_place::id_only: well_placed = !in_header && !in_body; break;
        case client_place::either: break;
    }
    if (!well_placed) {
        return "the client authenticates in the wrong place, twice, or not at all";
    }
    const auto basic = basic_auth(request);
    const auto id = basic ? basic->id : form.get("client_id");
    const auto secret = basic ? basic->secret : form.get("client_secret");
    const auto& expected =
        rules_.client == client_place::id_only ? std::string() : common_.client_secret;
    return id == common_.client_id && secret == expected ? ""
                                                         : "the client's id or secret is wrong";
}

auto oauth_provider::token_endpoint(const sim_request& request, time_point now) -> sim_response {
    const auto form = read_body(request, rules_.body);
    if (!form || !form->problem().empty() || !request.query.empty()) {
        return refuse(mistake::request, form ? form->problem() : "the body has the wrong type");
    }
    if (const auto problem = client_problem(request, *form); !problem.empty()) {
        return refuse(mistake::client, problem);
    }
    const auto type = form->get("grant_type");
    if (type != "authorization_code" && type != "refresh_token") {
        return refuse(mistake::grant_type, "authorization_code or refresh_token");
    }
    const bool is_exchange = type == "authorization_code";
    const auto stranger =
        is_exchange
            ? stranger_in(
                  *form,
                  {"grant_type", "code", "redirect_uri", "code_verifier", "client_id",
                   "client_secret"},
                  rules_.token_parameters
              )
            : stranger_in(
                  *form, {"grant_type", "refresh_token", "scope", "client_id", "client_secret"},
                  rules_.token_parameters
              );
    if (!stranger.empty()) {
        return refuse(mistake::request, "nobody knows the parameter " + stranger);
    }
    return is_exchange ? exchange(*form, now) : refresh(*form, now);
}

auto oauth_provider::exchange(const parameters& form, time_point now) -> sim_response {
    auto* code = ledger_.find_code(form.get("code"));
    if (code != nullptr && code->grant != 0) {  // RFC 6749 4.1.2: its tokens die, too
        ++counters_.code_reuses;
        ledger_.grant_at(code->grant).revoked = true;
        return refuse(mistake::code, "the code was used");
    }
    if (code == nullptr || now >= code->expires_at) {
        return refuse(mistake::code, "the code is unknown or expired");
    }
    if (form.get("redirect_uri") != code->given.redirect_uri) {
        return refuse(mistake::redirect_uri, "it is not that of the authorization request");
    }
    const auto verifier = form.get("code_verifier");
    const bool matches = code->given.challenge.empty()
                             ? verifier.empty()
                             : verifier_is_well_formed(verifier) &&
                                   to_base64url(sha256(verifier)) == code->given.challenge;
    if (!matches) {
        return refuse(mistake::verifier, "it does not fit the challenge");
    }
    code->grant = ledger_.add_grant(code->given);
    ++counters_.exchanges;
    return json_answer(200, issue(code->grant, code->given.scope, {}, now));
}

auto oauth_provider::issue(
    std::uint64_t grant, const std::string& scope, std::string kept, time_point now
) -> json {
    const auto& given = ledger_.grant_at(grant).given;
    const auto terms = terms_of(given);
    json answer = {{"token_type", rules_.token_type}};
    const auto access = ledger_.add_token(
        rules_.access_prefix, {token_kind::access, grant, scope, {}, now, {}, false, {}},
        terms.access_lifetime_s
    );
    newest_access_[grant] = access;
    answer["access_token"] = access;
    if (terms.access_lifetime_s != never_expires) {
        answer["expires_in"] = terms.access_lifetime_s;
    }
    const bool fresh = kept.empty() && terms.refreshable;
    const auto refresh_text = fresh
                                  ? ledger_.add_token(
                                        rules_.refresh_prefix,
                                        {token_kind::refresh, grant, scope, {}, now, {}, false, {}},
                                        terms.refresh_lifetime_s
                                    )
                                  : kept;
    const bool told = fresh || rules_.refresh == refresh_style::repeats;
    if (told && !refresh_text.empty()) {
        answer["refresh_token"] = refresh_text;
        if (terms.refresh_lifetime_s != never_expires) {
            const auto left = ledger_.find_token(refresh_text)->expires_at - now;
            answer["refresh_token_expires_in"] =
                std::chrono::duration_cast<std::chrono::seconds>(left).count();
        }
    }
    if (auto said = told_scope(split(scope, ' ')); !said.is_null()) {
        answer["scope"] = std::move(said);
    }
    dress(answer, given, now);
    return answer;
}

auto oauth_provider::refresh(const parameters& form, time_point now) -> sim_response {
    const auto text = form.get("refresh_token");
    auto* old = ledger_.find_token(text);
    const bool spent = old != nullptr && old->rotated_at &&
                       now >= *old->rotated_at + std::chrono::seconds(rules_.reuse_grace_s);
    if (spent) {
        note_reuse(*old);
    }
    const bool usable = old != nullptr && old->kind == token_kind::refresh && !spent &&
                        !old->revoked && now < old->expires_at && !ledger_.grant_of(*old).revoked;
    if (!usable) {
        return refuse(mistake::refresh_token, "it is unknown, expired, used or revoked");
    }
    auto scope = old->scope;
    if (form.has("scope")) {  // RFC 6749 6: never wider
        const auto wanted = split(form.get("scope"), rules_.scope_separator);
        const bool narrower =
            std::ranges::all_of(wanted, [&](const auto& each) { return has_scope(*old, each); });
        if (!narrower) {
            return refuse(mistake::scope, "a refresh never widens the scope");
        }
        scope = join(wanted, " ");
    }
    const auto grant = old->grant;
    const bool another =
        rules_.refresh == refresh_style::rotates || rules_.refresh == refresh_style::renews;
    if (rules_.refresh == refresh_style::rotates && !old->rotated_at) {
        old->rotated_at = now;
    }
    if (auto* access = ledger_.find_token(newest_access_[grant]);
        rules_.rotation_ends_access && access != nullptr) {
        access->revoked = true;
    }
    ++counters_.refreshes;
    return json_answer(200, issue(grant, scope, another ? std::string() : text, now));
}

void oauth_provider::note_reuse(const token& spent) {
    ++counters_.refresh_reuses;
    auto& family = ledger_.grant_of(spent);
    if (rules_.reuse_ends_grant && !family.revoked) {
        family.revoked = true;
        ++counters_.families_revoked;
    }
}

void oauth_provider::end(token& dead) {
    dead.revoked = true;
    const bool of_refresh = rules_.revocation == revocation_reach::grant_of_refresh;
    if (rules_.revocation == revocation_reach::grant ||
        (of_refresh && dead.kind == token_kind::refresh)) {
        ledger_.grant_of(dead).revoked = true;
    }
    ++counters_.revokes;
}

auto oauth_provider::revocation_endpoint(const sim_request& request) -> sim_response {
    const auto form = read_body(request, rules_.body);
    if (!form || !form->problem().empty() || !request.query.empty() || !form->has("token")) {
        return refuse(mistake::request, "a body with a token is needed");
    }
    const auto problem =
        rules_.revokes_without_client ? std::string() : client_problem(request, *form);
    if (!problem.empty()) {
        return refuse(mistake::client, problem);
    }
    const auto hint = form->get("token_type_hint");
    if (!hint.empty() && hint != "access_token" && hint != "refresh_token") {
        return refuse(mistake::request, "token_type_hint is access_token or refresh_token");
    }
    if (auto* found = ledger_.find_token(form->get("token")); found != nullptr) {
        if (rules_.revokes_refresh_only && found->kind == token_kind::access) {
            return refuse(mistake::request, "it must be a refresh token");
        }
        end(*found);
    }
    return revoked();  // an unknown token is as good as revoked (RFC 7009 2.2)
}

auto oauth_provider::mint(const std::string& account, time_point now) -> json {
    const auto who = find_account(account, common_.accounts);
    if (!who) {
        return nullptr;
    }
    consent given;
    given.account = account;
    given.scope = rules_.minted_scope;
    given.offline = true;
    auto answer = issue(ledger_.add_grant(given), given.scope, {}, now);
    answer["account_id"] = account_id(*who);
    return answer;
}

}  // namespace tenon::sim
