// Curl's multi interface driven by Asio. Internal to net; everything happens on one strand.
#pragma once

#include "net/transfer.hpp"

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/strand.hpp>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>

namespace tenon::host {

class engine : public std::enable_shared_from_this<engine> {
  public:
    using strand = boost::asio::strand<boost::asio::any_io_executor>;

    engine(boost::asio::any_io_executor executor, outbound_options options);
    ~engine();
    engine(const engine&) = delete;
    auto operator=(const engine&) -> engine& = delete;

    [[nodiscard]] auto on() const -> const strand& { return strand_; }
    // On the strand, for as long as the exchange takes.
    auto perform(outbound_request request) -> boost::asio::awaitable<outbound_response>;
    // Any thread: nothing new is begun.
    void refuse_more() { closed_ = true; }
    // On the strand: ends everything in flight.
    void close();

  private:
    // A socket of curl's: watched by Asio, owned by curl.
    struct watch {
        boost::asio::posix::stream_descriptor descriptor;
        int wanted = CURL_POLL_NONE;
        bool reading = false;
        bool writing = false;
    };
    // Exchanges with one origin; the others wait.
    struct queue {
        std::size_t active = 0;
        std::deque<std::shared_ptr<transfer>> waiting;
    };
    using watch_type = std::shared_ptr<watch>;

    static auto on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept -> int;
    static auto on_timer(CURLM*, long from_now, void* self) noexcept -> int;

    void enter(const std::shared_ptr<transfer>& asked);
    void start(const std::shared_ptr<transfer>& ready);
    void leave(const std::shared_ptr<transfer>& done);
    void watch_socket(curl_socket_t socket, int what);
    void wait_for(curl_socket_t socket, const watch_type& watched);
    void socket_ready(curl_socket_t socket, const watch_type& watched, int event);
    void act(curl_socket_t socket, int event);
    void set_timer(long from_now);

    outbound_options options_;
    strand strand_;
    boost::asio::steady_timer timer_;
    CURLM* multi_;
    std::unordered_map<curl_socket_t, watch_type> watches_;
    std::map<std::string, queue> queues_;
    std::set<std::shared_ptr<transfer>> running_;
    std::atomic<bool> closed_{false};
};

}  // namespace tenon::host
