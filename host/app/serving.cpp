#include "app/serving.hpp"

#include "app/descriptors.hpp"
#include "app/host.hpp"

#include <csignal>

namespace tenon::host {

auto serve(const std::filesystem::path& config) -> result<void> {
    auto values = load_settings(config, process_environment());
    if (values.has_error()) {
        return values.error();
    }
    configure_log(values->level, values->format);
    fit_descriptors(*values);
    std::signal(SIGPIPE, SIG_IGN);
    const auto signals = handled_signals();
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    auto host = host_process::make(std::move(*values), config);
    if (host.has_error()) {
        return host.error();
    }
    return (*host)->run();
}

}  // namespace tenon::host
