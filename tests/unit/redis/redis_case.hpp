// A host's side of a shared Redis, asked from a test.
#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "redis/redis_limits.hpp"
#include "support/catch.hpp"
#include "support/redis.hpp"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstring>
#include <mutex>
#include <optional>

namespace tenon::test {

// No hurry: a sanitized build on a busy machine is no Redis that hangs.
inline constexpr host::milliseconds enough{5'000};

class fixed_random final : public host::random_source {
  public:
    void fill(std::span<std::byte> bytes) override { std::memset(bytes.data(), 0, bytes.size()); }
};

// The real time and whatever was added to it.
class moved_clock final : public host::clock {
  public:
    [[nodiscard]] auto now() const noexcept -> host::time_point override {
        return host::system_clock().now() + added.load();
    }
    std::atomic<host::milliseconds> added{};
};

// What fails on purpose need not fill the screen.
inline const bool is_quiet = [] {
    host::configure_log(host::log_level::off, host::log_format::text);
    return true;
}();

struct sharing_host {
    explicit sharing_host(
        const redis_server& redis, host::milliseconds patience = enough,
        const std::string& prefix = "tenon:", const std::string& url = {}
    ) {
        host::redis_options options;
        options.address =
            host::parse_redis_url(host::secret(url.empty() ? redis.url() : url)).value();
        options.prefix = prefix;
        options.patience = patience;
        options.listener = [this](bool reachable) {
            const std::lock_guard lock(guard);
            changes.push_back(reachable);
        };
        shared = host::make_redis_limits(std::move(options), time, random);
    }

    template <class Answer>
    static auto wait_for(boost::asio::awaitable<Answer> asking) -> Answer {
        boost::asio::io_context io;
        std::optional<Answer> got;
        boost::asio::co_spawn(
            io, std::move(asking),
            [&got](const std::exception_ptr& thrown, Answer answer) {
                if (!thrown) {
                    got.emplace(std::move(answer));
                }
            }
        );
        io.run();
        return std::move(got.value());
    }

    auto tell(std::vector<host::hold> news = {}) const {
        return wait_for(shared->tell(std::move(news)));
    }
    auto slide(const std::string& subject, host::rate limit) const {
        return wait_for(shared->slide(subject, limit));
    }
    auto spend(std::vector<host::spending> all) const {
        return wait_for(shared->spend(std::move(all)));
    }

    moved_clock time;
    fixed_random random;
    std::mutex guard;
    std::vector<bool> changes;  // as the listener heard them
    std::unique_ptr<host::shared_limits> shared;
};

}  // namespace tenon::test
