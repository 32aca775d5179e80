// Plugins in workers: a registry whose workers are this build's own, and a loop that they live on.
#pragma once

#include "unit/provider/fixture.hpp"

#include <boost/asio/io_context.hpp>
#include <map>
#include <mutex>

namespace tenon::test {

class counting_observer final : public worker_observer {
  public:
    void worker_started(std::string_view plugin) override;
    void worker_lost(std::string_view plugin, std::string_view reason) override;
    [[nodiscard]] auto started(const std::string& plugin) const -> int;
    [[nodiscard]] auto lost(const std::string& reason) const -> int;

  private:
    mutable std::mutex guard_;
    std::map<std::string, int> started_, lost_;
};

struct worker_world {
    // Sections run in workers, as strangers' do, unless they say otherwise; `folder` is one of the
    // test plugins'.
    explicit worker_world(
        std::vector<provider_settings> sections, const std::string& folder = "good",
        milliseconds step_deadline = milliseconds(2'000)
    );
    [[nodiscard]] auto instance(std::string_view name) const -> provider_handle;
    // On the common loop, until it has ended.
    auto perform(operation_request request, const std::string& name = "well") -> operation_result;
    // Several at once.
    auto perform_all(std::vector<std::pair<std::string, operation_request>> requests)
        -> std::vector<operation_result>;
    // What the only plugin's workers came to.
    [[nodiscard]] auto report() const -> worker_report;

    boost::asio::io_context loop;  // behind all that lives on it
    counting_observer observer;
    standing_clock time;
    scripted_http http{time};
    registry providers;
};

// Plugins of a folder of the test plugins', in workers unless their sections say otherwise.
[[nodiscard]] auto strangers_in(const std::string& folder, std::vector<provider_settings> sections)
    -> registry_options;
// The processes that this one started and that live.
[[nodiscard]] auto children() -> std::vector<int>;
[[nodiscard]] auto worker_setup_of_tests(boost::asio::any_io_executor executor) -> worker_setup;

}  // namespace tenon::test
