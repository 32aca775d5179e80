#include "store/postgres_bell.hpp"

#include "base/log.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace tenon::host {

namespace {

constexpr const char* channel = "tenon_changes";
constexpr milliseconds between_connects{500};

}  // namespace

postgres_bell::postgres_bell(
    std::string url, const database_options& options, postgres_watch& watch,
    std::function<void()> heard
)
    : url_(std::move(url)),
      options_(options),
      watch_(watch),
      heard_(std::move(heard)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (wake_ < 0) {
        throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    thread_ = std::thread([this] { run(); });
}

postgres_bell::~postgres_bell() {
    {
        const std::lock_guard lock(guard_);
        stopping_ = true;
    }
    stop_.notify_all();
    interrupt();
    thread_.join();
    ::close(wake_);
}

void postgres_bell::ring() noexcept {
    if (!rung_.exchange(true)) {
        interrupt();
    }
}

void postgres_bell::interrupt() const noexcept {
    const std::uint64_t one = 1;
    // Fails only where it is awake anyway: the counter is full.
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

void postgres_bell::run() {
    while (!stopping_) {
        try {
            attend();
        } catch (const postgres_lost& lost) {
            tell_away(lost.what());
        } catch (const storage_failure& failure) {
            tell_away(failure.what());
        }
        rest();
    }
}

void postgres_bell::tell_away(const char* why) {
    if (!std::exchange(away_, true)) {
        log(log_level::warn, "changes of other hosts are not announced: they are looked for",
            {{log_key::operation, "postgresql"}, {log_key::detail, why}});
    }
    heard_();  // the first sign, perhaps, that the database is gone
}

void postgres_bell::attend() {
    postgres_link link(url_, options_, watch_);
    link.send("SET application_name = 'tenon changes'");
    link.listen(channel);
    if (std::exchange(away_, false)) {
        log(log_level::info, "changes of other hosts are announced again");
    }
    heard_();  // what was rung before
    while (!stopping_) {
        pass_on(link);
        if (link.was_notified()) {
            heard_();
        }
        std::this_thread::sleep_for(breath);
        wait_at(link.socket());
    }
}

void postgres_bell::pass_on(postgres_link& link) {
    owes_ = rung_.exchange(false) || owes_;
    if (owes_) {
        link.send(std::string("NOTIFY ") + channel);
        owes_ = false;
    }
}

void postgres_bell::wait_at(int socket) const {
    std::array<pollfd, 2> both{pollfd{socket, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
    ::poll(both.data(), both.size(), -1);
    std::uint64_t rings = 0;
    [[maybe_unused]] const auto drained = ::read(wake_, &rings, sizeof rings);
}

void postgres_bell::rest() {
    std::unique_lock lock(guard_);
    stop_.wait_for(lock, between_connects, [this] { return stopping_.load(); });
}

}  // namespace tenon::host
