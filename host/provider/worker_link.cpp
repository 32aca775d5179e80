#include "provider/worker_link.hpp"

#include "provider/worker_answers.hpp"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <vector>

namespace tenon::host {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

}  // namespace

worker_link::worker_link(
    worker_process process, bool greeted, const asio::any_io_executor& executor,
    worker_deadlines deadlines, on_loss told
)
    : strand_(asio::make_strand(executor)),
      socket_(strand_, asio::local::stream_protocol(), process.release_socket()),
      deadlines_(deadlines),
      told_(std::move(told)),
      process_(std::move(process)),
      turned_to_first_(std::chrono::steady_clock::now()),
      greeted_(greeted) {}

// Without a loop any more, nothing that waits here will go on.
worker_link::~worker_link() {
    for (const auto& question : asked_) {
        question->drop();
    }
}

auto worker_link::open(
    worker_process process, bool greeted, const asio::any_io_executor& executor,
    worker_deadlines deadlines, on_loss told
) -> std::shared_ptr<worker_link> {
    const std::shared_ptr<worker_link> link(
        new worker_link(std::move(process), greeted, executor, deadlines, std::move(told))
    );
    asio::co_spawn(link->strand_, read(link), asio::detached);
    if (!greeted) {
        const std::lock_guard lock(link->guard_);
        link->watch_if_idle();
    }
    // Its coroutines hold the link itself; this handle's end is what ends them.
    return {link.get(), [link](worker_link* /*same*/) { link->close(); }};
}

void worker_link::close() {
    const std::lock_guard lock(guard_);
    closed_ = true;
    process_.kill();  // a step may be under way that never ends; the reader sees it
}

auto worker_link::alive() const -> bool {
    const std::lock_guard lock(guard_);
    return !dead_ && !known_;
}

auto worker_link::asked() const -> std::size_t {
    const std::lock_guard lock(guard_);
    return count_;
}

auto worker_link::ask(std::uint64_t op, std::string_view frame)
    -> std::shared_ptr<worker_question> {
    auto question = std::make_shared<worker_question>(op);
    const std::lock_guard lock(guard_);
    if (dead_) {
        question->answer(known_.value_or(worker_loss{
            loss_reason::crashed, "it had ended", false, {}}));
        return question;
    }
    ++count_;
    if (asked_.empty() && greeted_) {
        turned_to_first_ = std::chrono::steady_clock::now();
    }
    asked_.push_back(question);
    watch_if_idle();
    send(frame);
    return question;
}

void worker_link::tell(std::string_view frame) {
    const std::lock_guard lock(guard_);
    if (!dead_) {
        send(frame);
    }
}

