#include "unit/provider/fixture.hpp"

#include "provider/instance.hpp"

#include <tenon/plugin.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenon::test {

auto scripted_http::send(outbound_request request) -> boost::asio::awaitable<outbound_response> {
    seen.push_back(std::move(request));
    if (on_send) {
        on_send();
    }
    if (answers_.empty()) {
        boost::asio::steady_timer never(
            co_await boost::asio::this_coro::executor, std::chrono::hours(1)
        );
        co_await never.async_wait(boost::asio::use_awaitable);
    }
    auto next = std::move(answers_.front());
    answers_.pop_front();
    next.sent_at = time_.now();
    co_return next;
}

void scripted_http::answer(std::uint32_t status, std::string body, header_list headers) {
    outbound_response out;
    out.status = status;
    out.sent = request_sent::yes;
    out.headers = std::move(headers);
    out.body = std::move(body);
    answers_.push_back(std::move(out));
}

void scripted_http::fail(transport outcome, request_sent sent) {
    outbound_response out;
    out.outcome = outcome;
    out.sent = sent;
    out.problem = "as the test wanted it";
    answers_.push_back(std::move(out));
}

auto counters_of(const provider_handle& instance) -> op_counters {
    const auto* raw = operation_access::parts(*instance).seat.provider().raw;
    const std::string name = "test.counters";
    const auto* counters =
        static_cast<const op_counters*>(raw->get_extension(raw, {name.data(), name.size()}));
    return *counters;
}

auto section(std::string name) -> provider_settings {
    provider_settings out;
    out.name = std::move(name);
    out.client_id = "client 1";
    out.client_secrets = {secret("se+cret"), secret("old")};
    return out;
}

auto in_process(
    std::vector<std::filesystem::path> folders, std::vector<provider_settings> sections,
    plugin_settings trust
) -> registry_options {
    registry_options out;
    out.plugin_dirs = std::move(folders);
    out.providers = std::move(sections);
    out.trust = std::move(trust);
    out.strangers = isolation::process;
    return out;
}

world::world(std::vector<provider_settings> sections)
    : providers(
          in_process({std::string(TENON_TEST_PLUGINS) + "/good"}, std::move(sections)), http, time
      ) {}

auto world::instance(std::string_view name) const -> provider_handle {
    auto found = providers.find(name);
    REQUIRE(found);
    return *found;
}

auto world::perform(operation_request request, std::string_view name) -> operation_result {
    return run(run_operation(instance(name), std::move(request), http, time));
}

auto plugin_file(std::string_view name) -> std::string {
    return std::string(TENON_TEST_PLUGINS) + "/" + std::string(name) + ".so";
}

auto request_of(operation_kind kind) -> operation_request {
    operation_request out;
    out.kind = kind;
    out.params = {
        {"code", "the-code"},
        {"redirect_uri", "https://us.test/cb?x=1"},
        {"state", "st&te"},
        {"scope", "read"}};
    out.secrets.access_token = secret("access-1");
    out.secrets.refresh_token = secret("refresh-1");
    out.secrets.code_verifier = secret("verifier-1");
    return out;
}

}  // namespace tenon::test
