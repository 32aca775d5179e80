#include "world.hpp"

#include "app/reseal.hpp"
#include "user.hpp"

namespace tenon::simulation {
namespace {

// Leases bear clocks that differ by less than what they are longer than an operation's deadline.
constexpr milliseconds bearable{4'000};

auto one_key(host::random_source& random) -> host::keyring {
    host::keyring keys;
    if (keys.generate(random).has_error()) {
        throw std::runtime_error("no key can be made");
    }
    return keys;
}

}  // namespace

world::world(
    house& shared, const plan& what, planted_fault fault,
    std::function<void(const std::string& line)> told
)
    : house_(shared),
      all_(what, fault),
      random_(what.seed),
      tokens_(all_),
      every_key_(one_key(random_)),
      opener_(every_key_, random_),
      watch_(all_, shared.db(), tokens_, opener_),
      log_([this](std::string_view line) {
          if (all_.told) {
              all_.told(std::string(line.substr(line.find(' ') + 1)));
          }
          if (leaks(line)) {
              all_.violated("the log holds a readable secret");
          }
      }),
      around_{all_, shared, tokens_, [this](const std::string& provider, const std::string& token) {
                  const auto found = watch_.find(provider, token);
                  return found ? std::optional(known_grant{
                                     found->id, found->expires_at, found->lease_until})
                               : std::nullopt;
              }} {
    all_.told = std::move(told);
    all_.strike = [this](std::size_t which, const mishap& one) { strike(which, one); };
    house_.begin(what);
    for (int i = 0; i < what.hosts; ++i) {
        machines_.push_back(std::make_unique<machine>(all_.time));
        machines_.back()->keys = every_key_;
        start(machines_.size() - 1);
    }
}

world::~world() = default;

void world::start(std::size_t which) {
    auto& on = *machines_[which];
    const auto name = "host-" + std::to_string(which) + '-' + std::to_string(++on.lives);
    on.running = std::make_unique<process>(process::parts{
        around_, which, on.clock, on.keys, name,
        [this](std::size_t host, const transcript& notes) { watch_.committed(host, notes); }});
}

void world::crash(std::size_t which) {
    machines_[which]->running.reset();
    machines_[which]->frozen_until = std::min(machines_[which]->frozen_until, all_.time.now());
    all_.ears.erase(which);
    tokens_.crashed(which);
    watch_.check_kept();
}

void world::freeze(std::size_t which, milliseconds span) {
    auto& on = *machines_[which];
    on.frozen_until = std::max(on.frozen_until, all_.time.now() + span);
    tokens_.frozen(which, on.frozen_until);
    all_.time.after(span, [] {});  // it goes on then, whether or not anything else happens
}

void world::jump(std::size_t which, milliseconds by) {
    auto& clock = machines_[which]->clock;
    clock.skew += by;
    if (!all_.trusts(clock)) {
        tokens_.cut_off(which);
    }
    const bool far = std::chrono::abs(clock.skew) > bearable || std::chrono::abs(by) > bearable;
    if (machines_.size() == 1 && far) {
        tokens_.clocks_jumped();
        all_.clocks_agree = false;
    }
}

void world::rotate_keys() {
    auto key = every_key_.generate(random_);
    if (key.has_error() || opener_.replace(every_key_).has_error()) {
        return all_.violated("no key can be added");
    }
    for (std::size_t i = 0; i < machines_.size(); ++i) {
        auto& on = *machines_[i];
        (void)on.keys.add(*every_key_.find(*key), *key);
        if (on.running) {
            (void)on.running->seal.replace(on.keys);
        }
        all_.time.after(all_.chance.span(500, 5'000), [this, i, id = *key] { promote(i, id); });
    }
    all_.time.after(milliseconds(6'000), [this, id = *key] {
        auto keys = every_key_;
        (void)keys.promote(id);
        const host::sealer seal(keys, random_);
        const auto done = host::reseal(house_.db(), seal, [](const host::reseal_progress&) {});
        if (done.has_error() || done->unreadable > 0) {
            all_.violated("what was sealed can't be sealed anew");
        }
        transcript all_sealed;
        all_sealed.touches_grants = true;
        watch_.committed(0, all_sealed);
    });
}

void world::promote(std::size_t which, const std::string& key) {
    auto& on = *machines_[which];
    (void)on.keys.promote(key);
    if (on.running) {
        (void)on.running->seal.replace(on.keys);
    }
}

void world::strike(std::size_t which, const mishap& what) {
    const milliseconds amount(what.amount);
    all_.tell(which, name_of(what.kind));
    switch (what.kind) {
        case mishap_kind::none: return;
        case mishap_kind::crash:
            all_.urgent.emplace_back([this, which, amount] {
                crash(which);
                all_.time.after(amount, [this, which] {
                    if (!machines_[which]->running) {
                        start(which);
                    }
                });
            });
            return;
        case mishap_kind::freeze: return freeze(which, amount);
        case mishap_kind::clock_jump: return jump(which, amount);
        case mishap_kind::announcement_lost: all_.ears[which].misses_next = true; return;
        case mishap_kind::outage: all_.outage_until = all_.time.now() + amount; return;
        case mishap_kind::storage_away: all_.storage_away_until = all_.time.now() + amount; return;
        case mishap_kind::rotate_keys: all_.urgent.emplace_back([this] { rotate_keys(); }); return;
        case mishap_kind::reload:
            all_.urgent.emplace_back([this, which] {
                if (!house_.exchange_plugins(which)) {
                    all_.violated("a plugin whose file holds something else was not exchanged");
                }
            });
            return;
        case mishap_kind::storage_refuses:
        case mishap_kind::storage_keeps_silent:
        case mishap_kind::storage_is_slow: all_.storage.push_back(what); return;
        case mishap_kind::request_lost:
        case mishap_kind::answer_lost:
        case mishap_kind::not_connected:
        case mishap_kind::slow_provider:
        case mishap_kind::provider_hangs:
        case mishap_kind::too_many_requests:
        case mishap_kind::unavailable:
        case mishap_kind::broken_after_serving:
        case mishap_kind::html:
        case mishap_kind::delivered_twice: all_.wire.push_back(what); return;
    }
}

void world::begin_acts() {
    for (const auto& one : all_.what.acts) {
        all_.time.after(milliseconds(one.at_ms), [this, &one] { user(*this, one).begin(); });
    }
}

auto world::run_hosts() -> bool {
    bool ran = false;
    for (auto& one : machines_) {
        while (all_.urgent.empty() && one->running && one->frozen_until <= all_.time.now() &&
               one->running->run_one()) {
            ran = true;
        }
    }
    return ran;
}

void world::settle() {
    do {
        auto due = std::move(all_.urgent);
        all_.urgent.clear();
        for (auto& what : due) {
            what();
        }
    } while (run_hosts() || !all_.urgent.empty());
}

void world::run_until(time_point end) {
    settle();
    while (all_.violation.empty()) {
        const auto next = all_.time.next_at();
        if (!next || *next > end) {
            return;
        }
        all_.time.step();
        settle();
    }
}

auto world::play() -> verdict {
    settle();
    begin_acts();
    run_until(all_.begun + milliseconds(all_.what.duration_ms));
    if (all_.violation.empty()) {
        calm_down();
        check_ending();
    }
    verdict what;
    what.violation = all_.violation;
    what.points = all_.points;
    what.refreshes =
        static_cast<std::int64_t>(house_.stage_of("http://127.0.0.1:4000").count().refreshes);
    return what;
}

}  // namespace tenon::simulation
