#include "support/foreign_server.hpp"

#include "support/http_client.hpp"
#include "support/node.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <stdexcept>

namespace tenon::test {
namespace {

// Where the build put serve.mjs and node_modules.
const std::filesystem::path directory = TENON_FOREIGN_SERVER_DIR;

void require_package() {
    if (std::filesystem::exists(directory / "node_modules/oauth2-mock-server")) {
        return;
    }
    const auto log = directory / "npm.log";
    throw std::runtime_error(
        "the npm package oauth2-mock-server is not installed; build again (target "
        "tenon_foreign_server) with npm and a network. The last build said:\n" +
        (std::filesystem::exists(log) ? read_file(log) : "nothing")
    );
}

}  // namespace

foreign_server::foreign_server() {
    auto program = node_program();
    require_package();
    const command serve{{std::move(program), "serve.mjs"}, {}, directory, {}, {}};
    process_ = std::make_unique<process>(serve);
    url_ = process_->wait_for_line("listening on ", std::chrono::seconds(60));
}

foreign_server::~foreign_server() = default;

void foreign_server::misbehave(const nlohmann::json& how) {
    http_request request;
    request.method = "PUT";
    request.path = "/misbehaviour";
    request.body = how.dump();
    if (const auto answer = http_client(url_).send(request); answer.status != 204) {
        throw std::runtime_error("the foreign server was told to misbehave: " + answer.body);
    }
}

auto foreign_server::requests(std::string_view path) const -> std::vector<nlohmann::json> {
    std::vector<nlohmann::json> of_path;
    for (const auto& request : http_client(url_).get("/requests").json()) {
        if (request.at("path") == path) {
            of_path.push_back(request);
        }
    }
    return of_path;
}

}  // namespace tenon::test
