// What an operator does to a host: two at once, signals, changed files.
#include "integration/world.hpp"
#include "support/catch.hpp"
#include "unit/http/certificate.hpp"

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <csignal>
#include <filesystem>
#include <future>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;
using nlohmann::json;
namespace fs = std::filesystem;

// The certificate that a listener shows, in PEM.
auto shown_certificate(std::uint16_t port) -> std::string {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
        SSL_CTX_new(TLS_client_method()), SSL_CTX_free
    );
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> link(
        BIO_new_ssl_connect(context.get()), BIO_free_all
    );
    BIO_set_conn_hostname(link.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
    REQUIRE(BIO_do_handshake(link.get()) == 1);
    SSL* connection = nullptr;
    BIO_get_ssl(link.get(), &connection);
    const std::unique_ptr<X509, decltype(&X509_free)> shown(
        SSL_get1_peer_certificate(connection), X509_free
    );
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> text(BIO_new(BIO_s_mem()), BIO_free_all);
    PEM_write_bio_X509(text.get(), shown.get());
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(text.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace

TEST_CASE("two hosts never serve from one embedded database, wherever their data_dirs are") {
    host_options first;
    first.config = "database: sqlite:{dir}/shared.db\ndata_dir: {dir}/data\n";
    host_process running(first);
    fs::create_symlink(running.dir() / "shared.db", running.dir() / "link.db");
    const auto name = GENERATE(as<std::string>{}, "shared.db", "link.db");
    const auto config = running.dir() / "second.yaml";
    fs::create_directories(running.dir() / "elsewhere");
    fs::copy_file(
        running.dir() / "data" / "keyring", running.dir() / "elsewhere" / "keyring",
        fs::copy_options::overwrite_existing
    );
    write_file(
        config, "listen: 127.0.0.1:0\ndata_dir: " + (running.dir() / "elsewhere").string() +
                    "\ndatabase: sqlite:" + (running.dir() / name).string() + "\n"
    );
    const auto second =
        run({{tenon_binary(), "serve", "--config", config.string()}, {}, {}, {}, {}},
            std::chrono::seconds(20));
    CHECK(second.code == 1);
    CHECK_THAT(second.err, Contains("another tenon serves from"));
}

TEST_CASE("nobody takes migrations back under a host that serves, or to where there is none") {
    world here;
    const auto id = here.connected();
    const auto config = here.host().config_file().string();
    const auto back = [&config](const std::string& version) {
        return run_tenon({"migrate", "down", "--to", version, "--config", config});
    };
    const auto served = back("0");
    CHECK(served.code == 1);
    CHECK_THAT(served.err, Contains("another tenon serves from"));
    CHECK(here.api().get(here.token_path(id)).status == 200);
    REQUIRE(here.host().stop() == 0);
    for (const auto* version : {"-1", "9999"}) {
        const auto nowhere = back(version);
        CHECK(nowhere.code == 1);
        CHECK_THAT(nowhere.err, Contains(std::string("version ") + version) && Contains("from 0"));
    }
    const auto all = back("0");
    INFO(all.err);
    CHECK(all.code == 0);
    CHECK_THAT(all.out, Contains("took back"));
}

TEST_CASE("a data_dir that was there is left as it is, and refused if everybody may write to it") {
    temp_dir dir;
    const auto data = dir.path() / "mine";
    fs::create_directories(data);
    const auto everybody = GENERATE(false, true);
    fs::permissions(data, everybody ? fs::perms(01777) : fs::perms(0755));
    const auto done = run_tenon({"migrate", "up"}, {{"TENON_DATA_DIR", data.string()}});
    CHECK((done.code == 0) == !everybody);
    CHECK(fs::status(data).permissions() == (everybody ? fs::perms(01777) : fs::perms(0755)));
    if (everybody) {
        CHECK_THAT(done.err, Contains("can be written to by everybody"));
    }
}

TEST_CASE("a data_dir that was missing is made for its owner only") {
    temp_dir dir;
    const auto data = dir.path() / "deep" / "new";
    REQUIRE(run_tenon({"migrate", "up"}, {{"TENON_DATA_DIR", data.string()}}).code == 0);
    CHECK(fs::status(data).permissions() == fs::perms(0700));
}

TEST_CASE("a keyring that lacks a key in use is not taken by a running host") {
    world here;
    const auto id = here.connected();
    const auto keyring = here.host().dir() / "data" / "keyring";
    const auto before = read_file(keyring);
    write_file(
        keyring, "* 11111111 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
    );
    here.host().signal(SIGHUP);
    REQUIRE(here.host().wait_for_log("not reloaded"));
    CHECK(here.api().get(here.token_path(id)).status == 200);
    CHECK(here.api().post("/api/integrations/refresh/demo/" + id, json::object()).status == 200);
    write_file(keyring, before);
    here.host().signal(SIGHUP);
    CHECK(here.host().wait_for_log("reloaded key_id"));
}

TEST_CASE("a reload takes a renewed certificate and the log level, and names what it can't take") {
    const certificate first;
    const certificate second;
    const auto config_of = [](const certificate& identity, const std::string& more) {
        return "tls: {certificate: " + identity.file() + ", private_key: " + identity.key_file() +
               "}\n" + more;
    };
    host_options options;
    options.config = config_of(first, "");
    host_process host(options);
    CHECK(shown_certificate(host.port()) == read_file(first.file()));
    const auto begin = read_file(host.config_file());
    auto changed = begin + "threads: 7\nlog: {level: debug}\n";
    changed.replace(0, begin.find("}\n") + 2, config_of(second, ""));
    write_file(host.config_file(), changed);
    host.signal(SIGHUP);
    REQUIRE(host.wait_for_log("reloaded key_id"));
    CHECK(shown_certificate(host.port()) == read_file(second.file()));
    CHECK(host.wait_for_log("need a restart detail=\"threads\""));
    changed.replace(0, changed.find("}\n") + 2, "tls: {certificate: /no, private_key: /no}\n");
    write_file(host.config_file(), changed);
    host.signal(SIGHUP);
    REQUIRE(host.wait_for_log("not reloaded"));
    CHECK(shown_certificate(host.port()) == read_file(second.file()));
}

TEST_CASE("a host ends within its grace, whatever is under way") {
    world_options options;
    options.config = "timeouts: {drain: 3s}\n";
    world here(options);
    const auto id = here.connected();
    here.provider().inject({"/token", sim::fault_kind::delay, 1, 30'000});
    raw_connection waiting("127.0.0.1", here.host().port());
    REQUIRE(waiting.send(
        "POST /api/integrations/refresh/demo/" + id +
        " HTTP/1.1\r\nHost: h\r\nX-Tenon-User: ann\r\nX-API-Key: " + operator_key +
        "\r\nContent-Length: 0\r\n\r\n"
    ));
    (void)waiting.receive_until("never", std::chrono::milliseconds(300));
    const auto began = std::chrono::steady_clock::now();
    CHECK(here.host().stop(std::chrono::seconds(20)) == 0);
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
}

TEST_CASE("a callback and a refresh that a stop finds under way are answered and stored") {
    world here;
    const auto id = here.connected();
    const auto before = here.api().get(here.token_path(id)).json();
    const auto url = here.consent(here.begin("bob").at("authUrl"), "u2");
    here.provider().inject({"/token", sim::fault_kind::delay, 2, 1'500});
    auto back = std::async(std::launch::async, [&] { return here.visit(url); });
    auto renewed = std::async(std::launch::async, [&] {
        return here.api().post("/api/integrations/refresh/demo/" + id, json::object());
    });
    // The provider has served both, and its answers are on their way.
    REQUIRE(soon([&] {
        const auto count = here.provider().count();
        return count.exchanges == 2 && count.refreshes == 1;
    }));
    CHECK(here.host().stop() == 0);
    CHECK(renewed.get().status == 200);
    const auto told = back.get().field("location").value_or("");
    INFO(told);
    REQUIRE(query_parameter(told, "status") == "connected");
    here.host().start();
    const auto after = here.api().get(here.token_path(id)).json();
    CHECK(after.at("generation") > before.at("generation"));
    CHECK(after.at("accessToken") != before.at("accessToken"));
    const auto bobs = here.token_path(query_parameter(told, "connectionId").value());
    CHECK(here.api("bob").get(bobs).status == 200);
    CHECK(here.provider().count().refreshes == 1);
}

TEST_CASE("a second signal ends a host at once") {
    world_options options;
    options.config = "timeouts: {drain: 60s}\n";
    world here(options);
    raw_connection waiting("127.0.0.1", here.host().port());
    REQUIRE(waiting.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\nGET /li"));
    (void)waiting.receive_until("alive", std::chrono::milliseconds(300));
    here.host().signal(SIGTERM);
    REQUIRE(here.host().wait_for_log("stopping"));
    CHECK(here.host().stop(std::chrono::seconds(5)) == 128 + SIGTERM);
}

TEST_CASE("a verb that there isn't is told, with the one that was meant") {
    const auto check = [](const std::vector<std::string>& typed, const char* told) {
        const auto done = run_tenon(typed);
        CHECK(done.code == 2);
        CHECK(done.out.empty());
        CHECK_THAT(done.err, Contains(told));
    };
    check({"sreve"}, "there is no verb `sreve`: did you mean `serve`?");
    check({"keyring", "ad"}, "there is no verb `ad`: did you mean `add`?");
    check({"serve", "--prot", "1"}, "--prot");
    check({}, "--help");
    CHECK_THAT(run_tenon({"serve", "--help"}).out, Contains("--config FILE"));
}

TEST_CASE("two variables enable a provider of the catalogue") {
    temp_dir dir;
    const auto listed = run_tenon(
        {"config", "check"}, {{"TENON_DATA_DIR", (dir.path() / "data").string()},
                              {"SPOTIFY_CLIENT_ID", "id"},
                              {"SPOTIFY_CLIENT_SECRET", "secret"},
                              {"NOBODY_CLIENT_ID", "id"},
                              {"NOBODY_CLIENT_SECRET", "secret"}}
    );
    INFO(listed.err);
    CHECK(listed.code == 0);
    CHECK_THAT(listed.out, Contains("providers.spotify: enabled"));
    CHECK_THAT(listed.out, !Contains("nobody"));
}

TEST_CASE("what is done to keys and organizations on the command line is in the audit log") {
    temp_dir dir;
    const environment here{{"TENON_DATA_DIR", (dir.path() / "data").string()}};
    REQUIRE(run_tenon({"migrate", "up"}, here).code == 0);
    const auto made = run_tenon({"key", "create", "--name", "ci"}, here);
    REQUIRE(made.code == 0);
    const auto id = made.err.substr(3, made.err.find(';') - 3);
    REQUIRE(run_tenon({"key", "revoke", id}, here).code == 0);
    host_options options;
    options.config = "bootstrap_api_key: " + std::string(operator_key) +
                     "\ndata_dir: " + (dir.path() / "data").string() +
                     "\ndatabase: sqlite:" + (dir.path() / "data" / "tenon.db").string() + "\n";
    host_process host(options);
    const auto log =
        http_client(host.url(), {{"X-API-Key", operator_key}}).get("/api/audit").json();
    REQUIRE(log.at("entries").size() == 2);
    CHECK(log.at("entries").at(0).at("action") == "key.revoked");
    CHECK(log.at("entries").at(1).at("action") == "key.created");
    CHECK(log.at("entries").at(1).at("actor") == "cli");
    CHECK(log.at("entries").at(1).at("detail").at("keyId") == id);
}

}  // namespace tenon::test
