// What the tests of this room share: a provider that answers from a list, a clock that stands, and
// a place to run coroutines.
#pragma once

#include "base/clock.hpp"
#include "base/outbound.hpp"
#include "provider/operation.hpp"
#include "provider/registry.hpp"
#include "support/catch.hpp"
#include "unit/provider/show.hpp"

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tenon::test {

using namespace tenon::host;

class standing_clock final : public clock {
  public:
    [[nodiscard]] auto now() const noexcept -> time_point override { return now_; }
    void advance(milliseconds by) { now_ += by; }

  private:
    time_point now_{milliseconds(1'700'000'000'000)};
};

// Answers in order, and keeps what it was asked. Without an answer left it never ends: until it is
// cancelled.
class scripted_http final : public outbound_http {
  public:
    explicit scripted_http(const clock& time) : time_(time) {}

    auto send(outbound_request request) -> boost::asio::awaitable<outbound_response> override;

    void answer(std::uint32_t status, std::string body, header_list headers = {});
    void fail(transport outcome, request_sent sent);

    std::vector<outbound_request> seen;
    std::function<void()> on_send;

  private:
    const clock& time_;
    std::deque<outbound_response> answers_;
};

// Runs it to its end on this thread; rethrows what it throws.
template <class T>
auto run(boost::asio::awaitable<T> work) -> T;

// How many operations a test plugin began and destroyed.
struct op_counters {
    int begun = 0, destroyed = 0;
};
[[nodiscard]] auto counters_of(const provider_handle& instance) -> op_counters;

// A section for one of the test plugins' providers.
[[nodiscard]] auto section(std::string name) -> provider_settings;

// For folders whose files nobody approved.
inline const plugin_settings anything{plugin_requirement::none, {}};

// Plugins of these folders, in this process.
[[nodiscard]] auto in_process(
    std::vector<std::filesystem::path> folders, std::vector<provider_settings> sections,
    plugin_settings trust = anything
) -> registry_options;

// The registry over the folder of good test plugins.
struct world {
    explicit world(std::vector<provider_settings> sections = {section("well")});
    [[nodiscard]] auto instance(std::string_view name = "well") const -> provider_handle;
    auto perform(operation_request request, std::string_view name = "well") -> operation_result;

    standing_clock time;
    scripted_http http{time};
    registry providers;
};

[[nodiscard]] auto plugin_file(std::string_view name) -> std::string;

[[nodiscard]] auto request_of(operation_kind kind) -> operation_request;

}  // namespace tenon::test

#include "unit/provider/fixture_run.hpp"
