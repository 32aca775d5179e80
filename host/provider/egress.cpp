#include "provider/egress.hpp"

#include <algorithm>

namespace tenon::host {

struct egress_policy::match {
    std::string host;                // concrete
    const declared* last = nullptr;  // of those that it matches
    origin_roles roles = 0;
    bool user_named = false;
};

namespace {

// A parameter's value that may stand in a host name: it brings no port, path or user information
// along.
auto is_host_part(std::string_view value) -> bool {
    return !value.empty() && value.size() <= 253 && value.front() != '.' && value.back() != '.' &&
           std::ranges::all_of(value, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '.';
           });
}

// Host names know no case.
auto same_host_part(std::string_view left, std::string_view right) -> bool {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::ranges::equal(left, right, {}, lower, lower);
}

auto mapping_problem(const std::string& from, const std::string& to) -> std::optional<std::string> {
    const auto source = split(from, url_templates::allowed);
    const auto target = split(to, url_templates::refused);
    if (!source || !source->rest.empty()) {
        return "'" + from + "' is not an origin: write it as https://host[:port]";
    }
    if (!target || !target->rest.empty()) {
        return "'" + to +
               "' is not an origin: write it as https://host[:port] or http://127.0.0.1:PORT";
    }
    if (target->scheme != "https" && !is_loopback(target->host)) {
        return "'" + to + "' must be https: plain http is only for loopback addresses";
    }
    return std::nullopt;
}

}  // namespace

auto egress_policy::parameter::admits(std::string_view value) const -> bool {
    const bool chosen = choices.empty() || std::ranges::find(choices, value) != choices.end();
    return chosen && is_host_part(value) && (!form || form->matches(value));
}

auto egress_policy::declare(const descriptor& about, const origin_descriptor& origin) -> declared {
    declared out;
    out.url = split(origin.url, url_templates::allowed).value();
    out.text = out.url.origin();
    out.roles = origin.roles;
    if (out.url.host.find('{') == std::string::npos) {
        return out;
    }
    out.host = parse_host_template(out.url.host).value();
    for (const auto& name : out.host.names) {
        const auto field = std::ranges::find(about.connect_fields, name, &field_descriptor::name);
        parameter one{name, std::nullopt, {}};
        if (field != about.connect_fields.end()) {
            one.form = field->pattern.empty() ? std::nullopt : pattern::compile(field->pattern);
            one.choices = field->choices;
        }
        out.parameters.push_back(std::move(one));
    }
    return out;
}

auto egress_policy::make(const descriptor& about, const std::map<std::string, std::string>& mapping)
    -> result<egress_policy> {
    egress_policy out;
    std::vector<field_problem> problems;
    for (const auto& [from, to] : mapping) {
        if (auto problem = mapping_problem(from, to)) {
            problems.push_back({"origins", std::move(*problem)});
        } else {
            out.mapping_[split(from, url_templates::allowed)->origin()] =
                split(to, url_templates::refused)->origin();
        }
    }
    if (!problems.empty()) {
        auto message = "origins: " + problems.front().message;
        return error{errc::provider_misconfigured, std::move(message), {}, std::move(problems)};
    }
    for (const auto& origin : about.origins) {
        out.origins_.push_back(declare(about, origin));
    }
    return out;
}

auto egress_policy::fill(const declared& origin, const std::map<std::string, std::string>& connect)
    -> or_refusal<std::string> {
    std::string host = origin.host.literals.front();
    for (std::size_t i = 0; i < origin.parameters.size(); ++i) {
        const auto& one = origin.parameters[i];
        const auto given = connect.find(one.name);
        if (given == connect.end() || !one.admits(given->second)) {
            return denied(
                "the connect parameter '" + one.name + "' is " +
                (given == connect.end() ? "missing: it is part of the address"
                                        : "not valid in an address")
            );
        }
        host += given->second + origin.host.literals[i + 1];
    }
    return host;
}

