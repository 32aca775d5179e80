// The host's end of a running worker: many operations, one socket, no thread.
#pragma once

#include "provider/wire.hpp"
#include "provider/worker_process.hpp"
#include "provider/worker_question.hpp"
#include "provider/worker_setup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace tenon::host {

// Closes itself when the last of its users lets it go: open() answers a handle for that.
class worker_link : public std::enable_shared_from_this<worker_link> {
  public:
    using on_loss = std::function<void(const worker_loss&)>;

    // `greeted`: the greeting was read before. Told of a loss once, and of no end of our own; on
    // any thread. The executor's loop outlives all links.
    [[nodiscard]] static auto open(
        worker_process process, bool greeted, const boost::asio::any_io_executor& executor,
        worker_deadlines deadlines, on_loss told
    ) -> std::shared_ptr<worker_link>;
    ~worker_link();
    worker_link(const worker_link&) = delete;
    auto operator=(const worker_link&) -> worker_link& = delete;

    // Sends a frame that the worker answers; the question is answered in every case. Any thread.
    [[nodiscard]] auto ask(std::uint64_t op, std::string_view frame)
        -> std::shared_ptr<worker_question>;
    // Sends one that it does not answer.
    void tell(std::string_view frame);
    [[nodiscard]] auto alive() const -> bool;
    [[nodiscard]] auto asked() const -> std::size_t;

  private:
    template <class T>
    using awaitable = boost::asio::awaitable<T>;
    using self_ptr = std::shared_ptr<worker_link>;
    using moment = std::chrono::steady_clock::time_point;

    worker_link(
        worker_process process, bool greeted, const boost::asio::any_io_executor& executor,
        worker_deadlines deadlines, on_loss told
    );
    void close();
    static auto read(self_ptr self) -> awaitable<void>;
    static auto watch(self_ptr self) -> awaitable<void>;
    static auto flush(self_ptr self) -> awaitable<void>;
    static auto bury(self_ptr self) -> awaitable<void>;
    auto take(std::string_view bytes) -> bool;
    auto take_frame(std::string frame) -> bool;
    void note(loss_reason why, std::string detail);
    void settle(worker_loss loss);
    void send(std::string_view frame);
    void send_held();
    void watch_if_idle();
    [[nodiscard]] auto allowed() const -> milliseconds;
    [[nodiscard]] auto overdue(std::optional<std::chrono::nanoseconds>& used_when_late) const
        -> bool;

    boost::asio::strand<boost::asio::any_io_executor> strand_;
    boost::asio::local::stream_protocol::socket socket_;  // on the strand; its number is sent to
    worker_deadlines deadlines_;
    on_loss told_;
    frame_buffer frames_;  // on the strand

    mutable std::mutex guard_;  // everything below
    worker_process process_;
    std::deque<std::shared_ptr<worker_question>> asked_;  // in the order of their answers
    moment turned_to_first_{};
    std::size_t count_ = 0;
    std::string held_;                  // what the socket did not take yet
    std::optional<worker_loss> known_;  // why it ends, where that is known already
    bool greeted_;
    bool flushing_ = false, watching_ = false, closed_ = false, dead_ = false;
};

}  // namespace tenon::host
