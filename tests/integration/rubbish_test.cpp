// What no client should send: the right status, one error shape, and a host that goes on.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <thread>

namespace tenon::test {
namespace {

using nlohmann::json;

constexpr auto patience = std::chrono::seconds(20);

// Says it and reads until the host has closed, or answered with a whole body.
auto say(world& here, const std::string& bytes) -> std::string {
    raw_connection line("127.0.0.1", here.host().port());
    line.send(bytes);
    line.half_close();
    return line.receive_all(patience);
}

auto status_of(const std::string& answer) -> int {
    return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3));
}

void check_error(const std::string& answer, int status, const std::string& code) {
    INFO(answer.substr(0, 600));
    CHECK(status_of(answer) == status);
    const auto body = answer.find("\r\n\r\n");
    REQUIRE(body != std::string::npos);
    const auto parsed = json::parse(answer.substr(body + 4), nullptr, false);
    REQUIRE(parsed.is_object());
    CHECK(parsed.at("success") == false);
    CHECK(parsed.at("error") == code);
    CHECK(parsed.contains("requestId"));
    CHECK(parsed.contains("message"));
}

auto post(const std::string& path, const std::string& type, const std::string& body)
    -> std::string {
    return "POST " + path + " HTTP/1.1\r\nHost: x\r\nX-API-Key: " + operator_key +
           "\r\nX-Tenon-User: ann\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" +
           body;
}

const std::string connect_path = "/api/integrations/connect/demo";

// Reads on one connection until the host says that it closes it. False once it refuses new ones.
// It may close an idle connection while the next request is on its way, without a byte of an
// answer: whether it had taken that request is told by its own count.
auto read_until_closed(
    world& here, const std::string& path, std::atomic<int>& answered, std::atomic<int>& wrong
) -> bool {
    std::optional<raw_connection> line;
    try {
        line.emplace("127.0.0.1", here.host().port());
    } catch (const std::runtime_error&) {
        return false;
    }
    const auto request = "GET " + path +
                         " HTTP/1.1\r\nHost: x\r\nX-Tenon-User: ann\r\nX-API-Key: " + operator_key +
                         "\r\n\r\n";
    for (bool first = true; line->send(request); first = false) {
        const auto answer = line->receive_until("}", patience);
        if (status_of(answer) != 200 || !answer.ends_with('}')) {
            wrong += first || !answer.empty() || !line->closed() ? 1 : 0;
            return true;
        }
        ++answered;
        if (answer.find("Connection: close") != std::string::npos) {
            return true;
        }
    }
    return true;
}

// The most memory that a process ever had, in KiB.
auto peak_of(pid_t id) -> long {
    std::ifstream status("/proc/" + std::to_string(id) + "/status");
    for (std::string word; status >> word;) {
        if (word == "VmHWM:") {
            long kib = 0;
            status >> kib;
            return kib;
        }
    }
    return 0;
}

// The bodies that a host holds at a time are 64 MiB, however many send one; half as much again for
// what holds them. A sanitizer keeps what was freed.
#ifdef TENON_SANITIZED
constexpr long most_more_kib = 1024 * 1024;
#else
constexpr long most_more_kib = 96 * 1024;
#endif

// How often the host's log has an answer of 200 to a route that begins so.
auto answers_told_of(const std::string& log, const std::string& route) -> int {
    std::istringstream lines(log);
    int count = 0;
    for (std::string line; std::getline(lines, line);) {
        count += line.find("request") != std::string::npos &&
                         line.find("route=\"" + route) != std::string::npos &&
                         line.find("status=\"200\"") != std::string::npos
                     ? 1
                     : 0;
    }
    return count;
}

}  // namespace

TEST_CASE("requests that are no requests are answered with 400") {
    world here;
    constexpr auto two_framings =
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\n";
    for (const auto* rubbish :
         {"GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n", two_framings,
          "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"}) {
        check_error(say(here, rubbish), 400, "INVALID_REQUEST");
    }
    CHECK(here.api().get("/livez").status == 200);
}

