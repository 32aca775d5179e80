// A way out on which something happens between a provider's answer and its arrival.
#pragma once

#include "base/outbound.hpp"
#include "base/pause.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <utility>

namespace tenon::test {

// `meanwhile` happens when the provider has answered, before the host knows it; what that begins on
// the same loop has so many pauses' time.
class eventful_http final : public host::outbound_http {
  public:
    explicit eventful_http(host::outbound_http& inner) : inner_(inner) {}
    auto send(host::outbound_request request)
        -> boost::asio::awaitable<host::outbound_response> override {
        auto sending = inner_.send(std::move(request));
        auto answer = co_await std::move(sending);
        if (meanwhile) {
            std::exchange(meanwhile, nullptr)();
            for (int i = 0; i < rests; ++i) {
                co_await host::pause(rest);
            }
        }
        co_return answer;
    }

    std::function<void()> meanwhile;
    int rests = 0;
    host::milliseconds rest{1};

  private:
    host::outbound_http& inner_;
};

}  // namespace tenon::test
