#include "provider/plugin_worker.hpp"

#include "base/log.hpp"
#include "provider/worker_calls.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace tenon::host {
namespace {

using namespace std::chrono_literals;

// A worker is replaced after so many steps, long before its processor time is used up.
constexpr std::size_t steps_of_one_worker = 1'000'000;

constexpr auto forgotten_after = 60s;

// Of questions before it serves: so many in vain, and for so long it is asked none.
constexpr unsigned most_in_vain = 3;
constexpr auto asked_again_after = 5s;

// The first loss is made good at once; then it takes longer each time.
auto rest_after(unsigned losses) -> milliseconds {
    constexpr milliseconds longest = 30s;
    return losses < 2    ? 0ms
           : losses > 10 ? longest
                         : std::min<milliseconds>(longest, milliseconds(200U << (losses - 2)));
}

}  // namespace

plugin_worker::plugin_worker(
    std::shared_ptr<plugin_image> image, worker_setup setup, isolation mode
)
    : image_(std::move(image)), setup_(std::move(setup)), mode_(mode) {
    report_.plugin = image_->path().stem().string();
}

auto plugin_worker::launch(std::shared_ptr<plugin_image> image, worker_setup setup, isolation mode)
    -> result<std::shared_ptr<plugin_worker>> {
    const std::shared_ptr<plugin_worker> out(
        new plugin_worker(std::move(image), std::move(setup), mode)
    );
    auto started = out->start();
    if (started.has_error()) {
        return started.error();
    }
    out->spare_ = std::move(*started);
    return out;
}

auto plugin_worker::start() -> result<dialogue_ptr> {
    auto process = worker_process::start(setup_.program, *image_);
    if (process.has_error()) {
        return process.error();
    }
    if (setup_.observer != nullptr) {
        setup_.observer->worker_started(report_.plugin);
    }
    return std::make_unique<worker_dialogue>(std::move(*process));
}

auto plugin_worker::greet() -> result<void> {
    auto greeting = spare_->greet(setup_.deadlines.start);
    if (greeting.has_error()) {
        const auto name = image_->path().filename().string();
        return fail(errc::invalid_request, name + ": " + greeting.error().message);
    }
    greeting_ = std::move(*greeting);
    report_.started = 1;
    return {};
}

auto plugin_worker::providers() const -> const std::vector<plugin_provider>& {
    return greeting_.providers;
}
auto plugin_worker::refused() const -> const std::vector<std::string>& {
    return greeting_.refused;
}

auto plugin_worker::greeted_spare() -> result<dialogue_ptr> {
    auto with = take_spare();
    if (with == nullptr || !with->usable()) {
        auto started = start();
        if (started.has_error()) {
            return started.error();
        }
        with = std::move(*started);
    }
    if (!with->greeted()) {
        if (auto greeting = with->greet(setup_.deadlines.start); greeting.has_error()) {
            return greeting.error();
        }
    }
    return with;
}

auto plugin_worker::hear(
    worker_dialogue& with, std::string_view frame, asked_op of, fail_action& lost
) -> std::unique_ptr<action_message> {
    auto reply = with.ask(frame, setup_.deadlines.step);
    if (const auto* loss = std::get_if<worker_loss>(&reply)) {
        note_loss(*loss);
        lost = failure_of(*loss);
        return nullptr;
    }
    return std::make_unique<action_message>(
        std::move(std::get<std::string>(reply)), of.number, of.kind
    );
}

auto plugin_worker::asked_in_vain() const -> bool {
    const std::lock_guard lock(guard_);
    return asked_in_vain_ >= most_in_vain &&
           std::chrono::steady_clock::now() - asked_at_ < asked_again_after;
}

void plugin_worker::note_asked(bool in_vain) {
    const std::lock_guard lock(guard_);
    asked_in_vain_ = in_vain ? asked_in_vain_ + 1 : 0;
    asked_at_ = std::chrono::steady_clock::now();
}

