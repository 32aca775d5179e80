#include "provider/plugin_image.hpp"

#include "crypto/hash.hpp"
#include "provider/elf_reader.hpp"

#include <fstream>
#include <utility>

namespace tenon::host {
namespace {

auto read_file(const std::filesystem::path& path) -> result<std::string> {
    constexpr std::uintmax_t longest = 256UL << 20U;
    std::error_code failed;
    const auto size = std::filesystem::file_size(path, failed);
    if (failed || size > longest) {
        return refuse_plugin(
            path, failed ? "can't be read: " + failed.message() : "is larger than 256 MiB"
        );
    }
    std::ifstream file(path, std::ios::binary);
    std::string bytes(size, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(size));
    if (!file || file.gcount() != static_cast<std::streamsize>(size)) {
        return refuse_plugin(path, "can't be read: check its permissions");
    }
    return bytes;
}

}  // namespace

auto refuse_plugin(const std::filesystem::path& path, const std::string& why) -> error {
    return fail(errc::invalid_request, path.filename().string() + ": " + why);
}

plugin_image::plugin_image(std::filesystem::path path, sealed_copy copy, std::string digest)
    : path_(std::move(path)), copy_(std::move(copy)), digest_(std::move(digest)) {}

auto plugin_image::read(const std::filesystem::path& path)
    -> result<std::shared_ptr<plugin_image>> {
    auto bytes = read_file(path);
    if (bytes.has_error()) {
        return bytes.error();
    }
    if (const auto checked = check_plugin_file(*bytes); checked.has_error()) {
        return refuse_plugin(path, checked.error().message);
    }
    auto copy = sealed_copy::make(*bytes);
    if (copy.has_error()) {
        return copy.error();
    }
    // Of the copy, which nobody can change any more.
    const auto view = copy->view();
    if (view.has_error()) {
        return view.error();
    }
    auto digest = to_hex(sha256(view->bytes()));
    return std::shared_ptr<plugin_image>(new plugin_image(path, std::move(*copy), std::move(digest))
    );
}

auto plugin_image::adopt(sealed_copy copy) -> std::shared_ptr<plugin_image> {
    return std::shared_ptr<plugin_image>(new plugin_image("plugin", std::move(copy), {}));
}

}  // namespace tenon::host
