#include "provider/discovery.hpp"

#include "base/json.hpp"
#include "provider/origin.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

constexpr std::string_view oidc_suffix = "/.well-known/openid-configuration";
constexpr std::string_view oauth_suffix = "/.well-known/oauth-authorization-server";

auto leads_to_loopback(const std::string& url) -> bool {
    const auto parts = split(url, url_templates::refused);
    return parts && is_loopback(parts->host);
}

auto endpoint_problem(const nlohmann::json& document, std::string_view name, bool loopback)
    -> std::string {
    const auto found = document.find(name);
    if (found == document.end() || found->is_null()) {
        return {};
    }
    const auto url = found->is_string() ? split(found->get<std::string>(), url_templates::refused)
                                        : std::nullopt;
    if (!url || (url->scheme != "https" && !(loopback && is_loopback(url->host)))) {
        return "its " + std::string(name) + " is not an https URL";
    }
    return {};
}

auto describe_answer(const outbound_response& response) -> std::string {
    if (response.outcome != transport::ok) {
        return response.problem.empty() ? "no answer" : response.problem;
    }
    return "HTTP status " + std::to_string(response.status);
}

}  // namespace

auto discovery_urls(const std::string& issuer) -> std::vector<std::string> {
    auto base = issuer;
    while (base.ends_with('/')) {
        base.pop_back();
    }
    const auto parts = split(base, url_templates::refused);
    if (!parts || parts->rest.find('?') != std::string::npos) {
        return {};
    }
    return {
        base + std::string(oidc_suffix), parts->origin() + std::string(oauth_suffix) + parts->rest};
}

auto check_metadata(const std::string& issuer, std::string_view document, bool loopback)
    -> result<void> {
    const auto parsed = parse_json(document);
    if (parsed.has_error() || !parsed->is_object()) {
        return fail(errc::provider_error, "the issuer's metadata is not a JSON object");
    }
    const auto named = parsed->find("issuer");
    if (named == parsed->end() || !named->is_string() || named->get<std::string>() != issuer) {
        return fail(
            errc::provider_error,
            "the metadata found for the issuer " + issuer +
                " names another one: write it in the configuration exactly as the provider does"
        );
    }
    constexpr std::array<std::string_view, 5> endpoints{
        "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "revocation_endpoint",
        "jwks_uri"};
    for (const auto name : endpoints) {
        if (auto problem = endpoint_problem(*parsed, name, loopback); !problem.empty()) {
            return fail(
                errc::provider_error,
                "the metadata of the issuer " + issuer + " can't be used: " + problem
            );
        }
    }
    return {};
}

auto fetch_metadata(discovery_request request, outbound_http& http)
    -> boost::asio::awaitable<result<discovered_metadata>> {
    auto problem = fail(
        errc::provider_misconfigured,
        "the issuer '" + request.issuer + "' is not an https URL without a query"
    );
    for (const auto& address : request.addresses) {
        outbound_request get;
        get.may_resend = true;
        get.method = "GET";
        get.url = address;
        get.headers = {{"Accept", "application/json"}, {"User-Agent", "tenon/" TENON_VERSION}};
        get.timeout = milliseconds(10'000);
        get.label = request.provider + " discovery";
        const auto response = co_await http.send(std::move(get));
        if (response.outcome != transport::ok || response.status != 200) {
            problem = fail(
                errc::provider_unavailable, "the metadata of the issuer " + request.issuer +
                                                " can't be fetched: " + describe_answer(response)
            );
            continue;
        }
        const bool loopback = leads_to_loopback(address);
        auto checked = check_metadata(request.issuer, response.body, loopback);
        if (checked.has_error()) {
            problem = checked.error();
            continue;
        }
        discovered_metadata found{response.body, loopback};
        co_return found;
    }
    co_return problem;
}

}  // namespace tenon::host
