// What the registry learns about issuers, and when it asks again.
#include "base/log.hpp"
#include "provider/egress.hpp"
#include "provider/registry_state.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace tenon::host {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

auto describe_and_wait(
    std::shared_ptr<const provider_draft> draft, discovered_metadata found, time_point now
) -> asio::awaitable<provider_entry> {
    co_return make_entry(*draft, found, now);
}

auto backoff(unsigned failures) -> milliseconds {
    constexpr milliseconds longest = 5min;
    return failures >= 9 ? longest
                         : std::min<milliseconds>(longest, milliseconds(1000U << failures));
}

}  // namespace

void registry::implementation::follow_issuer(const provider_entry& entry) {
    const bool wanted =
        entry.about && entry.about->discovery &&
        (entry.state == provider_state::enabled || entry.state == provider_state::undiscovered);
    if (!wanted) {
        issuers.erase(entry.name);
        return;
    }
    auto& state = issuers[entry.name];
    // Metadata that came while this entry was being described counts for nothing: ask again.
    const bool missed = entry.state == provider_state::undiscovered && !state.metadata.json.empty();
    if (state.issuer != entry.about->issuer || missed) {
        const bool in_flight = state.in_flight;
        state = issuer_state{};
        state.issuer = entry.about->issuer;
        state.in_flight = in_flight && missed;
    }
}

auto registry::implementation::metadata_of(const std::string& name) -> discovered_metadata {
    const std::lock_guard lock(guard);
    const auto known = issuers.find(name);
    return known == issuers.end() ? discovered_metadata() : known->second.metadata;
}

auto registry::implementation::start_attempt(const std::string& name) -> std::optional<attempt> {
    const std::lock_guard lock(guard);
    const auto found = issuers.find(name);
    const auto draft = drafts.find(name);
    if (found == issuers.end() || draft == drafts.end() || found->second.in_flight ||
        found->second.due > time.now()) {
        return std::nullopt;
    }
    attempt out{name, draft->second, {name, found->second.issuer, {}}};
    const auto mapping = egress_policy::make(descriptor{}, draft->second->settings.origins);
    for (const auto& url : discovery_urls(found->second.issuer)) {
        out.request.addresses.push_back(mapping.has_value() ? mapping->mapped(url) : url);
    }
    found->second.in_flight = true;
    return out;
}

auto registry::implementation::describe(
    std::shared_ptr<const provider_draft> draft, discovered_metadata found
) -> asio::awaitable<provider_entry> {
    asio::thread_pool* elsewhere = nullptr;
    if (draft->seat.worker != nullptr) {
        const std::lock_guard lock(guard);
        elsewhere = waiting.get();
    }
    if (elsewhere == nullptr) {
        co_return make_entry(*draft, found, time.now());
    }
    auto work = describe_and_wait(std::move(draft), std::move(found), time.now());
    co_return co_await asio::co_spawn(*elsewhere, std::move(work), asio::use_awaitable);
}

auto registry::implementation::discover(attempt one) -> asio::awaitable<void> {
    // Whatever ends the wait, cancellation included, the next one may try.
    struct landing {
        implementation& self;
        const std::string& name;
        ~landing() {
            const std::lock_guard lock(self.guard);
            if (const auto found = self.issuers.find(name); found != self.issuers.end()) {
                found->second.in_flight = false;
            }
        }
    };
    const landing at_the_end{*this, one.name};
    auto request = one.request;
    auto found = co_await fetch_metadata(std::move(request), http);
    provider_entry entry;
    if (found.has_value()) {
        entry = co_await describe(one.draft, *found);
    }
    settle(one, std::move(found), std::move(entry));
}

void registry::implementation::adopt(
    const attempt& one, issuer_state& state, discovered_metadata found, provider_entry entry
) {
    state.failures = 0;
    state.due = time.now() + 24h;
    if (found.json == state.metadata.json) {
        return;
    }
    if (entry.state != provider_state::enabled && !state.metadata.json.empty()) {
        log(log_level::warn, "discovery_not_usable",
            {{log_key::provider, one.name}, {log_key::detail, entry.message}});
        return;  // what was good yesterday serves on
    }
    state.metadata = std::move(found);
    auto next = std::make_shared<registry_snapshot>(*current);
    next->providers.insert_or_assign(one.name, std::move(entry));
    publish(std::move(next));
}

void registry::implementation::settle(
    const attempt& one, result<discovered_metadata> found, provider_entry entry
) {
    const std::lock_guard lock(guard);
    const auto state = issuers.find(one.name);
    const auto draft = drafts.find(one.name);
    if (state == issuers.end() || draft == drafts.end() || draft->second != one.draft) {
        return;  // reloaded meanwhile
    }
    if (found.has_value()) {
        adopt(one, state->second, std::move(*found), std::move(entry));
        return;
    }
    state->second.due = time.now() + backoff(state->second.failures++);
    log(log_level::warn, "discovery_failed",
        {{log_key::provider, one.name}, {log_key::detail, found.error().message}});
    const auto listed = current->providers.find(one.name);
    if (listed != current->providers.end() &&
        listed->second.state == provider_state::undiscovered) {
        auto next = std::make_shared<registry_snapshot>(*current);
        next->providers.at(one.name).message = found.error().message;
        publish(std::move(next));
    }
}

auto registry::implementation::due_names() -> std::vector<std::string> {
    const std::lock_guard lock(guard);
    std::vector<std::string> out;
    for (const auto& [name, state] : issuers) {
        if (!state.in_flight && state.due <= time.now()) {
            out.push_back(name);
        }
    }
    return out;
}

auto registry::implementation::next_due() -> milliseconds {
    constexpr milliseconds longest = 5s;  // a reload may bring a new one
    const std::lock_guard lock(guard);
    auto out = longest;
    for (const auto& [name, state] : issuers) {
        out = std::min(out, std::max<milliseconds>(state.due - time.now(), 100ms));
    }
    return out;
}

auto registry::implementation::must_wait(const std::string& name) -> bool {
    const std::lock_guard lock(guard);
    const auto found = issuers.find(name);
    return found != issuers.end() && found->second.in_flight;
}

}  // namespace tenon::host
