// Sessions over plain sockets and over TLS.
#include "http/session.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <type_traits>

namespace tenon::host {
namespace asio = boost::asio;
using boost::system::error_code;
namespace {

using tls_stream = asio::ssl::stream<session_socket>;

constexpr milliseconds linger_deadline{2'000};
constexpr std::size_t most_lingered = 1024 * 1024;

template <class Stream>
class session final : public session_base {
  public:
    static constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

    template <class... Args>
    session(
        std::shared_ptr<session_context> owner, const conversation_context& shared,
        const router& routes, session_strand strand, std::string peer, Args&&... stream
    )
        : session_base(
              std::move(owner), shared, routes, std::move(strand), std::move(peer), is_tls
          ),
          stream_(std::forward<Args>(stream)...) {}

  private:
    auto socket() -> session_socket& {
        if constexpr (is_tls) {
            return stream_.next_layer();
        } else {
            return stream_;
        }
    }

    void cancel_io() override {
        error_code ignored;
        socket().cancel(ignored);
    }
    void close_now() override {
        error_code ignored;
        socket().close(ignored);
    }

    auto run() -> asio::awaitable<void> override {
        bool alive = true;
        if constexpr (is_tls) {
            alive = co_await shake_hands();
        }
        while (alive) {
            switch (talk_.next()) {
                case next_step::read: alive = co_await read(); break;
                case next_step::write:
                    if (!write_at_once()) {
                        alive = co_await write();
                    }
                    break;
                case next_step::handle: co_await handle(); break;
                case next_step::linger:
                    co_await linger();
                    alive = false;
                    break;
                case next_step::close:
                    co_await say_goodbye();
                    alive = false;
                    break;
            }
        }
    }

    // False: the connection is gone.
    auto read() -> asio::awaitable<bool> {
        const auto phase = talk_.phase();
        if (drain_seen_ && phase == reading_phase::idle && !something_waits()) {
            talk_.end_of_input();
            co_return true;
        }
        set_reading_deadline();
        waiting_for_request_ = phase == reading_phase::idle || phase == reading_phase::fresh;
        const auto room = talk_.room();
        error_code failed;
        const auto bytes = co_await stream_.async_read_some(
            asio::buffer(room.data(), room.size()),
            asio::redirect_error(asio::use_awaitable, failed)
        );
        waiting_for_request_ = false;
        const bool late = std::exchange(deadline_passed_, false);
        const bool kicked = std::exchange(drain_kick_, false);
        if (!failed) {
            talk_.received(bytes);
        } else if (failed == asio::error::eof) {
            talk_.end_of_input();
        } else if (failed == asio::error::operation_aborted && !cut_ && late) {
            talk_.deadline_passed();
        } else if (failed != asio::error::operation_aborted || cut_ || !kicked) {
            co_return false;
        }
        co_return true;
    }

    // Bytes that the system has taken in, but nobody has read: they were accepted, so they are
    // served.
    auto something_waits() -> bool {
        error_code failed;
        return socket().available(failed) > 0 && !failed;
    }

    // Nearly always the system takes all of a response: then nothing needs to be waited for.
    auto write_at_once() -> bool {
        if constexpr (!is_tls) {
            const auto output = talk_.output();
            error_code failed;
            sent_ = stream_.write_some(asio::buffer(output.data(), output.size()), failed);
            if (!failed && sent_ == output.size()) {
                talk_.written();
                return true;
            }
        }
        return false;
    }

    auto write() -> asio::awaitable<bool> {
        set_deadline(limits_.write_deadline);
        const auto rest = talk_.output().substr(std::exchange(sent_, 0));
        error_code failed;
        co_await asio::async_write(
            stream_, asio::buffer(rest.data(), rest.size()),
            asio::redirect_error(asio::use_awaitable, failed)
        );
        deadline_passed_ = false;
        talk_.written();
        co_return !failed;
    }

    // An error is lost if the connection is reset over bytes that nobody read.
    auto linger() -> asio::awaitable<void> {
        set_deadline(linger_deadline);
        co_await shut_down_tls();
        error_code failed;
        socket().shutdown(asio::socket_base::shutdown_send, failed);
        std::size_t total = 0;
        while (!failed && !deadline_passed_ && total < most_lingered) {
            const auto room = talk_.room();
            total += co_await socket().async_read_some(
                asio::buffer(room.data(), room.size()),
                asio::redirect_error(asio::use_awaitable, failed)
            );
        }
    }

    auto say_goodbye() -> asio::awaitable<void> {
        set_deadline(linger_deadline);
        co_await shut_down_tls();
        error_code ignored;
        socket().shutdown(asio::socket_base::shutdown_both, ignored);
    }

    auto shake_hands() -> asio::awaitable<bool> {
        if constexpr (is_tls) {
            set_deadline(limits_.handshake_deadline);
            error_code failed;
            co_await stream_.async_handshake(
                asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, failed)
            );
            deadline_passed_ = false;
            co_return !failed;
        }
        co_return true;
    }

    auto shut_down_tls() -> asio::awaitable<void> {
        if constexpr (is_tls) {
            error_code ignored;
            co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
        }
        co_return;
    }

    Stream stream_;
    std::size_t sent_ = 0;
};

auto peer_of(const session_socket& socket) -> std::string {
    error_code failed;
    const auto peer = socket.remote_endpoint(failed);
    if (failed) {
        return "unknown";
    }
    const auto address = peer.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
}

}  // namespace

auto make_session(
    std::shared_ptr<session_context> owner, const conversation_context& shared,
    const router& routes, session_socket socket, session_strand strand, asio::ssl::context* tls
) -> std::shared_ptr<session_base> {
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);
    auto peer = peer_of(socket);
    if (tls != nullptr) {
        return std::make_shared<session<tls_stream>>(
            std::move(owner), shared, routes, std::move(strand), std::move(peer), std::move(socket),
            *tls
        );
    }
    return std::make_shared<session<session_socket>>(
        std::move(owner), shared, routes, std::move(strand), std::move(peer), std::move(socket)
    );
}

}  // namespace tenon::host
