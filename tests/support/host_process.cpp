#include "support/host_process.hpp"

#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <thread>

#include "support/catch.hpp"
#include "support/own_disk.hpp"

namespace tenon::test {
namespace {

constexpr std::string_view ready_line = "tenon: listening on ";
constexpr std::string_view admin_line = "tenon: admin on ";

auto replace_all(std::string text, std::string_view what, const std::string& by) -> std::string {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

auto has_key(std::string_view config, std::string_view key) -> bool {
    const auto line = std::string(key) + ':';
    return config.starts_with(line) || config.find('\n' + line) != std::string_view::npos;
}

auto sanitizer_report(const std::string& log) -> bool {
    constexpr std::array<std::string_view, 4> signs{
        "ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer",
        "runtime error: "};
    return std::any_of(signs.begin(), signs.end(), [&](auto sign) {
        return log.find(sign) != std::string::npos;
    });
}

}  // namespace

auto tenon_binary() -> std::string {
    const char* other = ::getenv("TENON_TEST_BINARY");  // another build's, by hand
    return other != nullptr ? other : TENON_TEST_BINARY;
}

auto run_tenon(std::vector<std::string> arguments, environment variables, std::string input)
    -> ended {
    arguments.insert(arguments.begin(), tenon_binary());
    return run({std::move(arguments), std::move(variables), {}, std::move(input), {}});
}

auto soon(const std::function<bool()>& is_so) -> bool {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < until) {
        if (is_so()) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

host_process::host_process(host_options options, std::shared_ptr<temp_dir> shared)
    : options_(std::move(options)),
      dir_(shared ? std::move(shared) : std::make_shared<temp_dir>()) {
    // Replicas in one directory each have files of their own.
    int number = 1;
    do {
        config_file_ = dir_->path() / ("tenon-" + std::to_string(number) + ".yaml");
        log_file_ = dir_->path() / ("tenon-" + std::to_string(number) + ".log");
        ++number;
    } while (std::filesystem::exists(config_file_));
    start();
}

host_process::~host_process() {
    try {
        if (running()) {
            stop();
        }
    } catch (const std::exception& problem) {
        FAIL_CHECK(problem.what());
    }
    if (sanitizer_report(log())) {
        FAIL_CHECK("a sanitizer reports:\n" << log());
    }
}

auto host_process::admin_url() -> std::string {
    return process_->wait_for_line(admin_line, options_.start_deadline);
}

auto host_process::port() const -> std::uint16_t {
    return static_cast<std::uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1)));
}

auto host_process::stop(std::chrono::milliseconds deadline) -> int {
    process_->signal(SIGTERM);
    return process_->wait(deadline).code;
}

void host_process::kill() {
    process_->signal(SIGKILL);
    process_->wait(std::chrono::seconds(30));
}

void host_process::start(std::optional<std::string> config) {
    if (process_ && running()) {
        throw std::logic_error("the host runs already");
    }
    if (config) {
        options_.config = std::move(*config);
    }
    write_config();
    auto words = options_.disk_megabytes == 0
                     ? std::vector<std::string>()
                     : on_own_disk(dir_->path() / "data", options_.disk_megabytes);
    for (auto&& word :
         {tenon_binary(), std::string("serve"), std::string("--config"), config_file_.string()}) {
        words.push_back(word);
    }
    const command serve{std::move(words), options_.variables, dir_->path(), {}, log_file_};
    process_ = std::make_unique<process>(serve);
    url_ = process_->wait_for_line(ready_line, options_.start_deadline);
}

void host_process::write_config() const {
    std::string text = options_.config;
    if (!text.empty() && text.back() != '\n') {
        text += '\n';
    }
    for (const std::string_view fallback :
         {"listen: 127.0.0.1:0", "data_dir: {dir}/data", "database: sqlite:{dir}/data/tenon.db"}) {
        if (!has_key(text, fallback.substr(0, fallback.find(':')))) {
            text += std::string(fallback) + '\n';
        }
    }
    std::filesystem::create_directories(dir_->path() / "data");
    static_cast<void>(dir_->write(
        config_file_.filename().string(), replace_all(text, "{dir}", dir_->path().string())
    ));
}

void host_process::signal(int number) {
    process_->signal(number);
}

auto host_process::log() const -> std::string {
    return std::filesystem::exists(log_file_) ? read_file(log_file_) : std::string();
}

auto host_process::wait_for_log(std::string_view text, std::chrono::milliseconds deadline) -> bool {
    return process_->wait_for_text(text, deadline);
}

auto host_process::running() -> bool {
    return process_->running();
}

auto host_process::id() const -> pid_t {
    return process_->id();
}

}  // namespace tenon::test
