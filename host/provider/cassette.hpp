// One operation as it went with a real provider, secrets taken out: for the conformance suite.
#pragma once

#include "base/outbound.hpp"
#include "provider/descriptor.hpp"
#include "provider/registry.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::host {

struct cassette_exchange {
    std::string method, url;  // without its query; as the plugin gives it, or as it was sent
    outbound_response response;
};

// A file `*.json`:
//   {"cassette": 1, "provider": "slack", "operation": "exchange", "slot": "", "setup": "rotating",
//    "config": {…}, "discovery": {…}, "connect": {…}, "params": {…},
//    "exchanges": [{"request": {"method", "url"}, "response": {"status", "headers", "body"}}],
//    "outcome": {…}}
// Only the first three and `exchanges` must be there. A body is text, or JSON that is written out.
// `REDACTED_…` in it stands for a secret: the suite puts a canary there. `outcome` is in
// outcome.hpp's words.
struct cassette {
    std::string name;  // the file's
    std::string provider;
    operation_kind kind = operation_kind::profile;
    std::string slot;
    std::string setup;  // what its configuration is called, where a provider has several
    std::map<std::string, config_value> config;
    std::string discovery;  // the issuer's metadata, JSON; empty: none
    std::map<std::string, std::string> connect;
    std::map<std::string, std::string> params;  // beside those that the host makes
    std::vector<cassette_exchange> exchanges;
    std::string outcome;  // JSON; empty: not told
};

// Error: invalid_request; the message says what was expected.
[[nodiscard]] auto parse_cassette(std::string_view text) -> result<cassette>;
// Pretty-printed, so that a person can look through it before it is shared.
[[nodiscard]] auto write_cassette(const cassette& recorded) -> std::string;

// All `*.json` of a directory, by name. Error: invalid_request, with the file's name.
[[nodiscard]] auto read_cassettes(const std::filesystem::path& directory)
    -> result<std::vector<cassette>>;

}  // namespace tenon::host
