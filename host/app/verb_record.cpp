#include "app/parts.hpp"
#include "app/record_request.hpp"
#include "app/verbs.hpp"
#include "net/outbound.hpp"
#include "provider/cassette_outcome.hpp"
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

// A token that is one of the credentials is named, as the plugin names it.
auto with_names(operation_output output, const operation_secrets& secrets) -> operation_output {
    for (auto& grant : output.grants) {
        for (const auto& [name, value] : secrets.credentials) {
            if (grant.access_token.reveal() == value.reveal()) {
                grant.access_token = secret("${credential." + name + "}");
            }
        }
    }
    return output;
}

auto cassette_of(
    const recording& what, const provider_instance& instance, const operation_request& asked,
    const operation_result& ended, const recording_http& heard
) -> cassette {
    cassette out;
    out.provider = instance.settings().plugin.empty() ? what.provider : instance.settings().plugin;
    out.kind = asked.kind;
    out.slot = what.slot;
    out.config = instance.settings().config;
    out.connect = asked.connect;
    if (asked.kind != operation_kind::exchange) {
        out.params = {asked.params.begin(), asked.params.end()};
    }
    if (!instance.settings().scopes.empty()) {
        std::string list;
        for (const auto& one : instance.settings().scopes) {
            list += (list.empty() ? "[\"" : ",\"") + one + "\"";
        }
        out.config["scopes"] = {list + "]", true};
    }
    out.exchanges = heard.exchanges();
    out.outcome = ended.has_value() ? outcome_json(with_names(*ended, asked.secrets))
                                    : outcome_json(ended.error());
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
    recording_http heard(*outbound);
    const auto ended = run_one(loop, *instance, ready->request, heard, time);
    const auto recorded =
        redact(cassette_of(what, **instance, ready->request, ended, heard), ready->known);
    if (auto written = write_to(what.output, write_cassette(recorded)); written.has_error()) {
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
    verb->add_option("operation", what->operation, "exchange, refresh, profile, revoke or validate")
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
    verb->add_option(
        "--credential-file", what->credential_files,
        "NAME=FILE, of the provider's credential fields (api_key=key.txt); once for each"
    );
    verb->add_option("--connect", what->connect, "NAME=VALUE, of its connect fields");
    verb->add_option("--param", what->params, "NAME=VALUE: account_id, scope or base_url");
    verb->callback([&chosen, what] {
        chosen.run = [what](const settings& values) { return record(*what, values); };
    });
}

}  // namespace tenon::host
