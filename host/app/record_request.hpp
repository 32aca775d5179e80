// What `tenon plugin record` is told, made an operation.
#pragma once

#include "base/result.hpp"
#include "provider/operation.hpp"
#include "provider/recorder.hpp"

#include <map>
#include <string>
#include <vector>

namespace tenon::host {

// The command line's. Secrets come in files, so that no list of processes shows them.
struct recording {
    std::string provider, operation, output, slot;
    std::string code_file, verifier_file, access_file, refresh_file, redirect_uri;
    std::vector<std::string> credential_files, connect, params;  // NAME=FILE, NAME=VALUE
};

struct recordable {
    operation_request request;
    known_secrets known;  // what must not stand in the cassette
};

// Error: invalid_request, where a file can't be read, or the provider does not ask for what is
// given.
[[nodiscard]] auto prepare(const recording& what, const provider_instance& instance)
    -> result<recordable>;

}  // namespace tenon::host
