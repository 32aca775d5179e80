// A listener that speaks TLS, met by the client that the host itself uses.
#include "http/tls.hpp"

#include "net/outbound.hpp"
#include "support/catch.hpp"
#include "support/http_client.hpp"
#include "unit/http/certificate.hpp"
#include "unit/http/fixture.hpp"

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <memory>

using tenon::host::request_sent;
using tenon::host::transport;
using tenon::test::certificate;
using tenon::test::running_server;

namespace {

auto tls_on(const certificate& identity) -> tenon::host::listener_options {
    tenon::host::listener_options where;
    where.certificate_file = identity.file();
    where.private_key_file = identity.key_file();
    return where;
}

// A server that speaks no newer TLS than it is told, with all that was ever allowed in it.
class old_server {
  public:
    old_server(const certificate& identity, int newest)
        : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free),
          waiting_(BIO_new_accept("127.0.0.1:0"), BIO_free_all) {
        SSL_CTX_set_security_level(context_.get(), 0);
        SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context_.get(), newest);
        REQUIRE(
            SSL_CTX_use_certificate_file(
                context_.get(), identity.file().c_str(), SSL_FILETYPE_PEM
            ) == 1
        );
        REQUIRE(
            SSL_CTX_use_PrivateKey_file(
                context_.get(), identity.key_file().c_str(), SSL_FILETYPE_PEM
            ) == 1
        );
        BIO_set_accept_bios(waiting_.get(), BIO_new_ssl(context_.get(), 0));
        REQUIRE(BIO_do_accept(waiting_.get()) == 1);  // it listens
    }
    [[nodiscard]] auto url() const -> std::string {
        return std::string("https://127.0.0.1:") + BIO_get_accept_port(waiting_.get()) + "/";
    }
    // Of the first who comes, who is then hung up on.
    auto hears_something() -> bool {
        if (BIO_do_accept(waiting_.get()) != 1) {
            return false;
        }
        const std::unique_ptr<BIO, decltype(&BIO_free_all)> caller(
            BIO_pop(waiting_.get()), BIO_free_all
        );
        std::array<char, 256> said{};
        return BIO_read(caller.get(), said.data(), static_cast<int>(said.size())) > 0;
    }

  private:
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
    std::unique_ptr<BIO, decltype(&BIO_free_all)> waiting_;
};

auto ask(tenon::host::outbound_options options, std::string url, int times)
    -> tenon::host::outbound_response {
    boost::asio::io_context context;
    tenon::host::outbound_response answer;
    {
        const auto client = tenon::host::make_outbound(context.get_executor(), std::move(options));
        for (int i = 0; i < times; ++i) {
            tenon::host::outbound_request asked;
            asked.method = "GET";
            asked.url = url;
            asked.label = "test";
            boost::asio::co_spawn(
                context, client->send(std::move(asked)),
                [&](std::exception_ptr, tenon::host::outbound_response came) {
                    answer = std::move(came);
                }
            );
            context.run();
            context.restart();
        }
    }
    context.run();
    return answer;
}

}  // namespace

TEST_CASE("a listener with a certificate speaks TLS, and says so to browsers") {
    const certificate identity;
    running_server server({}, tenon::test::usual_routes(), tls_on(identity));
    tenon::host::outbound_options options;
    options.ca_file = identity.file();
    const auto url = "https://127.0.0.1:" + std::to_string(server.port()) + "/api/hello";
    const auto answer = ask(options, url, 3);
    CHECK(answer.outcome == transport::ok);
    CHECK(answer.body == R"({"hello":"world"})");
    CHECK(server.observer.opened == 1);
    bool strict = false;
    for (const auto& [name, value] : answer.headers) {
        strict = strict || name == "strict-transport-security";
    }
    CHECK(strict);
}

TEST_CASE("a certificate that nobody vouches for is refused before anything is sent") {
    const certificate identity;
    running_server server({}, tenon::test::usual_routes(), tls_on(identity));
    const auto url = "https://127.0.0.1:" + std::to_string(server.port()) + "/api/hello";
    const auto answer = ask({}, url, 1);
    CHECK(answer.outcome == transport::tls);
    CHECK(answer.sent == request_sent::no);
    CHECK(server.observer.answers().empty());
}

TEST_CASE("a certificate of another host is refused, whoever vouches for it") {
    const certificate identity({.names = "DNS:elsewhere.example,IP:127.0.0.2"});
    running_server server({}, tenon::test::usual_routes(), tls_on(identity));
    tenon::host::outbound_options options;
    options.ca_file = identity.file();
    const auto url = "https://127.0.0.1:" + std::to_string(server.port()) + "/api/hello";
    const auto answer = ask(options, url, 1);
    CHECK(answer.outcome == transport::tls);
    CHECK(answer.sent == request_sent::no);
    CHECK(server.observer.answers().empty());
}

TEST_CASE("a provider that speaks no newer TLS than 1.1 is sent nothing") {
    const certificate identity({.rsa = true});
    tenon::host::outbound_options options;
    options.ca_file = identity.file();
    const auto heard = [&](int newest) {
        old_server server(identity, newest);
        auto hearing = std::async(std::launch::async, [&] { return server.hears_something(); });
        const auto answer = ask(options, server.url(), 1);
        CHECK((answer.outcome == transport::tls) == (newest == TLS1_1_VERSION));
        return hearing.get();
    };
    CHECK(heard(TLS1_2_VERSION));
    CHECK_FALSE(heard(TLS1_1_VERSION));
}

