// `tenon plugin keygen`, `sign` and `verify`.
#pragma once

#include "base/config.hpp"
#include "base/result.hpp"

#include <string>

namespace tenon::host {

// Makes a key pair: the private half in a new file of mode 0600, the public half on standard
// output. Errors: conflict (the file is there), internal.
[[nodiscard]] auto make_signing_key_file(const std::string& file) -> result<void>;

// Writes FILE.sig. Errors: those of read_private_file, sign_bytes and plugin_image::read.
[[nodiscard]] auto sign_plugin(const std::string& file, const std::string& key_file)
    -> result<void>;

// Is FILE signed with this public key, or (an empty one) with one of the configuration's? Errors:
// those of signer_of.
[[nodiscard]] auto verify_plugin(
    const settings& values, const std::string& file, const std::string& public_key
) -> result<void>;

}  // namespace tenon::host
