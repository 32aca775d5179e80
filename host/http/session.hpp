// A connection being served: one coroutine on one strand. Internal to http.
#pragma once

#include "http/conversation.hpp"

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace tenon::host {

using session_strand = boost::asio::strand<boost::asio::io_context::executor_type>;
using session_socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class session_base;

// All open sessions, for draining and for the sweep over deadlines. Any thread.
class session_list {
  public:
    using place = std::list<std::weak_ptr<session_base>>::iterator;
    auto add(const std::shared_ptr<session_base>& opened) -> place;
    void remove(place where) noexcept;
    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_.load(); }
    [[nodiscard]] auto all() const -> std::vector<std::shared_ptr<session_base>>;

  private:
    mutable std::mutex guard_;
    std::list<std::weak_ptr<session_base>> sessions_;
    std::atomic<std::size_t> size_{0};
};

// How sessions ended while the host drained.
struct session_tally {
    std::atomic<std::size_t> finished{0};
    std::atomic<std::size_t> cancelled{0};
    std::atomic<std::size_t> cut{0};
};

// What sessions refer to; kept alive by them.
struct session_context {
    virtual ~session_context() = default;
    // A session left the list. Any thread.
    virtual void session_ended() = 0;

    session_list sessions;
    session_tally tally;
    std::atomic<bool> draining{false};
    std::atomic<request_observer*> observer{nullptr};
};

class session_base : public std::enable_shared_from_this<session_base> {
  public:
    session_base(
        std::shared_ptr<session_context> owner, const conversation_context& shared,
        const router& routes, session_strand strand, std::string peer, bool secure
    );
    virtual ~session_base() = default;
    session_base(const session_base&) = delete;
    auto operator=(const session_base&) -> session_base& = delete;

    // It will only say that there are too many connections. Before start().
    void turn_away();
    // Puts it on the list and runs it on its strand until the connection is gone. Once.
    void start();

    // Any thread; they act on the strand.
    void sweep(std::chrono::steady_clock::time_point now);
    void begin_drain();
    void cancel_handler();  // total: what can be undone, is
    void cut();             // terminal, and the connection is closed

  private:
    std::shared_ptr<session_context> owner_;  // goes after talk_, which refers to it

  protected:
    using steady = std::chrono::steady_clock;

    virtual auto run() -> boost::asio::awaitable<void> = 0;
    virtual void cancel_io() = 0;
    virtual void close_now() = 0;

    auto handle() -> boost::asio::awaitable<void>;
    void set_deadline(milliseconds from_now);
    void set_reading_deadline();
    void no_deadline() {
        deadline_is_for_reading_ = false;
        deadline_.store(steady::time_point::max().time_since_epoch().count());
    }

    conversation talk_;
    const server_limits& limits_;
    bool deadline_passed_ = false;  // the operation in progress was ended by its deadline
    bool drain_kick_ = false;       // or by the drain, to see whether it is idle
    bool drain_seen_ = false;
    bool handling_ = false;
    bool waiting_for_request_ = false;
    bool cut_ = false;

  private:
    void on_deadline();
    void on_drain();
    void finish();
    auto lifetime(std::shared_ptr<session_base> self) -> boost::asio::awaitable<void>;

    session_strand strand_;
    boost::asio::cancellation_signal stop_;
    std::atomic<steady::rep> deadline_;
    std::atomic<steady::rep> idle_since_{0};
    reading_phase deadline_for_ = reading_phase::fresh;
    std::uint64_t deadline_for_number_ = 0;
    bool deadline_is_for_reading_ = false;
    bool cancelled_ = false;
    bool turned_away_ = false;
    session_list::place place_{};
};

[[nodiscard]] auto make_session(
    std::shared_ptr<session_context> owner, const conversation_context& shared,
    const router& routes, session_socket socket, session_strand strand,
    boost::asio::ssl::context* tls
) -> std::shared_ptr<session_base>;

}  // namespace tenon::host
