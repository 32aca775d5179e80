#include "store/postgres_watch.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <limits>
#include <system_error>

namespace tenon::host {

namespace {

using steady = std::chrono::steady_clock;

constexpr milliseconds between_looks{200};
// In the place of a moment.
constexpr auto nothing_due = std::numeric_limits<steady::rep>::max();
constexpr auto was_cut = std::numeric_limits<steady::rep>::min();

}  // namespace

postgres_watch::line::line(int socket)
    : socket_(::fcntl(socket, F_DUPFD_CLOEXEC, 0)), due_(nothing_due) {
    if (socket_ < 0) {
        throw std::system_error(errno, std::generic_category(), "dup");
    }
}

postgres_watch::line::~line() {
    ::close(socket_);
}

void postgres_watch::line::expect_within(milliseconds patience) noexcept {
    due_.store((steady::now() + patience).time_since_epoch().count());
}

auto postgres_watch::line::settle() noexcept -> bool {
    return due_.exchange(nothing_due) != was_cut;
}

void postgres_watch::line::cut() const noexcept {
    ::shutdown(socket_, SHUT_RDWR);
}

// What is answered at this very moment is not cut.
void postgres_watch::line::cut_if_overdue(steady::time_point now) noexcept {
    auto due = due_.load();
    if (due != was_cut && due <= now.time_since_epoch().count() &&
        due_.compare_exchange_strong(due, was_cut)) {
        cut();
    }
}

postgres_watch::postgres_watch() : thread_([this] { run(); }) {}

postgres_watch::~postgres_watch() {
    {
        const std::lock_guard lock(guard_);
        ended_ = true;
    }
    ending_.notify_all();
    thread_.join();
}

auto postgres_watch::watch(int socket) -> std::shared_ptr<line> {
    auto one = std::make_shared<line>(socket);
    const std::lock_guard lock(guard_);
    lines_.push_back(one);
    return one;
}

void postgres_watch::run() {
    std::unique_lock lock(guard_);
    while (!ending_.wait_for(lock, between_looks, [this] { return ended_; })) {
        std::erase_if(lines_, [now = steady::now()](const auto& each) {
            const auto one = each.lock();
            if (one) {
                one->cut_if_overdue(now);
            }
            return !one;
        });
    }
}

}  // namespace tenon::host
