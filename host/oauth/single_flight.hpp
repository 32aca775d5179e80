// Many ask, one works, all get the answer.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace tenon::host {

// Coalesces work by key. The work is spawned on its own executor, so that no asker's end is the
// work's end. Value must be copyable. An exception of the work's reaches every asker that was not
// answered before. Any thread.
template <class Key, class Value>
class single_flight {
  public:
    using work = std::function<boost::asio::awaitable<Value>()>;

    explicit single_flight(boost::asio::any_io_executor executor)
        : executor_(std::move(executor)) {}

    // Joins the work under way for the key, or starts it.
    auto run(Key key, work start) -> boost::asio::awaitable<Value> {
        auto [joined, mine] = board(key);
        if (mine) {
            boost::asio::co_spawn(
                executor_, fly(shared_, joined, std::move(key), std::move(start)),
                boost::asio::detached
            );
        }
        return landing_of(std::move(joined));
    }

    // The work under way for the key will last: whoever waits for it, or joins it from now on, is
    // answered with this. Nothing where there is none.
    void tell_meanwhile(const Key& key, Value value) {
        std::shared_ptr<flight> one;
        {
            const std::lock_guard lock(shared_->guard);
            const auto found = shared_->flights.find(key);
            if (found == shared_->flights.end()) {
                return;
            }
            one = found->second;
        }
        {
            const std::lock_guard lock(one->guard);
            one->value.emplace(std::move(value));
        }
        answer_all(*one);
    }

    [[nodiscard]] auto is_under_way(const Key& key) const -> bool {
        const std::lock_guard lock(shared_->guard);
        return shared_->flights.contains(key);
    }

    [[nodiscard]] auto size() const -> std::size_t {
        const std::lock_guard lock(shared_->guard);
        return shared_->flights.size();
    }

  private:
    struct flight {
        std::mutex guard;
        bool answered = false;  // with one of these
        std::optional<Value> value;
        std::exception_ptr thrown;
        std::vector<std::function<void()>> waiting;
    };
    struct shared {
        mutable std::mutex guard;
        std::unordered_map<Key, std::shared_ptr<flight>> flights;
    };

    auto board(const Key& key) -> std::pair<std::shared_ptr<flight>, bool> {
        const std::lock_guard lock(shared_->guard);
        auto& slot = shared_->flights[key];
        const bool mine = slot == nullptr;
        if (mine) {
            slot = std::make_shared<flight>();
        }
        return {slot, mine};
    }

    static auto fly(std::shared_ptr<shared> all, std::shared_ptr<flight> one, Key key, work start)
        -> boost::asio::awaitable<void> {
        try {
            auto value = co_await start();
            const std::lock_guard lock(one->guard);
            one->value.emplace(std::move(value));
        } catch (...) {
            const std::lock_guard lock(one->guard);
            one->thrown = std::current_exception();
        }
        {
            const std::lock_guard lock(all->guard);
            all->flights.erase(key);
        }
        answer_all(*one);
    }

    static void answer_all(flight& one) {
        std::vector<std::function<void()>> waiting;
        {
            const std::lock_guard lock(one.guard);
            one.answered = true;
            waiting.swap(one.waiting);
        }
        for (auto& resume : waiting) {
            resume();
        }
    }

    static auto landing_of(std::shared_ptr<flight> one) -> boost::asio::awaitable<Value> {
        co_await wait_for(one, boost::asio::use_awaitable);
        co_return answer_of(*one);
    }

    static auto answer_of(flight& one) -> Value {
        const std::lock_guard lock(one.guard);
        if (one.thrown) {
            std::rethrow_exception(one.thrown);
        }
        return *one.value;
    }

    template <class Token>
    static auto wait_for(std::shared_ptr<flight> one, Token&& token) {
        return boost::asio::async_initiate<Token, void()>(
            [one](auto handler) {
                auto executor = boost::asio::prefer(
                    boost::asio::get_associated_executor(handler),
                    boost::asio::execution::outstanding_work_t::tracked
                );
                auto kept = std::make_shared<decltype(handler)>(std::move(handler));
                auto resume = [kept, executor] {
                    boost::asio::post(executor, [kept]() mutable { std::move (*kept)(); });
                };
                {
                    const std::lock_guard lock(one->guard);
                    if (!one->answered) {
                        one->waiting.push_back(std::move(resume));
                        return;
                    }
                }
                resume();
            },
            token
        );
    }

    boost::asio::any_io_executor executor_;
    std::shared_ptr<shared> shared_ = std::make_shared<shared>();
};

}  // namespace tenon::host