TEST_CASE("a renewed certificate is shown to whoever comes next") {
    const certificate old;
    const certificate renewed;
    running_server server({}, tenon::test::usual_routes(), tls_on(old));
    const auto url = "https://127.0.0.1:" + std::to_string(server.port()) + "/api/hello";
    tenon::host::outbound_options options;
    options.ca_file = renewed.file();
    CHECK(ask(options, url, 1).outcome == transport::tls);
    REQUIRE(server.server().renew_certificate(renewed.file(), renewed.key_file()).has_value());
    CHECK(ask(options, url, 1).outcome == transport::ok);
    CHECK_FALSE(server.server().renew_certificate("/nowhere.pem", old.key_file()).has_value());
    CHECK(ask(options, url, 1).outcome == transport::ok);
}

TEST_CASE("a handshake that does not come is given up") {
    const certificate identity;
    tenon::host::server_options options;
    options.limits.handshake_deadline = tenon::host::milliseconds(60);
    running_server server(options, tenon::test::usual_routes(), tls_on(identity));
    tenon::test::raw_connection silent("127.0.0.1", server.port());
    CHECK(silent.receive_all(std::chrono::seconds(10)).empty());
    CHECK(silent.closed());
    tenon::test::raw_connection plain("127.0.0.1", server.port());
    REQUIRE(plain.send("GET /api/hello HTTP/1.1\r\nHost: h\r\n\r\n"));
    CHECK(plain.receive_all(std::chrono::seconds(10)).find("world") == std::string::npos);
    CHECK(plain.closed());
}

TEST_CASE("certificates that can't be used are named") {
    const certificate one;
    const certificate other;
    running_server server;
    const tenon::host::router routes({});
    auto where = tls_on(one);
    where.private_key_file = other.key_file();
    const auto mixed = server.server().listen(where, routes);
    REQUIRE_FALSE(mixed.has_value());
    CHECK_THAT(mixed.error().message, Catch::Matchers::Contains(other.key_file()));
    where.certificate_file = "/nowhere.pem";
    const auto missing = server.server().listen(where, routes);
    REQUIRE_FALSE(missing.has_value());
    CHECK_THAT(missing.error().message, Catch::Matchers::Contains("/nowhere.pem"));
}

TEST_CASE("a key that is encrypted is refused, and nobody is asked for its passphrase") {
    const certificate encrypted({.passphrase = "open sesame"});
    const auto refused = check_listener(tls_on(encrypted), tenon::host::port_in_use::refused);
    REQUIRE(refused.has_error());
    CHECK_THAT(
        refused.error().message, Catch::Matchers::Contains(encrypted.key_file() + " is encrypted")
    );
}

TEST_CASE("files that hold no certificate, or the key of another one, are told apart") {
    const certificate one;
    const certificate other;
    const auto refusal = [&](const std::string& certificate_file, const std::string& key_file) {
        const auto made = tenon::host::make_tls_context(certificate_file, key_file);
        return made.has_error() ? made.error().message : std::string();
    };
    CHECK(refusal(one.file(), one.key_file()).empty());
    CHECK_THAT(refusal(one.key_file(), one.key_file()), Catch::Matchers::Contains("none in PEM"));
    CHECK_THAT(
        refusal(one.file(), other.key_file()),
        Catch::Matchers::Contains(other.key_file() + " is not the key of " + one.file())
    );
    const certificate another_type({.rsa = true});
    CHECK(refusal(another_type.file(), another_type.key_file()).empty());
    CHECK_THAT(
        refusal(one.file(), another_type.key_file()), Catch::Matchers::Contains("is not the key of")
    );
}

TEST_CASE("a certificate that has expired is told so") {
    const certificate expired({.ends_in = std::chrono::seconds(-60)});
    const auto old = tenon::host::make_tls_context(expired.file(), expired.key_file());
    REQUIRE(old.has_value());
    CHECK_THAT(tenon::host::validity_problem(**old), Catch::Matchers::Contains("has expired"));
    const certificate valid;
    const auto good = tenon::host::make_tls_context(valid.file(), valid.key_file());
    CHECK(tenon::host::validity_problem(*good.value()).empty());
}

TEST_CASE("an address is tried without being listened on") {
    using tenon::host::port_in_use;
    running_server server;
    tenon::host::listener_options where;
    where.port = server.port();
    const auto taken = check_listener(where, port_in_use::refused);
    REQUIRE(taken.has_error());
    CHECK_THAT(taken.error().message, Catch::Matchers::Contains("in use"));
    CHECK(check_listener(where, port_in_use::tolerated).has_value());
    where.port = 0;
    CHECK(check_listener(where, port_in_use::refused).has_value());
    where.address = "203.0.113.7";  // RFC 5737: nobody's
    CHECK(check_listener(where, port_in_use::tolerated).has_error());
    where.address = "localhost";
    CHECK(check_listener(where, port_in_use::tolerated).has_error());
}
