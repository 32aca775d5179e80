#include "redis/redis_limits.hpp"

#include "base/log.hpp"
#include "redis/redis_link.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <cstring>

namespace tenon::host {
namespace asio = boost::asio;
namespace {

using answers = result<std::vector<redis_answer>>;
using std::chrono::microseconds;

// A connection that lasted less is not a sign that all is well.
constexpr milliseconds well_after{10'000};

// Of one attempt.
auto cost_of(const spending& one) -> double {
    const auto window = std::chrono::duration_cast<microseconds>(one.limit.window);
    return static_cast<double>(window.count()) / static_cast<double>(one.limit.count);
}

auto number_in(const std::string& text) -> std::int64_t {
    return std::strtoll(text.c_str(), nullptr, 10);
}

class redis_limits final : public shared_limits {
  public:
    redis_limits(redis_options options, const clock& time, random_source& random)
        : options_(std::move(options)), time_(time), random_(random) {}

    ~redis_limits() override {
        thread_.stop();
        thread_.join();
    }
    redis_limits(const redis_limits&) = delete;
    auto operator=(const redis_limits&) -> redis_limits& = delete;

    auto slide(std::string subject, rate limit) -> asio::awaitable<result<milliseconds>> override {
        if (!reachable_) {
            co_return gone();
        }
        const auto window = std::chrono::duration_cast<microseconds>(limit.window);
        std::vector<redis_call> calls{
            {redis_script::slide,
             options_.prefix + subject,
             {std::to_string(limit.count), std::to_string(window.count())}}};
        auto asking = ask(std::move(calls));
        const auto told = co_await std::move(asking);
        if (told.has_error()) {
            co_return told.error();
        }
        co_return std::chrono::ceil<milliseconds>(microseconds(told->front().number));
    }

    auto spend(std::vector<spending> all)
        -> asio::awaitable<result<std::vector<microseconds>>> override {
        std::vector<redis_call> calls;
        for (const auto& one : all) {
            const auto cost = static_cast<double>(one.attempts) * cost_of(one);
            calls.push_back(
                {redis_script::spend, options_.prefix + one.subject, {std::to_string(cost)}}
            );
        }
        auto asking = ask(std::move(calls));
        const auto told = co_await std::move(asking);
        if (told.has_error()) {
            co_return told.error();
        }
        std::vector<microseconds> full;
        for (const auto& one : *told) {
            full.emplace_back(one.number);
        }
        co_return full;
    }

    auto tell(std::vector<hold> news) -> asio::awaitable<result<std::vector<hold>>> override {
        redis_call call{redis_script::tell, options_.prefix + "holds", {}};
        for (const auto& one : news) {
            call.arguments.push_back(one.name);
            call.arguments.push_back(std::to_string(one.span.count()));
        }
        std::vector<redis_call> calls{std::move(call)};
        auto asking = ask(std::move(calls));
        const auto told = co_await std::move(asking);
        if (told.has_error()) {
            co_return told.error();
        }
        std::vector<hold> heard;
        const auto& items = told->front().items;
        for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
            heard.push_back({items[i], milliseconds(number_in(items[i + 1]))});
        }
        co_return heard;
    }

    [[nodiscard]] auto reachable() const noexcept -> bool override { return reachable_; }

  private:
    static auto gone() -> error { return fail(errc::storage_unavailable, "Redis is gone"); }

    auto ask(std::vector<redis_call> calls) -> asio::awaitable<answers> {
        auto work = run(std::move(calls));
        co_return co_await asio::co_spawn(thread_, std::move(work), asio::use_awaitable);
    }

    // All below: on the thread of its own.
    auto run(std::vector<redis_call> calls) -> asio::awaitable<answers> {
        co_return run_now(calls);
    }

    auto run_now(const std::vector<redis_call>& calls) -> answers {
        const auto now = time_.now();
        if (!link_) {
            // A clock that was set back lets it be tried at once.
            if (now < try_at_ && try_at_ - now <= options_.longest_wait) {
                return gone();
            }
            auto opened = redis_link::open(options_.address, options_.patience);
            if (opened.has_error()) {
                lose(opened.error().message);
                return gone();
            }
            link_ = std::move(*opened);
            since_ = now;
        }
        auto told = link_->run(calls);
        if (told.has_error()) {
            lose(told.error().message);
            return gone();
        }
        keep();
        return told;
    }

    void lose(const std::string& why) {
        link_.reset();
        const auto now = time_.now();
        if (reachable_ && now - since_ >= well_after) {
            failures_ = 0;
        }
        const auto grown = options_.first_wait * (std::int64_t{1} << std::min(failures_, 16U));
        ++failures_;
        try_at_ = now + shortened(std::min(grown, options_.longest_wait));
        if (reachable_.exchange(false) || !told_) {
            change(
                log_level::warn, "no Redis: limits count for this host alone until it is back", why
            );
        }
    }

    void keep() {
        if (!reachable_.exchange(true)) {
            change(log_level::info, "limits count for all hosts, through Redis", "reached");
        }
    }

    void change(log_level level, std::string_view event, std::string_view detail) {
        told_ = true;
        const auto where = options_.address.host + ':' + std::to_string(options_.address.port);
        log(level, event, {{log_key::address, where}, {log_key::detail, detail}});
        if (options_.listener) {
            options_.listener(reachable_);
        }
    }

    // By half at most, so that hosts do not all come back at once.
    auto shortened(milliseconds span) -> milliseconds {
        std::array<std::byte, 2> bytes{};
        random_.fill(bytes);
        std::uint16_t chance = 0;
        std::memcpy(&chance, bytes.data(), bytes.size());
        return span - span * (chance % 512) / 1024;
    }

    redis_options options_;
    const clock& time_;
    random_source& random_;
    std::atomic<bool> reachable_{false};
    std::unique_ptr<redis_link> link_;
    time_point try_at_{};
    time_point since_{};
    unsigned failures_ = 0;  // in a row
    bool told_ = false;      // which of both it is, once
    asio::thread_pool thread_{1};
};

}  // namespace

auto make_redis_limits(redis_options options, const clock& time, random_source& random)
    -> std::unique_ptr<shared_limits> {
    return std::make_unique<redis_limits>(std::move(options), time, random);
}

}  // namespace tenon::host