// Names are separated by literals, so that a shortest match with a longer one tried on failure
// would be ambiguous only where a literal occurs in a value: the first literal that fits decides,
// and the last name takes what is left.
auto egress_policy::capture(
    const declared& origin, std::string_view host, const std::map<std::string, std::string>& connect
) -> bool {
    const auto& literals = origin.host.literals;
    if (!host.starts_with(literals.front())) {
        return false;
    }
    host.remove_prefix(literals.front().size());
    for (std::size_t i = 0; i < origin.parameters.size(); ++i) {
        const auto& behind = literals[i + 1];
        const bool last = i + 1 == origin.parameters.size();
        if (last && !host.ends_with(behind)) {
            return false;
        }
        const auto end = last ? host.size() - behind.size() : host.find(behind);
        if (end == std::string_view::npos || end > host.size()) {
            return false;
        }
        const auto value = host.substr(0, end);
        const auto given = connect.find(origin.parameters[i].name);
        const bool contradicted = given != connect.end() && !same_host_part(given->second, value);
        if (contradicted || !origin.parameters[i].admits(value)) {
            return false;
        }
        host.remove_prefix(end + behind.size());
    }
    return host.empty();
}

auto egress_policy::admits_host(
    const declared& origin, const split_url& url, const std::map<std::string, std::string>& connect
) -> bool {
    return !origin.parameters.empty() && origin.url.scheme == url.scheme &&
           origin.url.port == url.port && capture(origin, url.host, connect);
}

// An origin that is declared as it stands counts for itself: what a template that happens to admit
// the same name may do is not added.
auto egress_policy::is_declared(const split_url& url) const -> bool {
    return std::ranges::any_of(origins_, [&](const declared& one) {
        return same_origin(one.url, url);
    });
}

auto egress_policy::find(const split_url& url, const std::map<std::string, std::string>& connect)
    const -> or_refusal<match> {
    match out{url.host, nullptr, 0, false};
    const bool by_text = url.host.find('{') != std::string::npos;
    const bool by_template = !by_text && !is_declared(url);
    for (const auto& origin : origins_) {
        const bool held =
            same_origin(origin.url, url) || (by_template && admits_host(origin, url, connect));
        if (!held) {
            continue;
        }
        if (by_text) {
            auto host = fill(origin, connect);
            if (host.has_error()) {
                return host.error();
            }
            out.host = std::move(*host);
        }
        out.user_named = out.user_named || !origin.parameters.empty();
        out.last = &origin;
        out.roles |= origin.roles;
    }
    if (out.roles == 0) {
        return denied(url.origin() + " is not among the origins that the plugin declares");
    }
    return out;
}

auto egress_policy::admit(std::string_view url, const std::map<std::string, std::string>& connect)
    const -> or_refusal<admitted_url> {
    auto parts = split(url, url_templates::allowed);
    if (!parts) {
        return denied("the URL is not of the form https://host[:port]/path in plain ASCII");
    }
    auto found = find(*parts, connect);
    if (found.has_error()) {
        return found.error();
    }
    if (found->host != parts->host) {
        // Filled in, it must still be what a URL may be: `{domain}` could have made an address of
        // it. And it may be an origin that is declared as it stands.
        parts->host = std::move(found->host);
        const auto filled = split(parts->origin(), url_templates::refused);
        if (!filled) {
            return denied("the connect parameters don't make a host name");
        }
        parts->host = filled->host;
        if (is_declared(*parts)) {
            found = find(*parts, connect);
        }
        if (found.has_error()) {
            return found.error();
        }
    }
    if (found->user_named && is_address(parts->host)) {
        return denied("the connect parameters don't make a host name");
    }
    admitted_url out;
    out.url = parts->origin() + parts->rest;
    out.roles = found->roles;
    const auto elsewhere = mapped(*parts, found->last->text);
    out.address = elsewhere ? *elsewhere + parts->rest : out.url;
    out.addresses =
        found->user_named && !elsewhere ? address_policy::public_only : address_policy::any;
    return out;
}

auto egress_policy::mapped(const split_url& url, const std::string& declared_as) const
    -> std::optional<std::string> {
    if (mapping_.empty()) {
        return std::nullopt;
    }
    auto found = mapping_.find(url.origin());
    if (found == mapping_.end()) {
        found = mapping_.find(declared_as);
    }
    return found == mapping_.end() ? std::nullopt : std::optional(found->second);
}

auto egress_policy::mapped(std::string_view url) const -> std::string {
    const auto parts = split(url, url_templates::refused);
    const auto elsewhere = parts ? mapped(*parts, parts->origin()) : std::nullopt;
    return elsewhere ? *elsewhere + parts->rest : std::string(url);
}

}  // namespace tenon::host
