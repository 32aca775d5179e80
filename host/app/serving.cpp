#include "app/serving.hpp"

#include "app/descriptors.hpp"
#include "app/host.hpp"
#include "base/log.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace tenon::host {
namespace {

// Until the host watches them itself, signals end it at once: a start may wait for long, for a
// database that does not answer. What it had begun is taken up at the next one.
class start_watch {
  public:
    start_watch() : thread_([this] { watch(); }) {}
    ~start_watch() {
        over_ = true;
        ::pthread_kill(thread_.native_handle(), SIGHUP);  // so that it sees the end
    }
    start_watch(const start_watch&) = delete;
    auto operator=(const start_watch&) -> start_watch& = delete;

  private:
    void watch() const {
        const auto signals = handled_signals();
        int number = SIGHUP;
        while (number == SIGHUP && !over_) {
            if (::sigwait(&signals, &number) != 0) {
                return;
            }
        }
        if (number == SIGHUP) {
            return;
        }
        if (over_) {
            ::kill(::getpid(), number);  // for the host, which watches now
            return;
        }
        log(log_level::warn, "stopped while starting", {{log_key::signal, number}});
        flush_log();
        std::_Exit(128 + number);
    }

    std::atomic<bool> over_{false};
    std::jthread thread_;
};

auto started(settings values, const std::filesystem::path& config)
    -> result<std::unique_ptr<host_process>> {
    const start_watch watch;
    return host_process::make(std::move(values), config);
}

}  // namespace

auto serve(const std::filesystem::path& config) -> result<void> {
    auto values = load_settings(config, process_environment());
    if (values.has_error()) {
        return values.error();
    }
    configure_log(values->level, values->format);
    fit_descriptors(*values);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a file at its limit is a write that fails, as on a full disk
    const auto signals = handled_signals();
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    auto host = started(std::move(*values), config);
    if (host.has_error()) {
        return host.error();
    }
    return (*host)->run();
}

}  // namespace tenon::host
