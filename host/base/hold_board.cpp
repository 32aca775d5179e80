#include "base/hold_board.hpp"

namespace tenon::host {
namespace {

// A hold that is told anew with as much left is no news; what is left was counted a little earlier.
constexpr milliseconds slack{500};
// Behind its time: its end may be told later, and is told for a while.
constexpr milliseconds known_on{60'000};
// Nobody holds anything for as long; a clock that was set back must not keep it.
constexpr milliseconds longest{600'000};

}  // namespace

void hold_board::hear(std::string kind, listener to) {
    listeners_.insert_or_assign(std::move(kind), std::move(to));
}

void hold_board::post(std::string_view kind, std::string_view name, milliseconds span) {
    const bool over = span <= milliseconds(0);
    const pinned pin{over, time_.now() + (over ? milliseconds(0) : span)};
    const auto full = std::string(kind) + ' ' + std::string(name);
    const std::lock_guard lock(guard_);
    news_.insert_or_assign(full, pin);
    known_.insert_or_assign(full, pin);
}

auto hold_board::take_news() -> std::vector<hold> {
    const auto now = time_.now();
    std::vector<hold> told;
    const std::lock_guard lock(guard_);
    for (const auto& [name, pin] : news_) {
        if (pin.over) {
            told.push_back({name, milliseconds(0)});
        } else if (pin.until > now && pin.until - now <= longest) {
            told.push_back({name, pin.until - now});
        }
    }
    news_.clear();
    return told;
}

void hold_board::put_back(const std::vector<hold>& news) {
    const auto now = time_.now();
    const std::lock_guard lock(guard_);
    for (const auto& one : news) {  // unless something newer was posted meanwhile
        news_.try_emplace(one.name, pinned{one.span == milliseconds(0), now + one.span});
    }
}

auto hold_board::learn(const hold& heard) -> bool {
    const bool over = heard.span == milliseconds(0);
    const auto until = time_.now() + heard.span;
    const std::lock_guard lock(guard_);
    if (news_.contains(heard.name)) {
        return false;  // this host knows better since, and tells it next
    }
    const auto found = known_.find(heard.name);
    if (found == known_.end()) {
        known_.emplace(heard.name, pinned{over, until});
        return !over;  // the end of what nobody here knew of
    }
    auto& known = found->second;
    const bool is_news = known.over != over || (!over && until > known.until + slack);
    if (is_news) {
        known = {over, until};
    }
    return is_news;
}

void hold_board::forget_old() {
    const auto now = time_.now();
    const std::lock_guard lock(guard_);
    std::erase_if(known_, [now](const auto& one) {
        const auto until = one.second.until;
        return until + known_on <= now || until - now > longest;
    });
}

void hold_board::tell_listener(const hold& heard) const {
    const auto space = heard.name.find(' ');
    const auto to = listeners_.find(std::string_view(heard.name).substr(0, space));
    if (space != std::string::npos && to != listeners_.end()) {
        to->second(std::string_view(heard.name).substr(space + 1), heard.span);
    }
}

auto hold_board::exchange(shared_limits& with) -> boost::asio::awaitable<void> {
    forget_old();
    const auto news = take_news();
    auto telling = with.tell(news);
    const auto heard = co_await std::move(telling);
    if (heard.has_error()) {
        put_back(news);
        co_return;
    }
    for (const auto& one : *heard) {
        if (learn(one)) {
            tell_listener(one);
        }
    }
}

}  // namespace tenon::host
