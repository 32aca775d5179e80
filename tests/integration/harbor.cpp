#include "integration/harbor.hpp"

#include "integration/world.hpp"

#include <stdexcept>

namespace tenon::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

auto simulated() -> std::unique_ptr<sim::server> {
    auto made = std::make_unique<sim::server>(sim::make_simulator("oidc"));
    const json settings{{"auto_consent", true}, {"id_token_fault", "absent"}};
    const auto wrong = made->on_stage().configure(settings);
    if (!wrong.empty()) {
        throw std::logic_error(wrong);
    }
    made->on_stage().record();
    return made;
}

auto required(const std::optional<std::string>& value, const std::string& of) -> std::string {
    if (!value) {
        throw std::runtime_error("no connect: " + of);
    }
    return *value;
}

}  // namespace

auto harbor_build(const std::string& name) -> fs::path {
    return fs::path(TENON_HARBOR_BUILDS) / name / "harbor.so";
}

harbor::harbor(demands what, const std::string& config, const std::string& isolation)
    : plugins_(dir_.path() / "plugins"), sim_(simulated()) {
    fs::create_directories(plugins_);
    const auto first = run_tenon(
        {"plugin", "install", "--yes", "--dir", plugins_.string(), harbor_build("one").string()}
    );
    if (first.code != 0) {
        throw std::runtime_error(first.err);
    }
    host_options options;
    options.config = trust_config(what) + "bootstrap_api_key: " + std::string(operator_key) +
                     "\nplugin_dirs: [\"" + plugins_.string() + "\"]\n" +
                     "rate_limits: {connect_per_15_minutes: 0, callbacks_per_minute: 0, "
                     "mutations_per_second: 0, reads_per_second: 0}\n" +
                     config +
                     "providers:\n  harbor:\n    client_id: demo-client\n"
                     "    client_secret: demo-secret\n" +
                     (isolation.empty() ? "" : "    isolation: " + isolation + "\n") +
                     "    origins:\n"
                     "      \"https://harbor.example\": \"" +
                     sim_->url() + "\"\n";
    host_ = std::make_unique<host_process>(std::move(options));
}

auto harbor::plugin(std::vector<std::string> arguments) -> ended {
    arguments.insert(arguments.begin(), {"--config", host_->config_file().string(), "plugin"});
    return run_tenon(std::move(arguments));
}

void harbor::install(const std::string& build) {
    const auto done = plugin({"install", "--yes", harbor_build(build).string()});
    if (done.code != 0) {
        throw std::runtime_error(done.err);
    }
}

void harbor::put(const std::string& build) {
    const auto aside = plugins_ / "aside";
    fs::copy_file(harbor_build(build), aside, fs::copy_options::overwrite_existing);
    if (!key_file_.empty()) {
        fs::copy_file(
            signature_of(build), file().string() + ".sig", fs::copy_options::overwrite_existing
        );
    }
    fs::rename(aside, file());
}

auto harbor::trust_config(demands what) -> std::string {
    if (what == demands::pins) {
        return {};
    }
    key_file_ = (dir_.path() / "key").string();
    const auto made = run_tenon({"plugin", "keygen", key_file_});
    put("one");
    return "plugins: {require: signature, public_keys: [\"" +
           made.out.substr(0, made.out.find('\n')) + "\"]}\n";
}

// Made once a build.
auto harbor::signature_of(const std::string& build) -> fs::path {
    const auto copy = dir_.path() / (build + ".so");
    auto signature = fs::path(copy.string() + ".sig");
    if (!fs::exists(signature)) {
        fs::copy_file(harbor_build(build), copy);
        const auto done = run_tenon({"plugin", "sign", copy.string(), "--key", key_file_});
        if (done.code != 0) {
            throw std::runtime_error(done.err);
        }
    }
    return signature;
}

auto harbor::reload() -> json {
    auto answer = api().post("/api/plugins/reload", json::object());
    const auto all = answer.json();
    for (const auto& one : all.at("plugins")) {
        if (one.at("file") == file().string()) {
            return one;
        }
    }
    throw std::runtime_error("no harbor.so: " + answer.body);
}

auto harbor::api(const std::string& user) -> http_client {
    headers common{{"Authorization", std::string("Bearer ") + operator_key}};
    if (!user.empty()) {
        common.emplace_back("X-Tenon-User", user);
    }
    return http_client(host_->url(), std::move(common));
}

auto harbor::connected(const std::string& user) -> std::string {
    auto client = api(user);
    const auto begun = client.post(
        "/api/integrations/connect/harbor", {{"redirectUrl", "http://127.0.0.1:9/after"}}
    );
    if (begun.status != 200) {
        throw std::runtime_error("no connect: " + begun.body);
    }
    http_client browser("");
    const auto consent =
        browser.get(begun.json().at("authUrl").get<std::string>() + "&login_hint=u1");
    const auto back = browser.get(required(consent.field("location"), consent.body));
    const auto landed = required(back.field("location"), back.body);
    return required(query_parameter(landed, "connectionId"), landed);
}

auto harbor::listed() -> json {
    auto all = api().get("/api/integrations/providers").json();
    for (const auto& one : all.at("providers")) {
        if (one.at("id") == "harbor") {
            return one;
        }
    }
    return {};
}

}  // namespace tenon::test
