#include "app/parts.hpp"
#include "app/verbs.hpp"
#include "net/outbound.hpp"
#include "provider/cassette_outcome.hpp"
#include "provider/operation.hpp"
#include "provider/recorder.hpp"
#include "provider/registry.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <fstream>
#include <future>
#include <iostream>
#include <memory>

namespace tenon::host {
namespace {

namespace asio = boost::asio;

// What the command line says. Secrets come in files, so that no list of processes shows them.
struct recording {
    std::string provider, operation, output, slot;
    std::string code_file, verifier_file, access_file, refresh_file, redirect_uri;
};

auto operation_of(const std::string& name) -> result<operation_kind> {
    for (const auto kind :
         {operation_kind::exchange, operation_kind::refresh, operation_kind::profile,
          operation_kind::revoke}) {
        if (name_of(kind) == name) {
            return kind;
        }
    }
    return fail(
        errc::invalid_request,
        "no operation '" + name + "' is recorded: exchange, refresh, profile and revoke are"
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

struct prepared {
    operation_request request;
    known_secrets known;
};

auto prepare(const recording& what, const provider_instance& instance) -> result<prepared> {
    const auto kind = operation_of(what.operation);
    const auto code = secret_in(what.code_file);
    const auto verifier = secret_in(what.verifier_file);
    const auto access = secret_in(what.access_file);
    const auto refresh = secret_in(what.refresh_file);
    for (const auto* one : {&code, &verifier, &access, &refresh}) {
        if (one->has_error()) {
            return one->error();
        }
    }
    if (kind.has_error()) {
        return kind.error();
    }
    prepared out;
    out.request.kind = *kind;
    out.request.slot = what.slot;
    if (*kind == operation_kind::exchange) {
        const auto& uri =
            what.redirect_uri.empty() ? instance.settings().redirect_uri : what.redirect_uri;
        out.request.params = {{"code", *code}, {"redirect_uri", uri}};
    }
    out.request.secrets.access_token = secret(*access);
    out.request.secrets.refresh_token = secret(*refresh);
    out.request.secrets.code_verifier = secret(*verifier);
    out.known = {
        {"code", *code},
        {"code_verifier", *verifier},
        {"access_token", *access},
        {"refresh_token", *refresh},
        {"client_id", instance.settings().client_id}};
    for (const auto& one : instance.settings().client_secrets) {
        out.known.emplace_back("client_secret", std::string(one.reveal()));
    }
    return out;
}

auto cassette_of(
    const recording& what, const provider_instance& instance, operation_kind kind,
    const operation_result& ended, const recording_http& heard
) -> cassette {
    cassette out;
    out.provider = instance.settings().plugin.empty() ? what.provider : instance.settings().plugin;
    out.kind = kind;
    out.slot = what.slot;
    out.config = instance.settings().config;
    if (!instance.settings().scopes.empty()) {
        std::string list;
        for (const auto& one : instance.settings().scopes) {
            list += (list.empty() ? "[\"" : ",\"") + one + "\"";
        }
        out.config["scopes"] = {list + "]", true};
    }
    out.exchanges = heard.exchanges();
    out.outcome = ended.has_value() ? outcome_json(*ended) : outcome_json(ended.error());
    return out;
}

auto write_to(const std::string& file, const std::string& text) -> result<void> {
    std::ofstream to(file, std::ios::binary);
    to << text;
    to.close();
    if (!to) {
        return fail(errc::invalid_request, file + ": can't be written");
    }
    return {};
}

auto run_one(
    asio::io_context& loop, provider_handle instance, operation_request request,
    outbound_http& http, const clock& time
) -> operation_result {
    auto ended = asio::co_spawn(
        loop, run_operation(std::move(instance), std::move(request), http, time), asio::use_future
    );
    while (ended.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        loop.run_one();
    }
    return ended.get();
}

auto record(const recording& what, const settings& values) -> result<void> {
    const auto known = catalogue_of(values);
    if (known.has_error()) {
        return known.error();
    }
    auto options = registry_options_of(values, *known);
    if (options.has_error()) {
        return options.error();
    }
    asio::io_context loop;
    const system_clock time;
    const auto outbound = make_outbound(loop.get_executor(), outbound_options{});
    const registry providers(*options, *outbound, time);
    const auto instance = providers.find(what.provider);
    if (instance.has_error()) {
        return instance.error();
    }
    auto ready = prepare(what, **instance);
    if (ready.has_error()) {
        return ready.error();
    }
    const auto kind = ready->request.kind;
    recording_http heard(*outbound);
    const auto ended = run_one(loop, *instance, std::move(ready->request), heard, time);
    const auto recorded = redact(cassette_of(what, **instance, kind, ended, heard), ready->known);
    if (const auto written = write_to(what.output, write_cassette(recorded)); written.has_error()) {
        return written;
    }
    std::cout << what.output << "  " << recorded.exchanges.size() << " exchanges, "
              << (ended.has_value() ? "done" : std::string(name_of(ended.error().category)))
              << ": look through it before you share it\n";
    return {};
}

}  // namespace

void add_record_verb(CLI::App& plugin, chosen_verb& chosen) {
    auto* verb = plugin.add_subcommand(
        "record",
        "runs one operation of a configured provider and writes a cassette, secrets taken out"
    );
    auto what = std::make_shared<recording>();
    verb->add_option("provider", what->provider, "its section of the configuration")->required();
    verb->add_option("operation", what->operation, "exchange, refresh, profile or revoke")
        ->required();
    verb->add_option("--output", what->output, "the cassette, NAME.json")->required();
    verb->add_option("--slot", what->slot, "which set of tokens");
    verb->add_option("--code-file", what->code_file, "exchange: the file with the code");
    verb->add_option("--code-verifier-file", what->verifier_file, "exchange with PKCE");
    verb->add_option("--redirect-uri", what->redirect_uri, "exchange: as it was asked with");
    verb->add_option(
        "--access-token-file", what->access_file, "all others: the file with the token"
    );
    verb->add_option("--refresh-token-file", what->refresh_file, "refresh and revoke");
    verb->callback([&chosen, what] {
        chosen.run = [what](const settings& values) { return record(*what, values); };
    });
}

}  // namespace tenon::host
