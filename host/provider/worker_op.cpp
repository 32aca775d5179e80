#include "provider/worker_op.hpp"

#include "provider/worker_calls.hpp"

namespace tenon::host {
namespace {

namespace asio = boost::asio;

constexpr int most_repeats = 2;

}  // namespace

worker_op::worker_op(std::shared_ptr<plugin_worker> plugin, std::size_t provider)
    : plugin_(std::move(plugin)), provider_(provider), op_(plugin_->next_op()) {}

worker_op::~worker_op() {
    if (link_ != nullptr && !told_.empty()) {
        link_->tell(end_frame(op_));
    }
}

auto worker_op::begin(const op_input& input) -> asio::awaitable<any_action> {
    kind_ = input.kind;
    told_.push_back(begin_frame(op_, provider_, input));
    return carry_on();
}

auto worker_op::step(const tenon_reply& reply) -> asio::awaitable<any_action> {
    told_.push_back(step_frame(op_, reply));
    return carry_on();
}

auto worker_op::find_worker() -> std::optional<worker_loss> {
    if (link_ != nullptr && link_->alive()) {
        return std::nullopt;
    }
    answered_ = 0;
    auto found =
        plugin_->link(alone_ ? plugin_worker::sharing::alone : plugin_worker::sharing::common);
    if (auto* loss = std::get_if<worker_loss>(&found)) {
        link_.reset();
        return std::move(*loss);
    }
    link_ = std::move(std::get<std::shared_ptr<worker_link>>(found));
    return std::nullopt;
}

auto worker_op::may_repeat(const worker_loss& loss) -> bool {
    const bool begun = told_.size() > 1;
    if (++repeats_ > most_repeats || (loss.to_blame && (alone_ || !begun))) {
        return false;
    }
    alone_ = alone_ || loss.to_blame;
    return true;
}

auto worker_op::carry_on() -> asio::awaitable<any_action> {
    for (;;) {
        if (auto none = find_worker()) {
            co_return failure_of(*none);
        }
        const auto question = link_->ask(op_, told_.at(answered_));
        auto reply = co_await question->wait();
        if (const auto* loss = std::get_if<worker_loss>(&reply)) {
            link_.reset();
            if (!may_repeat(*loss)) {
                co_return failure_of(*loss);
            }
            continue;
        }
        if (++answered_ < told_.size()) {
            continue;  // a repetition: it was acted upon the first time
        }
        action_message message(std::move(std::get<std::string>(reply)), op_, kind_);
        co_return std::move(message.action());
    }
}

}  // namespace tenon::host