// Sends at once as a rule; by the loop where the socket is full.
void worker_link::send(std::string_view frame) {
    if (held_.empty()) {
        const auto sent = ::send(
            socket_.native_handle(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL
        );
        frame.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
    }
    held_.append(frame);
    if (!held_.empty() && !flushing_) {
        flushing_ = true;
        asio::co_spawn(strand_, flush(shared_from_this()), asio::detached);
    }
}

void worker_link::send_held() {
    const auto sent =
        ::send(socket_.native_handle(), held_.data(), held_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    held_.erase(0, sent < 0 ? 0 : static_cast<std::size_t>(sent));
    flushing_ = !held_.empty();
}

auto worker_link::flush(self_ptr self) -> awaitable<void> {
    for (;;) {
        const auto [failed] = co_await self->socket_.async_wait(
            asio::local::stream_protocol::socket::wait_write, asio::as_tuple(asio::use_awaitable)
        );
        const std::lock_guard lock(self->guard_);
        if (failed || self->dead_) {
            co_return;
        }
        self->send_held();
        if (!self->flushing_) {
            co_return;
        }
    }
}

auto worker_link::read(self_ptr self) -> awaitable<void> {
    constexpr std::size_t piece = 64UL * 1024;
    std::vector<char> into(piece);
    for (;;) {
        const auto [failed, size] = co_await self->socket_.async_read_some(
            asio::buffer(into), asio::as_tuple(asio::use_awaitable)
        );
        if (failed || !self->take({into.data(), size})) {
            break;
        }
    }
    co_await bury(self);
}

auto worker_link::take(std::string_view bytes) -> bool {
    frames_.append(bytes);
    while (auto frame = frames_.next()) {
        if (!take_frame(std::move(*frame))) {
            return false;
        }
    }
    if (frames_.broken()) {
        note(loss_reason::garbled, "a message of more than 24 MiB");
    }
    return !frames_.broken();
}

auto worker_link::take_frame(std::string frame) -> bool {
    wire_reader from(frame);
    const auto what = answer_of(from);
    const auto number = from.number();
    if (what == worker_answer::forbidden) {
        note(loss_reason::forbidden, call_name(number));
        return false;
    }
    std::shared_ptr<worker_question> first;
    {
        const std::lock_guard lock(guard_);
        turned_to_first_ = std::chrono::steady_clock::now();
        if (!greeted_ && what == worker_answer::greeting) {
            greeted_ = true;  // what it serves was read and judged when it was first started
            return true;
        }
        const bool awaited = greeted_ && what == worker_answer::action && !asked_.empty() &&
                             asked_.front()->op() == number;
        if (awaited) {
            first = std::move(asked_.front());
            asked_.pop_front();
        }
    }
    if (first == nullptr) {
        note(loss_reason::garbled, "an answer that nobody waits for");
        return false;
    }
    first->answer(std::move(frame));
    return true;
}

void worker_link::note(loss_reason why, std::string detail) {
    const std::lock_guard lock(guard_);
    if (!known_) {
        known_ = worker_loss{why, std::move(detail), false, {}};
    }
}

// It has closed its socket, or is to: a moment later its end can be read.
auto worker_link::bury(self_ptr self) -> awaitable<void> {
    asio::steady_timer pause(self->strand_);
    std::optional<std::string> ended;
    for (auto wait = 0ms; !ended && wait < 1s; wait = wait * 2 + 1ms) {
        {
            const std::lock_guard lock(self->guard_);
            // A crash is given the time to be one.
            if (self->known_ || wait > 100ms) {
                self->process_.kill();
            }
            ended = self->process_.ended();
        }
        if (!ended) {
            pause.expires_after(wait);
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
    self->settle({loss_reason::crashed, ended.value_or("it can't be ended"), false, {}});
}

void worker_link::settle(worker_loss loss) {
    std::deque<std::shared_ptr<worker_question>> left;
    bool ours = false;
    {
        const std::lock_guard lock(guard_);
        dead_ = true;
        boost::system::error_code ignored;
        socket_.close(ignored);
        left.swap(asked_);
        loss = known_.value_or(loss);
        known_ = loss;
        ours = closed_;
    }
    if (!ours && told_) {
        told_(loss);
    }
    loss.to_blame = true;
    for (const auto& question : left) {
        question->answer(loss);
        loss.to_blame = false;
    }
}

// One timer a worker, and only while it owes answers.
void worker_link::watch_if_idle() {
    if (!watching_) {
        watching_ = true;
        asio::co_spawn(strand_, watch(shared_from_this()), asio::detached);
    }
}

auto worker_link::allowed() const -> milliseconds {
    return greeted_ ? deadlines_.step : deadlines_.start;
}

// Late, and at work since then or late beyond all patience: on a machine that is busy with others,
// a worker is not to blame for the time that it is not given.
auto worker_link::overdue(std::optional<std::chrono::nanoseconds>& used_when_late) const -> bool {
    const auto waited = std::chrono::steady_clock::now() - turned_to_first_;
    if (waited <= allowed()) {
        used_when_late.reset();
        return false;
    }
    const auto used = process_.processor_time();
    if (!used_when_late) {
        used_when_late = used;
        return false;
    }
    return used - *used_when_late >= allowed() / 4 || waited > 5 * allowed();
}

auto worker_link::watch(self_ptr self) -> awaitable<void> {
    asio::steady_timer pause(self->strand_);
    std::optional<std::chrono::nanoseconds> used_when_late;
    for (;;) {
        pause.expires_after(std::min<milliseconds>(100ms, self->deadlines_.step / 4));
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        const std::lock_guard lock(self->guard_);
        if (self->dead_ || (self->asked_.empty() && self->greeted_)) {
            self->watching_ = false;
            co_return;
        }
        if (self->overdue(used_when_late)) {
            const auto why = self->greeted_ ? loss_reason::hung : loss_reason::not_started;
            const auto after = std::to_string(self->allowed().count()) + " ms";
            self->known_ = self->known_.value_or(worker_loss{why, after, false, {}});
            self->process_.kill();
            co_return;
        }
    }
}

}  // namespace tenon::host