TEST_CASE("bodies that are too large, of another type or no JSON are refused as documented") {
    world here;
    check_error(say(here, post(connect_path, "text/plain", "{}")), 415, "UNSUPPORTED_MEDIA_TYPE");
    check_error(say(here, post(connect_path, "application/json", "{")), 400, "INVALID_JSON");
    check_error(
        say(here, post(connect_path, "application/json", "{\"a\":\"\xff\xfe\"}")), 400,
        "INVALID_JSON"
    );
    const std::string deep = R"({"a":)" + std::string(10'000, '[');
    for (const auto& nested : {deep, deep + std::string(10'000, ']') + '}'}) {
        check_error(say(here, post(connect_path, "application/json", nested)), 400, "INVALID_JSON");
    }
    check_error(
        say(here, "POST " + connect_path +
                      " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                      "99999999\r\n\r\n"),
        413, "BODY_TOO_LARGE"
    );
    check_error(
        say(here, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(100'000, 'a') + "\r\n\r\n"),
        431, "HEADERS_TOO_LARGE"
    );
    CHECK(here.api().get("/livez").status == 200);
}

TEST_CASE("a client that drips a head, or a body, byte by byte is closed on the deadline") {
    world_options options;
    options.config = "timeouts: {header: 1s, body: 1s}\n";
    world here(options);
    raw_connection slow("127.0.0.1", here.host().port());
    const bool in_body = GENERATE(false, true);
    CAPTURE(in_body);
    const std::string head = "POST " + connect_path +
                             " HTTP/1.1\r\nHost: x\r\nX-API-Key: " + operator_key +
                             "\r\nContent-Type: application/json\r\n";
    const std::string rest(100, 'x');
    if (in_body) {
        slow.send(head + "Content-Length: 100\r\n\r\n");
    }
    const auto began = std::chrono::steady_clock::now();
    std::string answer;
    // Never idle for long, and never done: only a deadline for the whole can end it.
    for (const char byte : in_body ? rest : head) {
        if (!slow.send({&byte, 1})) {
            break;
        }
        answer += slow.receive_all(std::chrono::milliseconds(100));
        if (slow.closed()) {
            break;
        }
    }
    CHECK(slow.closed());
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(6));
    CHECK((answer.empty() || status_of(answer) == 400));
    CHECK(here.api().get("/livez").status == 200);
}

TEST_CASE("the memory of a host is bounded, however many send however much of nothing") {
    world here;
    const auto at_rest = peak_of(here.host().id());
    const std::string half(512 * 1024, 'x');
    const auto body =
        "POST " + connect_path + " HTTP/1.1\r\nHost: x\r\nX-API-Key: " + operator_key +
        "\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n" + half;
    const auto head = "GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: " + half;
    for (const auto& said :
         {body, head, std::string("GET /livez HTTP/1.1\r\nHost: x\r\nX-Drip: ")}) {
        std::vector<std::unique_ptr<raw_connection>> lines;
        for (int i = 0; i < 500; ++i) {
            lines.push_back(std::make_unique<raw_connection>("127.0.0.1", here.host().port()));
            lines.back()->send(said);  // it may be closed in the middle
        }
        for (int byte = 0; byte < 20; ++byte) {
            for (const auto& line : lines) {
                line->send("y");
            }
        }
        CHECK(here.api().get("/livez").status == 200);
    }
    const auto peak = peak_of(here.host().id());
    INFO(at_rest << " KiB, then " << peak << " KiB");
    CHECK(peak - at_rest < most_more_kib);
}

TEST_CASE("pipelined requests are answered in order") {
    world here;
    const auto answer =
        say(here,
            "GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\nGET "
            "/livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    INFO(answer);
    const auto first = answer.find("HTTP/1.1 200");
    const auto second = answer.find("HTTP/1.1 404");
    REQUIRE(first != std::string::npos);
    REQUIRE(second != std::string::npos);
    CHECK(first < second);
    CHECK(answer.find("HTTP/1.1 200", second) != std::string::npos);
}

TEST_CASE("keys, users and methods that are missing or wrong are told apart") {
    world here;
    http_client nobody(here.host().url());
    CHECK(nobody.get("/api/integrations/status").json().at("error") == "UNAUTHENTICATED");
    nobody.set_common({{"X-API-Key", std::string(43, 'x')}});
    CHECK(nobody.get("/api/integrations/status").status == 401);
    http_client app(here.host().url(), {{"X-API-Key", operator_key}});
    CHECK(app.get("/api/integrations/status").json().at("error") == "USER_REQUIRED");
    CHECK(app.get("/api/integrations/status?userId=ann").status == 200);
    CHECK(here.api("bob").get("/api/integrations/status?userId=ann").status == 400);
    CHECK(
        here.api().send({"DELETE", "/api/integrations/status", {}, ""}).json().at("error") ==
        "METHOD_NOT_ALLOWED"
    );
    CHECK(
        here.api()
            .post("/api/integrations/connect/nobody", json{{"redirectUrl", "http://127.0.0.1:9/"}})
            .json()
            .at("error") == "UNKNOWN_PROVIDER"
    );
    CHECK(
        here.api()
            .post("/api/integrations/connect/google", json{{"redirectUrl", "http://127.0.0.1:9/"}})
            .json()
            .at("error") == "PROVIDER_DISABLED"
    );
}

TEST_CASE("under load SIGTERM drops no request that was accepted, and ends with 0") {
    world here;
    const auto id = here.connected();
    std::atomic<bool> going{true};
    std::atomic<int> answered{0};
    std::atomic<int> wrong{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] {
            while (going && read_until_closed(here, here.token_path(id), answered, wrong)) {}
        });
    }
    const auto until = std::chrono::steady_clock::now() + patience;
    while (answered < 200 && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const auto code = here.host().stop();
    going = false;
    for (auto& client : clients) {
        client.join();
    }
    CHECK(code == 0);
    CHECK(answered >= 200);
    CHECK(wrong == 0);
    CHECK(answers_told_of(here.host().log(), "/api/integrations/token/") == answered);
}

}  // namespace tenon::test
