// The host's own pages: plain HTML, no script, nothing from elsewhere.
#pragma once

#include "http/response.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace tenon::host {

struct registry_snapshot;

// Text between tags or within double quotes.
[[nodiscard]] auto escape_html(std::string_view text) -> std::string;

// A whole page with its headers: a content security policy that admits the one style sheet, by
// hash, and forms to this host only.
[[nodiscard]] auto html_page(unsigned status, std::string_view title, std::string_view body)
    -> response;

// `/`: what can be connected, a form for each, and why not for the rest.
[[nodiscard]] auto front_page_html(
    const registry_snapshot& providers, std::string_view public_url, std::string_view environment
) -> std::string;
// On the way to the provider. A page and not a redirect: browsers apply form-action to redirects
// after a form.
[[nodiscard]] auto leaving_page_html(std::string_view provider, std::string_view auth_url)
    -> std::string;

struct flow_end {
    std::string_view provider, status, account, connection, error;
};
// `/connected`: how it ended. Nothing of what the URL brings is shown as a sentence of ours.
[[nodiscard]] auto result_page_html(const flow_end& end) -> std::string;

}  // namespace tenon::host
