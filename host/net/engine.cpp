#include "net/engine.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

namespace tenon::host {
namespace asio = boost::asio;
using boost::system::error_code;
namespace {

auto make_multi() -> CURLM* {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM* made = ready == CURLE_OK ? curl_multi_init() : nullptr;
    if (made == nullptr) {
        throw std::runtime_error("libcurl can't be initialised");
    }
    return made;
}

}  // namespace

engine::engine(asio::any_io_executor executor, outbound_options options)
    : options_(std::move(options)), strand_(executor), timer_(strand_), multi_(make_multi()) {
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &engine::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &engine::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.idle_connections));
}

engine::~engine() {
    closed_ = true;
    for (auto& [socket, watched] : watches_) {
        (void)watched->descriptor.release();
    }
    watches_.clear();
    for (const auto& left : running_) {
        curl_multi_remove_handle(multi_, left->handle());
    }
    running_.clear();
    curl_multi_cleanup(multi_);
}

auto engine::perform(outbound_request request) -> asio::awaitable<outbound_response> {
    const auto self = shared_from_this();
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    asio::steady_timer settled(strand_);
    const auto asked = std::make_shared<transfer>(std::move(request), options_, std::move(settled));
    if (closed_) {
        asked->give_up(transport::cancelled, "the client is closed");
        co_return std::move(asked->response);
    }
    // Only its owner's frame may keep an exchange waiting: if the frame goes, so does the exchange.
    struct on_exit {
        engine& at;
        const std::shared_ptr<transfer>& asked;
        ~on_exit() { at.leave(asked); }
    };
    const on_exit leave_at_the_end{*self, asked};
    enter(asked);
    if (!asked->is_settled()) {
        error_code ended;
        co_await asked->settled.async_wait(asio::redirect_error(asio::use_awaitable, ended));
        if (!asked->is_settled()) {
            const bool late = !ended;
            asked->give_up(
                late ? transport::timeout : transport::cancelled,
                late ? "no answer within the deadline" : "nobody waits for the answer any more"
            );
        }
    }
    co_return std::move(asked->response);
}

void engine::enter(const std::shared_ptr<transfer>& asked) {
    if (!asked->prepare()) {
        return;
    }
    auto& line = queues_[asked->origin()];
    if (line.active < options_.per_origin) {
        start(asked);
    } else {
        line.waiting.push_back(asked);
    }
}

void engine::start(const std::shared_ptr<transfer>& ready) {
    ++queues_[ready->origin()].active;
    running_.insert(ready);
    curl_multi_add_handle(multi_, ready->handle());
}

void engine::leave(const std::shared_ptr<transfer>& done) {
    const auto line = queues_.find(done->origin());
    if (line == queues_.end()) {
        return;
    }
    auto& waiting = line->second.waiting;
    if (running_.erase(done) > 0) {
        curl_multi_remove_handle(multi_, done->handle());
        --line->second.active;
        if (!waiting.empty() && !closed_) {
            const auto next = waiting.front();
            waiting.pop_front();
            start(next);
        }
    } else {
        waiting.erase(std::remove(waiting.begin(), waiting.end(), done), waiting.end());
    }
    if (line->second.active == 0 && waiting.empty()) {
        queues_.erase(line);
    }
}

void engine::close() {
    refuse_more();
    timer_.cancel();
    std::vector<std::shared_ptr<transfer>> left(running_.begin(), running_.end());
    for (const auto& [origin, line] : queues_) {
        left.insert(left.end(), line.waiting.begin(), line.waiting.end());
    }
    for (const auto& asked : left) {
        asked->give_up(transport::cancelled, "the client was closed");
    }
}

auto engine::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept -> int {
    try {
        static_cast<engine*>(self)->watch_socket(socket, what);
    } catch (const std::exception& thrown) {
        // The system's limits: this exchange ends by its deadline, the others go on.
        log(log_level::error, "socket not watched", {{log_key::detail, thrown.what()}});
    }
    return 0;
}

auto engine::on_timer(CURLM*, long from_now, void* self) noexcept -> int {
    try {
        static_cast<engine*>(self)->set_timer(from_now);
    } catch (const std::exception& thrown) {
        log(log_level::error, "timer not set", {{log_key::detail, thrown.what()}});
    }
    return 0;
}

void engine::watch_socket(curl_socket_t socket, int what) {
    const auto known = watches_.find(socket);
    if (what == CURL_POLL_REMOVE) {
        if (known != watches_.end()) {
            known->second->wanted = CURL_POLL_NONE;
            (void)known->second->descriptor.release();
            watches_.erase(known);
        }
        return;
    }
    if (closed_) {
        return;
    }
    auto watched = known != watches_.end() ? known->second : nullptr;
    if (!watched) {
        asio::posix::stream_descriptor descriptor(strand_, socket);
        watched = std::make_shared<watch>(watch{std::move(descriptor)});
        watches_.emplace(socket, watched);
    }
    watched->wanted = what;
    wait_for(socket, watched);
}

void engine::wait_for(curl_socket_t socket, const watch_type& watched) {
    const bool wants_in = watched->wanted == CURL_POLL_IN || watched->wanted == CURL_POLL_INOUT;
    const bool wants_out = watched->wanted == CURL_POLL_OUT || watched->wanted == CURL_POLL_INOUT;
    if (wants_in && !watched->reading) {
        watched->reading = true;
        watched->descriptor.async_wait(
            asio::posix::descriptor_base::wait_read,
            [weak = weak_from_this(), socket, watched](const error_code& failed) {
                watched->reading = false;
                const auto self = weak.lock();
                if (self && failed != asio::error::operation_aborted) {
                    self->socket_ready(socket, watched, CURL_CSELECT_IN);
                }
            }
        );
    }
    if (wants_out && !watched->writing) {
        watched->writing = true;
        watched->descriptor.async_wait(
            asio::posix::descriptor_base::wait_write,
            [weak = weak_from_this(), socket, watched](const error_code& failed) {
                watched->writing = false;
                const auto self = weak.lock();
                if (self && failed != asio::error::operation_aborted) {
                    self->socket_ready(socket, watched, CURL_CSELECT_OUT);
                }
            }
        );
    }
}

void engine::socket_ready(curl_socket_t socket, const watch_type& watched, int event) {
    const bool wanted =
        watched->wanted == CURL_POLL_INOUT ||
        watched->wanted == (event == CURL_CSELECT_IN ? CURL_POLL_IN : CURL_POLL_OUT);
    if (!wanted) {
        return;
    }
    act(socket, event);
    wait_for(socket, watched);
}

void engine::set_timer(long from_now) {
    if (from_now < 0 || closed_) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(milliseconds(from_now));
    timer_.async_wait([weak = weak_from_this()](const error_code& failed) {
        if (const auto self = weak.lock(); self && !failed) {
            self->act(CURL_SOCKET_TIMEOUT, 0);
        }
    });
}

void engine::act(curl_socket_t socket, int event) {
    int running = 0;
    curl_multi_socket_action(multi_, socket, event, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        transfer* done = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &done);
        done->complete(message->data.result);
    }
}

}  // namespace tenon::host
