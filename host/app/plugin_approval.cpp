#include "app/plugin_approval.hpp"

#include "app/approval_text.hpp"
#include "app/inspection.hpp"
#include "base/whole_file.hpp"
#include "provider/plugin_trust.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iostream>

namespace tenon::host {
namespace {

namespace fs = std::filesystem;

constexpr ::mode_t readable = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;

// Two who change the pins of one folder at once would lose one's.
auto lock_folder(const fs::path& folder) -> result<file_descriptor> {
    file_descriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock || ::flock(lock.number(), LOCK_EX) != 0) {
        return fail(errc::invalid_request, "there is no folder " + folder.string() + ": make it");
    }
    return lock;
}

auto name_of(const plugin_image& image) -> std::string {
    return image.path().filename().string();
}

// Said of the file as it was given; the same is asked again of the copy whenever it is loaded.
auto signer_text(const plugin_image& image, const plugin_settings& policy) -> result<std::string> {
    const auto signer = signer_of(image, policy.public_keys);
    if (signer.has_value()) {
        return "signed with " + *signer;
    }
    if (policy.require == plugin_requirement::signature) {
        return fail(errc::invalid_request, name_of(image) + ": " + signer.error().message);
    }
    return std::string("not signed with a key of plugins.public_keys");
}

struct stranger {
    std::shared_ptr<plugin_image> image;
    std::string signer;
    std::vector<descriptor> providers;
};

auto look_at(const fs::path& file, const plugin_settings& policy) -> result<stranger> {
    auto image = plugin_image::read(file);
    if (image.has_error()) {
        return image.error();
    }
    if (!name_of(**image).ends_with(".so")) {
        return fail(errc::invalid_request, name_of(**image) + ": a plugin's file is named NAME.so");
    }
    auto signer = signer_text(**image, policy);
    if (signer.has_error()) {
        return signer.error();
    }
    auto found = inspect_plugin(*image);
    if (found.has_error()) {
        return found.error();
    }
    return stranger{std::move(*image), std::move(*signer), std::move(*found)};
}

void show(const stranger& what, const plugin_pins& pins) {
    const auto before = pins.find(name_of(*what.image));
    std::cout << name_of(*what.image) << "  SHA-256 " << what.image->digest() << ", " << what.signer
              << '\n'
              << approval_text(
                     what.providers, before == pins.end() ? nullptr : &before->second.approved
                 );
}

auto is_yes(const std::string& answer) -> bool {
    return answer == "y" || answer == "Y" || answer == "yes";
}

auto ask(const install_request& wanted) -> result<void> {
    if (wanted.approved_already) {
        return {};
    }
    if (::isatty(STDIN_FILENO) != 1) {
        return fail(
            errc::invalid_request,
            "nobody can be asked, for this is no terminal: read the above, then repeat it with "
            "--yes"
        );
    }
    std::cout << "May it reach these, and be given that? [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (!is_yes(answer)) {
        return fail(errc::invalid_request, "not installed");
    }
    return {};
}

auto copy_signature(const fs::path& from, const fs::path& to) -> result<void> {
    std::ifstream in(signature_path(from), std::ios::binary);
    if (!in) {
        std::error_code gone;
        fs::remove(signature_path(to), gone);  // of what lay there before
        return {};
    }
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return replace_file(signature_path(to), text, readable);
}

// The file before its pin: a host that reloads in between still has the old one, and refuses the
// new one for its pin.
auto put(const plugin_image& image, const fs::path& folder) -> result<void> {
    const auto to = folder / image.path().filename();
    if (auto copied = copy_signature(image.path(), to); copied.has_error()) {
        return copied;
    }
    const auto view = image.copy().view();
    if (view.has_error()) {
        return view.error();
    }
    return replace_file(to, view->bytes(), readable);
}

auto approval_for(const std::vector<descriptor>& found) -> plugin_approval {
    plugin_approval out;
    for (const auto& about : found) {
        out.emplace(about.id, approval_of(about));
    }
    return out;
}

}  // namespace

auto folder_of_plugins(const settings& values, const std::string& named) -> result<std::string> {
    if (!named.empty()) {
        return named;
    }
    if (values.plugin_dirs.size() != 1) {
        return fail(
            errc::invalid_request,
            values.plugin_dirs.empty()
                ? "which folder? Name one with --dir, or in `plugin_dirs` of the configuration"
                : "which folder? `plugin_dirs` has several: name one of them with --dir"
        );
    }
    return values.plugin_dirs.front();
}

auto install_plugin(const settings& values, const install_request& wanted) -> result<void> {
    const auto folder = folder_of_plugins(values, wanted.folder);
    if (folder.has_error()) {
        return folder.error();
    }
    const auto lock = lock_folder(*folder);
    if (lock.has_error()) {
        return lock.error();
    }
    auto pins = read_pins(*folder);
    if (pins.has_error()) {
        return pins.error();
    }
    const auto what = look_at(wanted.file, values.plugins);
    if (what.has_error()) {
        return what.error();
    }
    show(*what, *pins);
    if (auto agreed = ask(wanted); agreed.has_error()) {
        return agreed;
    }
    if (auto copied = put(*what->image, *folder); copied.has_error()) {
        return copied;
    }
    pins->insert_or_assign(
        name_of(*what->image), plugin_pin{what->image->digest(), approval_for(what->providers)}
    );
    auto written = write_pins(*folder, *pins);
    if (written.has_value()) {
        std::cout << "installed in " << *folder
                  << "; a host that runs takes it with SIGHUP or POST /api/plugins/reload\n";
    }
    return written;
}

auto remove_plugin(const settings& values, const std::string& name, const std::string& folder)
    -> result<void> {
    if (name.find('/') != std::string::npos) {
        return fail(errc::invalid_request, name + ": name the file alone, and its folder by --dir");
    }
    const auto where = folder_of_plugins(values, folder);
    if (where.has_error()) {
        return where.error();
    }
    const auto lock = lock_folder(*where);
    if (lock.has_error()) {
        return lock.error();
    }
    const auto file_name = name.ends_with(".so") ? name : name + ".so";
    const auto file = fs::path(*where) / file_name;
    auto pins = read_pins(*where);
    if (pins.has_error()) {
        return pins.error();
    }
    const bool pinned = pins->erase(file_name) != 0;
    std::error_code failed;
    const bool removed = fs::remove(file, failed);
    if (failed) {
        return fail(errc::internal, "can't remove " + file.string() + ": " + failed.message());
    }
    if (!pinned && !removed) {
        return fail(errc::not_found, "there is no plugin " + file_name + " in " + *where);
    }
    fs::remove(signature_path(file), failed);
    auto written = write_pins(*where, *pins);
    if (written.has_value()) {
        std::cout << "removed " << file.string()
                  << "; a host that runs lets go of it with SIGHUP or "
                  << "POST /api/plugins/reload\n";
    }
    return written;
}

}  // namespace tenon::host
