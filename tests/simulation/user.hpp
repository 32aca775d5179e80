// What a client of a host does, and how it judges the answer.
#pragma once

#include "world.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tenon::simulation {

class user {
  public:
    user(world& all, const act& what) : all_(&all), what_(what) {}

    // At the first host from the act's on that runs; nothing where none does.
    void begin() const;

  private:
    [[nodiscard]] auto someone(int first) const -> std::optional<std::size_t>;
    [[nodiscard]] auto provider() const -> std::string;
    [[nodiscard]] auto account() const -> std::string;
    [[nodiscard]] auto who() const -> host::actor;
    // Of all about this user's connection.
    [[nodiscard]] auto name() const -> std::string;
    // The browser, or the client with a confirmation, comes: from now on it may be connected.
    void note_return() const;
    void spawn(std::size_t at, boost::asio::awaitable<void> work) const;

    static auto connect(user self, std::size_t at) -> boost::asio::awaitable<void>;
    void consent(const std::string& url) const;
    void come_back(const std::vector<std::pair<std::string, std::string>>& params) const;
    static auto finish(
        user self, std::size_t at, std::vector<std::pair<std::string, std::string>> params
    ) -> boost::asio::awaitable<void>;
    static auto confirm(user self, std::size_t at, std::string code)
        -> boost::asio::awaitable<void>;
    static auto read(user self, std::size_t at) -> boost::asio::awaitable<void>;
    void check_read(
        std::size_t at, const host::result<host::token_answer>& answer, time_point begun
    ) const;
    static auto refresh(user self, std::size_t at) -> boost::asio::awaitable<void>;
    static auto disconnect(user self, std::size_t at) -> boost::asio::awaitable<void>;

    world* all_;
    act what_;
};

}  // namespace tenon::simulation
