#include "api/page.hpp"

#include "api/error_response.hpp"
#include "api/provider_json.hpp"
#include "crypto/hash.hpp"
#include "oauth/redirect_outcome.hpp"
#include "provider/registry.hpp"

namespace tenon::host {

namespace {

constexpr std::string_view style =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 "
    "1rem;color:#1d2329}"
    "h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}"
    "form,.card{border:1px solid #c9d1d9;border-radius:8px;padding:1rem;margin:1rem 0}"
    "label{display:block;margin:.5rem "
    "0}input{font:inherit;width:100%;box-sizing:border-box;padding:.35rem}"
    "button{font:inherit;padding:.4rem 1rem;margin-top:.5rem}code{overflow-wrap:anywhere}"
    ".muted{color:#59636e}";

auto policy() -> const std::string& {
    static const std::string text =
        "default-src 'none'; style-src 'sha256-" + to_base64(sha256(style)) +
        "'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    return text;
}

auto input(
    std::string_view type, std::string_view name, std::string_view label, std::string_view value,
    bool required
) -> std::string {
    return "<label>" + escape_html(label) + "<input type=\"" + std::string(type) + "\" name=\"" +
           escape_html(name) + "\" value=\"" + escape_html(value) + "\" autocomplete=\"off\"" +
           (required ? " required" : "") + "></label>";
}

auto connect_form(const provider_entry& entry) -> std::string {
    std::string form =
        "<form method=\"post\" action=\"/connect\"><h3>" + escape_html(shown_name(entry)) + "</h3>";
    form += "<input type=\"hidden\" name=\"provider\" value=\"" + escape_html(entry.name) + "\">";
    form += input("password", "key", "API key (the start printed the first one)", "", true);
    form += input("text", "user", "User id, as your application knows them", "demo-user", true);
    for (const auto& field : entry.about->connect_fields) {
        const auto& label = field.label.empty() ? field.name : field.label;
        form += input(
            field.secret ? "password" : "text", "param." + field.name, label, field.default_value,
            field.required
        );
    }
    return form + "<button>Connect</button></form>";
}

auto other_provider(const provider_entry& entry, std::string_view public_url) -> std::string {
    std::string item = "<li><strong>" + escape_html(shown_name(entry)) +
                       "</strong> <span class=\"muted\">" + escape_html(state_text(entry)) +
                       "</span>";
    if (!entry.message.empty()) {
        item += "<br>" + escape_html(entry.message);
    }
    if (entry.state == provider_state::enabled) {
        item +=
            "<br><span class=\"muted\">Connected by credentials that your application asks its "
            "users for: <code>POST /api/integrations/connect/" +
            escape_html(entry.name) + "</code></span>";
    } else if (kind_text(entry) == "oauth2") {
        item += "<br><span class=\"muted\">Redirect URI to give the provider: <code>" +
                escape_html(shown_redirect_uri(entry, public_url)) + "</code></span>";
    }
    return item + "</li>";
}

}  // namespace

auto escape_html(std::string_view text) -> std::string {
    std::string escaped;
    escaped.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&': escaped += "&amp;"; break;
            case '<': escaped += "&lt;"; break;
            case '>': escaped += "&gt;"; break;
            case '"': escaped += "&quot;"; break;
            case '\'': escaped += "&#39;"; break;
            default: escaped += c;
        }
    }
    return escaped;
}

auto html_page(unsigned status, std::string_view title, std::string_view body) -> response {
    std::string page =
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\"><title>";
    page += escape_html(title);
    page += "</title><style>";
    page += style;
    page += "</style></head><body>";
    page += body;
    page += "</body></html>";
    auto to = text_response(status, "text/html; charset=utf-8", std::move(page));
    to.no_store = true;
    to.add_header("Content-Security-Policy", policy());
    // Without a referrer a browser would call our own form's origin `null`.
    to.add_header("Referrer-Policy", "same-origin");
    return to;
}

auto front_page_html(
    const registry_snapshot& providers, std::string_view public_url, std::string_view environment
) -> std::string {
    std::string ready;
    std::string others;
    for (const auto& [name, entry] : providers.providers) {
        const bool by_redirect = kind_text(entry) == "oauth2";
        if (entry.state == provider_state::enabled && entry.about && by_redirect) {
            ready += connect_form(entry);
        } else {
            others += other_provider(entry, public_url);
        }
    }
    std::string page =
        "<h1>Tenon</h1><p>This host connects your users' accounts and keeps their "
        "tokens fresh. <span class=\"muted\">Environment: " +
        escape_html(environment) +
        ". The contract: <a href=\"/openapi.json\">openapi.json</a>.</span></p>";
    page += "<h2>Connect an account</h2>";
    page += ready.empty() ? "<p>No provider is ready yet: see why below.</p>" : ready;
    if (!others.empty()) {
        page += "<h2>Others</h2><ul>" + others + "</ul>";
    }
    return page;
}

auto leaving_page_html(std::string_view provider, std::string_view auth_url) -> std::string {
    const auto url = escape_html(auth_url);
    return "<meta http-equiv=\"refresh\" content=\"0;url=" + url + "\"><h1>On to " +
           escape_html(provider) + "</h1><p><a rel=\"noreferrer\" href=\"" + url +
           "\">Continue to give your consent</a></p>";
}

auto result_page_html(const flow_end& end) -> std::string {
    if (end.status == "connected") {
        return "<h1>Connected</h1><div class=\"card\"><p>Provider: <code>" +
               escape_html(end.provider) + "</code></p><p>Account: <code>" +
               escape_html(end.account) + "</code></p><p>Connection: <code>" +
               escape_html(end.connection) +
               "</code></p></div><p>Your application now reads its token at <code>GET "
               "/api/integrations/token/" +
               escape_html(end.provider) + "/" + escape_html(end.connection) +
               "</code>.</p><p><a href=\"/\">Back</a></p>";
    }
    std::string message = "The account was not connected.";
    for (const auto code : all_error_codes()) {
        if (code_of(code) == end.error) {
            const auto known = end_user_message(error{code, message, {}, {}});
            message = known + " (" + std::string(end.error) + ")";
            break;
        }
    }
    return "<h1>Not connected</h1><div class=\"card\"><p>Provider: <code>" +
           escape_html(end.provider) + "</code></p><p>" + escape_html(message) +
           "</p></div><p><a href=\"/\">Try again</a></p>";
}

}  // namespace tenon::host
