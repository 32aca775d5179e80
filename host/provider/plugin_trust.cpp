#include "provider/plugin_trust.hpp"

#include "crypto/signing.hpp"

#include <fstream>

namespace tenon::host {
namespace {

auto how_to_approve(const plugin_image& image) -> std::string {
    return "look at what it may reach and approve it: `tenon plugin install " +
           image.path().filename().string() + "`";
}

}  // namespace

auto signature_path(const std::filesystem::path& plugin) -> std::filesystem::path {
    return plugin.string() + ".sig";
}

auto signer_of(const plugin_image& image, const std::vector<std::string>& public_keys)
    -> result<std::string> {
    const auto beside = signature_path(image.path());
    std::ifstream in(beside, std::ios::binary);
    std::string signature;
    if (!in || !(in >> signature)) {
        return fail(
            errc::not_found,
            "there is no signature in " + beside.string() + ": `tenon plugin sign` makes one"
        );
    }
    const auto view = image.copy().view();
    if (view.has_error()) {
        return view.error();
    }
    for (const auto& key : public_keys) {
        if (is_signed_by(key, view->bytes(), signature)) {
            return key;
        }
    }
    return fail(
        errc::invalid_request,
        "its signature is not over these bytes by any of the " +
            std::to_string(public_keys.size()) +
            " keys of plugins.public_keys: it was changed, or others signed it"
    );
}

auto plugin_folder::bundled(std::filesystem::path path) -> plugin_folder {
    return {std::move(path), {plugin_requirement::none, {}}, plugin_pins()};
}

auto plugin_folder::judged(std::filesystem::path path, const plugin_settings& policy)
    -> plugin_folder {
    auto pins = policy.require == plugin_requirement::none ? result<plugin_pins>(plugin_pins())
                                                           : read_pins(path);
    return {std::move(path), policy, std::move(pins)};
}

auto plugin_folder::admit(std::shared_ptr<plugin_image> image) const -> result<trusted_plugin> {
    if (policy_.require == plugin_requirement::none) {
        return trusted_plugin{std::move(image), nullptr};
    }
    if (pins_.has_error()) {
        return refuse_plugin(
            image->path(),
            "it is not loaded, for its folder's pins are not good. " + pins_.error().message
        );
    }
    if (policy_.require == plugin_requirement::signature) {
        const auto signer = signer_of(*image, policy_.public_keys);
        if (signer.has_error()) {
            return refuse_plugin(image->path(), signer.error().message);
        }
    }
    const auto pin = pins_->find(image->path().filename().string());
    if (pin == pins_->end()) {
        return refuse_plugin(
            image->path(), "nobody approved it (" + (path_ / pins_name).string() +
                               " does not name it): " + how_to_approve(*image)
        );
    }
    if (policy_.require == plugin_requirement::pin && pin->second.digest != image->digest()) {
        return refuse_plugin(
            image->path(), "it is not the file that was approved: the pinned SHA-256 is " +
                               pin->second.digest + ", its own is " + image->digest() +
                               ". If you changed it, " + how_to_approve(*image)
        );
    }
    auto approved = std::make_shared<const plugin_approval>(pin->second.approved);
    return trusted_plugin{std::move(image), std::move(approved)};
}

}  // namespace tenon::host
