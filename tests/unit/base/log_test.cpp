#include "base/log.hpp"

#include "base/clock.hpp"
#include "support/catch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <functional>
#include <nlohmann/json.hpp>

using namespace tenon::host;

namespace {

// What is written to standard error meanwhile.
auto written(const std::function<void()>& work) -> std::string {
    std::string name = "/tmp/tenon-log-XXXXXX";
    const int file = mkstemp(name.data());
    const int before = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
    work();
    flush_log();
    dup2(before, STDERR_FILENO);
    close(before);
    std::string text(65'536, '\0');
    const auto size = pread(file, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    close(file);
    unlink(name.c_str());
    return text;
}

auto lines_in(const std::string& text) -> long {
    return std::count(text.begin(), text.end(), '\n');
}

}  // namespace

TEST_CASE("a line of the log is JSON where that is asked for") {
    configure_log(log_level::info, log_format::json);
    const auto text = written([] {
        log(log_level::warn, "refresh_failed",
            {{log_key::provider, "slack"}, {log_key::status, 502}});
    });
    const auto line = nlohmann::json::parse(text);
    CHECK(line["level"] == "warning");
    CHECK(line["event"] == "refresh_failed");
    CHECK(line["provider"] == "slack");
    CHECK(line["status"] == "502");
    CHECK(from_rfc3339(line["time"].get<std::string>()).has_value());
    CHECK(lines_in(text) == 1);
}

TEST_CASE("text of foreign origin can't forge a line or a field") {
    constexpr std::string_view hostile =
        "x\"\n2026-11-21T10:00:00Z error \x1b[31m forged=\"1\" \xff\xe2\x80\xa8";
    for (const auto format : {log_format::text, log_format::json}) {
        configure_log(log_level::info, format);
        const auto text = written([&] {
            log(log_level::info, "event", {{log_key::detail, hostile}});
        });
        CHECK(lines_in(text) == 1);
        CHECK(text.find('\x1b') == std::string::npos);
        CHECK(text.find('\xff') == std::string::npos);
        CHECK(text.find("\\n2026") != std::string::npos);
    }
}

TEST_CASE("lines below the level are not written") {
    configure_log(log_level::warn, log_format::text);
    CHECK(written([] { log(log_level::info, "quiet"); }).empty());
    CHECK(lines_in(written([] { log(log_level::error, "loud"); })) == 1);
    configure_log(log_level::off, log_format::text);
    CHECK(written([] { log(log_level::error, "loud"); }).empty());
    configure_log(log_level::info, log_format::text);
}
