#include "provider/library.hpp"

#include "base/log.hpp"
#include "provider/abi_reader.hpp"

#include <dlfcn.h>
#include <link.h>
#include <tenon/plugin.h>

#define BOOST_DLL_USE_STD_FS
#include <atomic>
#include <boost/dll/shared_library.hpp>
#include <mutex>
#include <set>

namespace tenon::host {
namespace {

std::atomic<std::size_t> pinned{0};

// Loading compares what is mapped before and after, and unloading looks whether a mapping is gone:
// both hold only while nobody else does either.
auto one_at_a_time() -> std::mutex& {
    static std::mutex out;
    return out;
}

// The addresses at which objects are mapped now.
auto mapped_bases() -> std::set<ElfW(Addr)> {
    std::set<ElfW(Addr)> out;
    ::dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* into) {
            static_cast<std::set<ElfW(Addr)>*>(into)->insert(info->dlpi_addr);
            return 0;
        },
        &out
    );
    return out;
}

auto is_fresh(const void* entry, const std::string& loaded_as, const std::set<ElfW(Addr)>& before)
    -> bool {
    Dl_info info{};
    link_map* map = nullptr;
    if (::dladdr1(entry, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) == 0 ||
        map == nullptr) {
        return false;
    }
    return loaded_as == map->l_name && !before.contains(map->l_addr);
}

auto check_functions(const tenon_provider& provider) -> std::string {
    if (provider.op_begin == nullptr || provider.op_step == nullptr ||
        provider.op_destroy == nullptr) {
        return "op_begin, op_step and op_destroy must all be set";
    }
    return {};
}

}  // namespace

struct plugin_library::mapped {
    explicit mapped(std::shared_ptr<plugin_image> from) : image(std::move(from)) {}

    auto open() -> result<const tenon_plugin*>;
    auto take(const tenon_plugin* plugin) -> result<void>;
    void take_provider(const tenon_provider* raw, std::size_t index, std::uint32_t abi_minor);

    std::shared_ptr<plugin_image> image;
    boost::dll::shared_library library;
    std::vector<plugin_provider> providers;
    std::vector<std::string> refused;
};

auto plugin_library::mapped::open() -> result<const tenon_plugin*> {
    const std::lock_guard lock(one_at_a_time());
    const auto before = mapped_bases();
    const auto& path = image->path();
    const auto loaded_as = image->copy().path();
    std::error_code failed;
    using boost::dll::load_mode::rtld_local;
    using boost::dll::load_mode::rtld_now;
    // NOLINTBEGIN(concurrency-mt-unsafe): what dlerror tells is the thread's own
    ::dlerror();
    library.load(loaded_as, failed, rtld_now | rtld_local);
    if (failed) {
        const char* reason = ::dlerror();
        // NOLINTEND(concurrency-mt-unsafe)
        return refuse_plugin(
            path,
            "the loader refuses it: " + (reason == nullptr ? failed.message() : std::string(reason))
        );
    }
    const auto entry =
        reinterpret_cast<tenon_plugin_entry_fn>(::dlsym(library.native(), TENON_PLUGIN_ENTRY));
    if (entry == nullptr || !is_fresh(reinterpret_cast<const void*>(entry), loaded_as, before)) {
        return refuse_plugin(
            path, "its entry does not lie in what was just loaded: restart the host"
        );
    }
    return entry();
}

void plugin_library::mapped::take_provider(
    const tenon_provider* raw, std::size_t index, std::uint32_t abi_minor
) {
    abi_reader reader;
    const auto provider = reader.structure(raw, "provider");
    const auto functions = reader.ok() ? check_functions(provider) : reader.problem();
    if (!functions.empty()) {
        refused.push_back("provider " + std::to_string(index) + ": " + functions);
        return;
    }
    auto about = read_descriptor(provider.descriptor);
    if (about.has_error()) {
        refused.push_back("provider " + std::to_string(index) + ": " + about.error().message);
        return;
    }
    reader.reserved(provider.reserved, "provider");
    if (!reader.ok()) {
        refused.push_back("provider " + std::to_string(index) + ": " + reader.problem());
        return;
    }
    providers.push_back({raw, std::move(*about), abi_minor});
}

auto plugin_library::mapped::take(const tenon_plugin* plugin) -> result<void> {
    abi_reader reader;
    const auto& path = image->path();
    const auto about = reader.structure(plugin, "tenon_plugin");
    if (!reader.ok()) {
        return refuse_plugin(path, reader.problem());
    }
    if (about.magic != TENON_PLUGIN_MAGIC) {
        return refuse_plugin(
            path,
            "its entry answers a struct without the plugin's magic: build it with the host's "
            "headers"
        );
    }
    if (about.provider_count == 0 || about.provider_count > most_providers ||
        about.providers == nullptr) {
        return refuse_plugin(
            path,
            "serves " + std::to_string(about.provider_count) + " providers; expected 1 to 1024"
        );
    }
    for (std::size_t i = 0; i < about.provider_count; ++i) {
        take_provider(about.providers[i], i, about.abi_minor);
    }
    if (providers.empty()) {
        return refuse_plugin(path, refused.front());
    }
    return {};
}

plugin_library::plugin_library() = default;

auto plugin_library::load(const std::filesystem::path& path)
    -> result<std::shared_ptr<const plugin_library>> {
    auto image = plugin_image::read(path);
    if (image.has_error()) {
        return image.error();
    }
    return load(std::move(*image));
}

auto plugin_library::load(std::shared_ptr<plugin_image> image)
    -> result<std::shared_ptr<const plugin_library>> {
    const std::shared_ptr<plugin_library> out(new plugin_library);
    out->mapped_ = std::make_unique<mapped>(std::move(image));
    const auto plugin = out->mapped_->open();
    if (plugin.has_error()) {
        return plugin.error();
    }
    if (const auto taken = out->mapped_->take(*plugin); taken.has_error()) {
        return taken.error();
    }
    return std::shared_ptr<const plugin_library>(out);
}

plugin_library::~plugin_library() {
    if (mapped_ == nullptr || !mapped_->library.is_loaded()) {
        return;
    }
    const std::lock_guard lock(one_at_a_time());
    const auto loaded_as = mapped_->image->copy().path();
    mapped_->library.unload();
    void* still = ::dlopen(loaded_as.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (still != nullptr) {
        ::dlclose(still);
        mapped_->image->keep_descriptor();
        ++pinned;
        log(log_level::warn, "plugin_stays_mapped",
            {{log_key::path, mapped_->image->path().string()},
             {log_key::detail,
              "it stays in memory until the host ends: it has a thread_local destructor or the "
              "like"}});
    }
}

auto plugin_library::path() const -> const std::filesystem::path& {
    return mapped_->image->path();
}
auto plugin_library::digest() const -> const std::string& {
    return mapped_->image->digest();
}
auto plugin_library::providers() const -> const std::vector<plugin_provider>& {
    return mapped_->providers;
}
auto plugin_library::refused() const -> const std::vector<std::string>& {
    return mapped_->refused;
}

auto pinned_libraries() noexcept -> std::size_t {
    return pinned;
}

}  // namespace tenon::host
