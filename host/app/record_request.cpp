#include "app/record_request.hpp"

#include <fstream>

namespace tenon::host {
namespace {

using named_values = std::map<std::string, std::string>;

auto operation_of(const std::string& name) -> result<operation_kind> {
    for (const auto kind :
         {operation_kind::exchange, operation_kind::refresh, operation_kind::profile,
          operation_kind::revoke, operation_kind::validate}) {
        if (name_of(kind) == name) {
            return kind;
        }
    }
    return fail(
        errc::invalid_request, "no operation '" + name +
                                   "' is recorded: exchange, refresh, profile, revoke and validate "
                                   "are"
    );
}

// The first line of a file; empty where no file is named.
auto secret_in(const std::string& file) -> result<std::string> {
    if (file.empty()) {
        return std::string();
    }
    std::ifstream from(file);
    std::string line;
    if (!std::getline(from, line) || line.empty()) {
        return fail(errc::invalid_request, file + ": can't be read, or its first line is empty");
    }
    return line;
}

// Of NAME=VALUE.
auto named(const std::vector<std::string>& pairs, const char* option) -> result<named_values> {
    named_values out;
    for (const auto& pair : pairs) {
        const auto equals = pair.find('=');
        if (equals == 0 || equals == std::string::npos) {
            return fail(
                errc::invalid_request,
                std::string(option) + ": expected NAME=VALUE, not '" + pair + "'"
            );
        }
        out[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
    return out;
}

auto credentials_of(const recording& what, const provider_instance& instance)
    -> result<named_values> {
    auto out = named(what.credential_files, "--credential-file");
    if (out.has_error()) {
        return out;
    }
    for (auto& [name, value] : *out) {
        auto read = secret_in(value);
        if (read.has_error()) {
            return read.error();
        }
        value = std::move(*read);
    }
    return out->empty() ? out : check_fields(instance.about().credential_fields, std::move(*out));
}

auto add_fields(const recording& what, const provider_instance& instance, recordable& into)
    -> result<void> {
    const auto params = named(what.params, "--param");
    if (params.has_error()) {
        return params.error();
    }
    auto connect = named(what.connect, "--connect");
    if (connect.has_value()) {
        connect = check_fields(instance.about().connect_fields, std::move(*connect));
    }
    if (connect.has_error()) {
        return connect.error();
    }
    const auto credentials = credentials_of(what, instance);
    if (credentials.has_error()) {
        return credentials.error();
    }
    into.request.params = {params->begin(), params->end()};
    into.request.connect = std::move(*connect);
    for (const auto& [name, value] : *credentials) {
        if (!value.empty()) {  // one that may be left out: the host has none of that name either
            into.request.secrets.credentials.emplace(name, secret(value));
            into.known.emplace_back(name, value);
        }
    }
    return {};
}

auto add_tokens(const recording& what, recordable& into) -> result<void> {
    struct row {
        const char* name;
        const std::string& file;
        secret& at;
    };
    auto& secrets = into.request.secrets;
    for (const auto& [name, file, at] :
         {row{"code_verifier", what.verifier_file, secrets.code_verifier},
          row{"access_token", what.access_file, secrets.access_token},
          row{"refresh_token", what.refresh_file, secrets.refresh_token}}) {
        const auto read = secret_in(file);
        if (read.has_error()) {
            return read.error();
        }
        at = secret(*read);
        into.known.emplace_back(name, *read);
    }
    return {};
}

auto add_code(const recording& what, const provider_instance& instance, recordable& into)
    -> result<void> {
    const auto code = secret_in(what.code_file);
    if (code.has_error()) {
        return code.error();
    }
    const auto& uri =
        what.redirect_uri.empty() ? instance.settings().redirect_uri : what.redirect_uri;
    into.request.params.emplace_back("code", *code);
    into.request.params.emplace_back("redirect_uri", uri);
    into.known.emplace_back("code", *code);
    return {};
}

}  // namespace

auto prepare(const recording& what, const provider_instance& instance) -> result<recordable> {
    const auto kind = operation_of(what.operation);
    if (kind.has_error()) {
        return kind.error();
    }
    recordable out;
    out.request.kind = *kind;
    out.request.slot = what.slot;
    out.known.emplace_back("client_id", instance.settings().client_id);
    for (const auto& one : instance.settings().client_secrets) {
        out.known.emplace_back("client_secret", std::string(one.reveal()));
    }
    auto added = add_fields(what, instance, out);
    if (added.has_value()) {
        added = add_tokens(what, out);
    }
    if (added.has_value() && *kind == operation_kind::exchange) {
        added = add_code(what, instance, out);
    }
    return added.has_value() ? result<recordable>(std::move(out)) : added.error();
}

}  // namespace tenon::host
