#include "conformance/live_op.hpp"
#include "conformance/subject.hpp"

#include <dlfcn.h>

namespace tenon::host::conformance {
namespace {

constexpr std::string_view by = "entry-plugin";

auto is_callable(const tenon_provider& provider) -> bool {
    return provider.op_begin != nullptr && provider.op_step != nullptr &&
           provider.op_destroy != nullptr && provider.descriptor != nullptr;
}

}  // namespace

opened_plugin::opened_plugin(const std::filesystem::path& path)
    : handle_(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) {
        const char* const reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): one thread
        throw blocked("load-now", reason == nullptr ? "the loader refuses it" : reason);
    }
    entry_ = reinterpret_cast<tenon_plugin_entry_fn>(::dlsym(handle_, TENON_PLUGIN_ENTRY));
    if (entry_ == nullptr) {
        close();
        throw blocked("elf-one-export", "there is no " TENON_PLUGIN_ENTRY);
    }
}

opened_plugin::~opened_plugin() {
    close();
}

void opened_plugin::close() {
    if (void* const handle = std::exchange(handle_, nullptr)) {
        ::dlclose(handle);
    }
}

auto opened_plugin::providers() const -> std::vector<const tenon_provider*> {
    const tenon_plugin* plugin = nullptr;
    {
        const running now(TENON_PLUGIN_ENTRY);
        plugin = entry_();
    }
    abi_reader reader;
    const auto about = reader.structure(plugin, "tenon_plugin");
    if (!reader.ok()) {
        throw blocked(by, reader.problem());
    }
    if (about.magic != TENON_PLUGIN_MAGIC || about.providers == nullptr ||
        about.provider_count == 0 || about.provider_count > abi_reader::max_count) {
        throw blocked(by, "the struct that the entry answers makes no sense");
    }
    std::vector<const tenon_provider*> out;
    for (std::size_t i = 0; i < about.provider_count; ++i) {
        const auto provider = reader.structure(about.providers[i], "tenon_provider");
        if (!reader.ok() || !is_callable(provider)) {
            throw blocked(
                "provider-functions", "provider " + std::to_string(i) + " can't be called"
            );
        }
        out.push_back(about.providers[i]);
    }
    return out;
}

}  // namespace tenon::host::conformance
