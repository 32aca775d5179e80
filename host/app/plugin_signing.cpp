#include "app/plugin_signing.hpp"

#include "base/whole_file.hpp"
#include "crypto/private_file.hpp"
#include "crypto/signing.hpp"
#include "provider/plugin_trust.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <iostream>

namespace tenon::host {

auto make_signing_key_file(const std::string& file) -> result<void> {
    std::error_code unknown;
    if (std::filesystem::exists(file, unknown)) {
        return fail(errc::conflict, file + " is there already: what it signed would be orphaned");
    }
    const auto key = generate_signing_key();
    auto written = replace_private_file(file, key.private_pem.reveal());
    if (written.has_value()) {
        std::cout << key.public_key << '\n';
        std::cerr << "the private key is in " << file
                  << "; the line above is for plugins.public_keys\n";
    }
    return written;
}

auto sign_plugin(const std::string& file, const std::string& key_file) -> result<void> {
    const auto key = read_private_file(key_file);
    if (key.has_error()) {
        return key.error();
    }
    const auto image = plugin_image::read(file);
    if (image.has_error()) {
        return image.error();
    }
    const auto view = (*image)->copy().view();
    if (view.has_error()) {
        return view.error();
    }
    const auto signature = sign_bytes(*key, view->bytes());
    if (signature.has_error()) {
        return fail(signature.error().code, key_file + ": " + signature.error().message);
    }
    const auto beside = signature_path(file);
    auto written = replace_file(beside, *signature + "\n", S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
    if (written.has_value()) {
        std::cout << beside.string() << '\n';
    }
    return written;
}

auto verify_plugin(const settings& values, const std::string& file, const std::string& public_key)
    -> result<void> {
    const auto keys =
        public_key.empty() ? values.plugins.public_keys : std::vector<std::string>{public_key};
    if (keys.empty()) {
        return fail(
            errc::invalid_request,
            "with which key? Name one with --key, or in plugins.public_keys of the configuration"
        );
    }
    for (const auto& key : keys) {
        if (!is_public_key(key)) {
            return fail(
                errc::invalid_request, "`" + key +
                                           "` is no public key: expected what `tenon "
                                           "plugin keygen` printed"
            );
        }
    }
    const auto image = plugin_image::read(file);
    if (image.has_error()) {
        return image.error();
    }
    const auto signer = signer_of(**image, keys);
    if (signer.has_error()) {
        return fail(signer.error().code, file + ": " + signer.error().message);
    }
    std::cout << file << "  SHA-256 " << (*image)->digest() << ", signed with " << *signer << '\n';
    return {};
}

}  // namespace tenon::host