auto plugin_worker::ask_once(
    std::size_t provider, const op_input& input, const tenon_reply* then, fail_action& lost
) -> std::unique_ptr<action_message> {
    if (asked_in_vain()) {
        lost = failure_of({loss_reason::resting, report().last_loss, false, {}});
        return nullptr;
    }
    auto with = greeted_spare();
    if (with.has_error()) {
        note_asked(true);
        lost = failure_of({loss_reason::not_started, with.error().message, true, {}});
        return nullptr;
    }
    const asked_op op{next_op(), input.kind};
    auto said = hear(**with, begin_frame(op.number, provider, input), op, lost);
    if (said != nullptr && then != nullptr && std::holds_alternative<http_action>(said->action())) {
        said = hear(**with, step_frame(op.number, *then), op, lost);
    }
    note_asked(said == nullptr);
    if (said != nullptr) {
        (*with)->tell(end_frame(op.number));
        const std::lock_guard lock(guard_);
        spare_ = std::move(*with);
    }
    return said;
}

auto plugin_worker::take_spare() -> dialogue_ptr {
    const std::lock_guard lock(guard_);
    return std::move(spare_);
}

auto plugin_worker::open(dialogue_ptr from) -> std::shared_ptr<worker_link> {
    const bool greeted = from->greeted();
    return worker_link::open(
        from->release(), greeted, setup_.executor, setup_.deadlines,
        [weak = weak_from_this()](const worker_loss& loss) {
            if (const auto self = weak.lock()) {
                self->note_loss(loss);
            }
        }
    );
}

auto plugin_worker::must_rest() const -> std::optional<worker_loss> {
    const auto left =
        std::chrono::ceil<milliseconds>(not_before_ - std::chrono::steady_clock::now());
    if (left <= 0ms) {
        return std::nullopt;
    }
    return worker_loss{loss_reason::resting, report_.last_loss, false, left};
}

auto plugin_worker::link(sharing how) -> std::variant<std::shared_ptr<worker_link>, worker_loss> {
    if (!setup_.executor) {
        return worker_loss{loss_reason::not_started, "this command runs no operations", false, {}};
    }
    std::unique_lock lock(guard_);
    const bool shared = how == sharing::common && mode_ == isolation::worker;
    if (shared && common_ && common_->alive() && common_->asked() < steps_of_one_worker) {
        return common_;
    }
    if (auto resting = must_rest()) {
        return *resting;
    }
    auto with = std::move(spare_);
    if (with == nullptr || !with->usable()) {
        auto started = start();
        if (started.has_error()) {
            lock.unlock();
            worker_loss none{loss_reason::not_started, started.error().message, false, {}};
            note_loss(none);
            return none;
        }
        ++report_.started;
        with = std::move(*started);
    }
    auto opened = open(std::move(with));
    if (shared) {
        common_ = opened;
    } else if (mode_ == isolation::worker_per_operation && !spare_is_coming_) {
        spare_is_coming_ = true;
        boost::asio::post(setup_.executor, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->make_spare();
            }
        });
    }
    return opened;
}

// The next operation finds a worker that is loaded already.
void plugin_worker::make_spare() {
    auto started = start();
    const std::lock_guard lock(guard_);
    spare_is_coming_ = false;
    if (started.has_value() && spare_ == nullptr) {
        ++report_.started;
        spare_ = std::move(*started);
    }
}

void plugin_worker::note_loss(const worker_loss& loss) {
    auto blamed = loss;
    blamed.to_blame = true;
    const auto words = failure_of(blamed).failure.message;
    {
        const std::lock_guard lock(guard_);
        const auto now = std::chrono::steady_clock::now();
        losses_in_a_row_ = now - lost_at_ < forgotten_after ? losses_in_a_row_ + 1 : 1;
        lost_at_ = now;
        ++report_.lost;
        report_.last_loss = words;
        // What one operation does to a worker of its own is nobody else's loss.
        if (mode_ == isolation::worker || loss.why == loss_reason::not_started) {
            not_before_ = now + rest_after(losses_in_a_row_);
        }
    }
    log(log_level::warn, "plugin_worker_lost",
        {{log_key::path, image_->path().string()},
         {log_key::outcome, name_of(loss.why)},
         {log_key::detail, words}});
    if (setup_.observer != nullptr) {
        setup_.observer->worker_lost(report_.plugin, name_of(loss.why));
    }
}

void plugin_worker::rest() {
    std::shared_ptr<worker_link> ended;
    const auto spare = take_spare();
    const std::lock_guard lock(guard_);
    ended.swap(common_);
}

auto plugin_worker::report() const -> worker_report {
    const std::lock_guard lock(guard_);
    auto out = report_;
    out.resting = must_rest().has_value();
    return out;
}

}  // namespace tenon::host
