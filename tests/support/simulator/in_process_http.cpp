#include "support/simulator/in_process_http.hpp"

#include <algorithm>
#include <stdexcept>

namespace tenon::sim {
namespace {

auto to_request(
    std::string_view method, std::string_view url, const header_list& headers, std::string body
) -> sim_request {
    sim_request request;
    request.method = method;
    const auto path = url.substr(std::min(url.find('/', url.find("://") + 3), url.size()));
    const auto mark = std::min(path.find('?'), path.size());
    request.path = path.substr(0, mark);
    request.query = mark < path.size() ? path.substr(mark + 1) : std::string_view{};
    for (const auto& [name, value] : headers) {
        auto lower = name;
        std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        request.headers.emplace_back(lower, value);
    }
    request.body = std::move(body);
    return request;
}

}  // namespace

auto to_stage(const host::outbound_request& request) -> sim_request {
    return to_request(request.method, request.url, request.headers, request.body);
}

auto from_stage(const stage_answer& from, time_point now) -> host::outbound_response {
    host::outbound_response answer;
    answer.sent_at = now;
    if (from.end != ending::whole) {
        answer.outcome = host::transport::reset;
        answer.sent =
            from.end == ending::reset ? host::request_sent::maybe : host::request_sent::yes;
        answer.problem = "the simulator cut it off";
        return answer;
    }
    answer.status = from.response.status;
    answer.sent = host::request_sent::yes;
    answer.body = from.response.body;
    for (const auto& [name, value] : from.response.headers) {
        auto lower = name;
        std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        answer.headers.emplace_back(lower, value);
    }
    return answer;
}

auto in_process_http::send(host::outbound_request request)
    -> boost::asio::awaitable<host::outbound_response> {
    seen.push_back(request);
    const auto asked = to_stage(request);
    stage_answer answer;
    if (scene_.takes_reset(asked.path)) {
        answer.end = ending::reset;
    } else {
        answer = scene_.handle(asked, time_.now());
    }
    co_return from_stage(answer, time_.now());
}

auto visit(stage& scene, const std::string& url, time_point now) -> parameters {
    const auto answer = scene.handle(to_request("GET", url, {}, {}), now);
    for (const auto& [name, value] : answer.response.headers) {
        if (name == "Location") {
            const auto end = std::min(value.find('#'), value.size());
            const auto mark = std::min(value.find('?'), end);
            return parameters(
                std::string_view(value).substr(mark, end - mark).substr(mark < end ? 1 : 0)
            );
        }
    }
    throw std::runtime_error(
        "no redirect but " + std::to_string(answer.response.status) + ": " + answer.response.body
    );
}

}  // namespace tenon::sim
