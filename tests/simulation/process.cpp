#include "process.hpp"

#include "base/pause.hpp"

namespace tenon::simulation {
namespace {

auto options_of(std::string instance) -> host::oauth_options {
    host::oauth_options options;
    options.public_url = "http://127.0.0.1:8080";
    options.redirect_targets = {"http://127.0.0.1:*"};
    options.instance = std::move(instance);
    return options;
}

auto simulated_pause(chronicle& all, milliseconds span) -> boost::asio::awaitable<void> {
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto here = std::make_shared<bell>(executor);
    all.time.after(span * all.pace, [waiting = std::weak_ptr(here)] {
        if (const auto one = waiting.lock()) {
            one->ring();
        }
    });
    co_await here->wait();
}

}  // namespace

process::process(parts made_of)
    : busy_(loop_.get_executor()),
      random_(made_of.around.all.chance.next()),
      seal(std::move(made_of.keys), random_),
      http_(made_of.around, made_of.machine, made_of.time, alive_),
      db_(made_of.around.all, made_of.around.providers.db(), made_of.machine, made_of.time, alive_,
          std::move(made_of.committed)),
      context{
          db_,
          made_of.around.providers.registry_of(made_of.machine),
          http_,
          seal,
          made_of.time,
          random_,
          cache_,
          statuses_,
          keys_,
          watch_,
          governor_,
          observer_,
          loop_.get_executor(),
          options_of(std::move(made_of.name))},
      refresh(context),
      tokens(context, refresh),
      background_(context, refresh) {
    set_waiting(made_of.around.all);
    background_.start();
}

void process::set_waiting(chronicle& all) {
    boost::asio::use_service<host::pause_service>(loop_).wait = [&all](milliseconds span) {
        return simulated_pause(all, span);
    };
}

}  // namespace tenon::simulation
