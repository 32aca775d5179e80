#include "leaks.hpp"

#include "base/log.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

namespace tenon::simulation {
namespace {

// One thread simulates: nothing is locked.
class looking_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
  public:
    explicit looking_sink(std::function<void(std::string_view)> look) : look_(std::move(look)) {}

  private:
    void sink_it_(const spdlog::details::log_msg& line) override {
        look_({line.payload.data(), line.payload.size()});
    }
    void flush_() override {}

    std::function<void(std::string_view)> look_;
};

}  // namespace

struct log_lines::implementation {
    std::shared_ptr<spdlog::logger> logger;
    std::vector<spdlog::sink_ptr> before;
};

log_lines::log_lines(std::function<void(std::string_view)> look)
    : implementation_(std::make_unique<implementation>()) {
    auto& self = *implementation_;
    host::set_log_level(host::log_level::trace);
    self.logger = spdlog::get("tenon");
    self.before = self.logger->sinks();
    self.logger->sinks() = {std::make_shared<looking_sink>(std::move(look))};
}

log_lines::~log_lines() {
    host::set_log_level(host::log_level::off);
    implementation_->logger->sinks() = implementation_->before;
}

}  // namespace tenon::simulation
