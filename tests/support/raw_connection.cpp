#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "support/http_client.hpp"

namespace tenon::test {

raw_connection::raw_connection(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        throw std::runtime_error("no address of " + host);
    }
    socket_ = ::socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, found->ai_protocol);
    const bool connected =
        socket_ >= 0 && ::connect(socket_, found->ai_addr, found->ai_addrlen) == 0;
    ::freeaddrinfo(found);
    if (!connected) {
        if (socket_ >= 0) {
            ::close(socket_);
        }
        throw std::runtime_error("no connection to " + host + ':' + std::to_string(port));
    }
}

raw_connection::~raw_connection() {
    if (socket_ >= 0) {
        ::close(socket_);
    }
}

auto raw_connection::send(std::string_view bytes) -> bool {
    while (!bytes.empty()) {
        const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

auto raw_connection::receive_some(std::string& into, std::chrono::steady_clock::time_point until)
    -> bool {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now()
    );
    pollfd polled{socket_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&polled, 1, static_cast<int>(left.count())) <= 0) {
        return false;
    }
    std::array<char, 16384> buffer{};
    const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count <= 0) {
        closed_ = true;
        return false;
    }
    into.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
}

auto raw_connection::receive_all(std::chrono::milliseconds deadline) -> std::string {
    const auto until = std::chrono::steady_clock::now() + deadline;
    std::string out;
    while (receive_some(out, until)) {}
    return out;
}

auto raw_connection::receive_until(std::string_view end, std::chrono::milliseconds deadline)
    -> std::string {
    const auto until = std::chrono::steady_clock::now() + deadline;
    std::string out;
    while (out.find(end) == std::string::npos && receive_some(out, until)) {}
    return out;
}

void raw_connection::half_close() {
    ::shutdown(socket_, SHUT_WR);
}

void raw_connection::reset() {
    const linger now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(socket_);
    socket_ = -1;
}

}  // namespace tenon::test
