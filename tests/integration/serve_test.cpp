// What `tenon serve` does around its serving: migrations, the admin listener, the service manager.
#include "support/catch.hpp"
#include "support/host_process.hpp"
#include "support/http_client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;

// A socket as systemd gives one to `Type=notify` services.
class notified {
  public:
    explicit notified(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        REQUIRE(path.size() < sizeof address.sun_path);
        std::copy(path.begin(), path.end(), std::begin(address.sun_path));
        const timeval patience{30, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    ~notified() { ::close(socket_); }
    notified(const notified&) = delete;
    auto operator=(const notified&) -> notified& = delete;

    // Empty at the deadline.
    auto next() -> std::string {
        std::array<char, 64> bytes{};
        const auto size = ::recv(socket_, bytes.data(), bytes.size(), 0);
        return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    }

  private:
    int socket_;
};

}  // namespace

TEST_CASE("without auto_migrate a host refuses pending migrations in one line") {
    temp_dir dir;
    const auto data = (dir.path() / "data").string();
    const auto config = dir.write(
        "tenon.yaml", "listen: 127.0.0.1:0\nauto_migrate: false\ndata_dir: " + data +
                          "\ndatabase: sqlite:" + data + "/tenon.db\n"
    );
    const command serve{{tenon_binary(), "serve", "--config", config.string()}, {}, {}, {}, {}};
    const auto refused = run(serve, std::chrono::seconds(20));
    CHECK(refused.code == 1);
    INFO(refused.err);
    const auto told = refused.err.find("tenon: ");  // behind what the log had to say
    REQUIRE(told != std::string::npos);
    const auto line = refused.err.substr(told);
    CHECK_THAT(line, Contains("migrations are pending") && Contains("`tenon migrate up`"));
    CHECK(line.find('\n') == line.size() - 1);
    REQUIRE(run_tenon({"migrate", "up", "--config", config.string()}).code == 0);
    process host(serve);
    CHECK_FALSE(host.wait_for_line("tenon: listening on ", std::chrono::seconds(60)).empty());
}

TEST_CASE("with an admin listener, metrics are there only, and life is told on both") {
    host_options options;
    options.config = "admin_listen: 127.0.0.1:0\n";
    host_process host(options);
    http_client open(host.url());
    http_client admin(host.admin_url());
    CHECK(open.get("/metrics").status == 404);
    CHECK_FALSE(open.get("/openapi.json").json().at("paths").contains("/metrics"));
    CHECK(admin.get("/metrics").status == 200);
    CHECK(open.get("/livez").status == 200);
    CHECK(admin.get("/livez").status == 200);
    CHECK(admin.get("/api/keys").status == 404);
}

TEST_CASE("a service manager is told when a host is ready, and when it stops") {
    temp_dir dir;
    notified manager((dir.path() / "notify").string());
    host_options options;
    options.variables.emplace_back("NOTIFY_SOCKET", (dir.path() / "notify").string());
    host_process host(options);
    CHECK(manager.next() == "READY=1");
    CHECK(host.stop() == 0);
    CHECK(manager.next() == "STOPPING=1");
}

TEST_CASE("the list of plugins has the catalogue's providers, with what is known of each") {
    temp_dir dir;
    const auto listed =
        run_tenon({"plugin", "list"}, {{"TENON_DATA_DIR", (dir.path() / "data").string()}});
    INFO(listed.err);
    CHECK(listed.code == 0);
    CHECK_THAT(
        listed.out, Contains("spotify  not_configured  in the catalogue, confidence high\n")
    );
    CHECK_THAT(listed.out, Contains("\nslack  not_configured  Slack "));
    CHECK(std::count(listed.out.begin(), listed.out.end(), '\n') > 400);
}

}  // namespace tenon::test
