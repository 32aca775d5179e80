#include "load.hpp"

#include "support/postgres.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tenon::bench {

namespace {

using steady = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& what) {
    throw std::runtime_error("load: " + what + ": " + std::strerror(errno));
}

struct connection {
    int socket = -1;
    std::string in;
    std::string out;
    steady::time_point sent_at;
    bool busy = false;
};

auto open_socket(std::uint16_t port) -> int {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    if (socket < 0 ||
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        give_up("connect");
    }
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return socket;
}

// Where the answer ends in `text`; 0: not yet.
auto answer_length(const std::string& text, std::size_t& header) -> std::size_t {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string::npos) {
        return 0;
    }
    header = end + 4;
    std::size_t body = 0;
    constexpr std::string_view name = "content-length:";
    const auto found = std::search(
        text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), name.begin(), name.end(),
        [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; }
    );
    if (found != text.begin() + static_cast<std::ptrdiff_t>(end)) {
        const auto* digits = &*found + name.size();
        while (*digits == ' ') {
            ++digits;
        }
        std::from_chars(digits, text.data() + end, body);
    }
    return text.size() >= header + body ? header + body : 0;
}

class generator {
  public:
    generator(const load_plan& plan, load_source& source)
        : plan_(plan), source_(source), epoll_(::epoll_create1(0)), connections_(plan.connections) {
        latencies_.reserve(1'000'000);
        for (std::size_t i = 0; i < connections_.size(); ++i) {
            connections_[i].socket = open_socket(plan.port);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].socket, &event);
        }
    }
    ~generator() {
        for (const auto& one : connections_) {
            ::close(one.socket);
        }
        ::close(epoll_);
    }
    generator(const generator&) = delete;
    auto operator=(const generator&) -> generator& = delete;

    auto run() -> load_result {
        const auto begun = steady::now();
        from_ = begun + plan_.warm_up;
        until_ = from_ + plan_.measured;
        for (std::size_t i = 0; i < connections_.size(); ++i) {
            ask(i);
        }
        std::vector<epoll_event> events(connections_.size());
        auto now = begun;
        while (now < until_ && busy_ > 0) {
            const int count =
                ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1'000);
            for (int i = 0; i < count; ++i) {
                take(events[static_cast<std::size_t>(i)].data.u64);
            }
            now = steady::now();
        }
        return summary(std::min(now, until_) - from_);
    }

  private:
    void ask(std::size_t index) {
        auto& mine = connections_[index];
        mine.out.clear();
        if (!source_.next(index, mine.out)) {
            return;
        }
        mine.sent_at = steady::now();
        ++busy_;
        mine.busy = true;
        std::size_t written = 0;
        while (written < mine.out.size()) {
            const auto count = ::send(
                mine.socket, mine.out.data() + written, mine.out.size() - written, MSG_NOSIGNAL
            );
            if (count <= 0) {
                give_up("send");
            }
            written += static_cast<std::size_t>(count);
        }
    }

    void take(std::size_t index) {
        auto& mine = connections_[index];
        std::array<char, 16'384> buffer;
        const auto count = ::recv(mine.socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (count <= 0) {
            give_up("the server closed a connection");
        }
        mine.in.append(buffer.data(), static_cast<std::size_t>(count));
        std::size_t header = 0;
        const auto length = answer_length(mine.in, header);
        if (length == 0 || !mine.busy) {
            return;
        }
        const auto now = steady::now();
        reply answer;
        std::from_chars(mine.in.data() + 9, mine.in.data() + 12, answer.status);
        answer.header = std::string_view(mine.in).substr(0, header);
        answer.body = std::string_view(mine.in).substr(header, length - header);
        answer.bytes = length;
        const bool counts = source_.got(index, answer);
        if (counts && now >= from_ && now < until_) {
            const auto took = std::chrono::duration<float, std::micro>(now - mine.sent_at);
            latencies_.push_back(took.count());
            bytes_ = length;
        }
        mine.in.erase(0, length);
        mine.busy = false;
        --busy_;
        ask(index);
    }

    auto summary(steady::duration took) -> load_result {
        load_result result;
        result.counted = latencies_.size();
        result.typical_bytes = bytes_;
        result.per_second = static_cast<double>(latencies_.size()) /
                            std::max(1e-9, std::chrono::duration<double>(took).count());
        if (!latencies_.empty()) {
            const auto at = [this](double part) {
                const auto index =
                    static_cast<std::size_t>(part * static_cast<double>(latencies_.size() - 1));
                std::ranges::nth_element(latencies_, latencies_.begin() + static_cast<long>(index));
                return static_cast<double>(latencies_[index]);
            };
            result.p50_us = at(0.5);
            result.p99_us = at(0.99);
        }
        return result;
    }

    const load_plan& plan_;
    load_source& source_;
    int epoll_;
    std::vector<connection> connections_;
    std::vector<float> latencies_;
    std::size_t busy_ = 0;
    std::size_t bytes_ = 0;
    steady::time_point from_;
    steady::time_point until_;
};

void pin(unsigned first, unsigned behind_last, pid_t process = 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (unsigned cpu = first; cpu < behind_last; ++cpu) {
        CPU_SET(cpu, &set);
    }
    ::sched_setaffinity(process, sizeof set, &set);
}

auto servers_part() -> unsigned {
    return std::max(1U, processors() - 1);
}

// The calling thread and what it starts from here on; a server with all that it has started.
void pin_all(pid_t server, unsigned behind_last) {
    pin(0, behind_last);
    pin(0, behind_last, server);
    const auto id = std::to_string(server);
    std::ifstream children("/proc/" + id + "/task/" + id + "/children");
    for (pid_t child = 0; children >> child;) {
        pin(0, behind_last, child);
    }
}

}  // namespace

auto processors() -> unsigned {
    return std::max(1U, std::thread::hardware_concurrency());
}

auto server_threads() -> unsigned {
    cpu_set_t set;
    CPU_ZERO(&set);
    ::sched_getaffinity(0, sizeof set, &set);
    return std::max(1U, static_cast<unsigned>(CPU_COUNT(&set)));
}

void pin_to_servers() {
    pin(0, servers_part());
}

everywhere::everywhere() : postgres_(test::postgres_process()) {
    pin_all(postgres_, processors());
}

everywhere::~everywhere() {
    pin_all(postgres_, servers_part());
}

void pin_to_generator() {
    const auto count = processors();
    pin(count - 1, count);
}

auto run_load(const load_plan& plan, load_source& source) -> load_result {
    load_result result;
    std::exception_ptr thrown;
    std::thread worker([&] {
        try {
            pin_to_generator();
            generator one(plan, source);
            result = one.run();
        } catch (...) {
            thrown = std::current_exception();
        }
    });
    worker.join();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    return result;
}

auto requests_in_turn::next(std::size_t /*connection*/, std::string& out) -> bool {
    if (how_ == times::once && asked_ == requests_.size()) {
        return false;
    }
    out = requests_[asked_++ % requests_.size()];
    return true;
}

auto requests_in_turn::got(std::size_t /*connection*/, const reply& answer) -> bool {
    if (answer.status != status_) {
        throw std::runtime_error(
            "load: status " + std::to_string(answer.status) + " instead of " +
            std::to_string(status_) + ": " + std::string(answer.body.substr(0, 300))
        );
    }
    return true;
}

}  // namespace tenon::bench
