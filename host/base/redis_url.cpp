#include "base/redis_url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

namespace tenon::host {
namespace {

// Nothing: 0. Digits alone, and no more than Redis can be set up for.
auto database_of(std::string_view path) -> std::optional<unsigned> {
    if (path.empty() || path == "/") {
        return 0U;
    }
    unsigned number = 0;
    const auto* const end = path.data() + path.size();
    const auto read = std::from_chars(path.data() + 1, end, number);
    if (path.front() != '/' || read.ec != std::errc{} || read.ptr != end || number > 65'535) {
        return std::nullopt;
    }
    return number;
}

auto plain(std::string host) -> std::string {
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    return bracketed ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

auto parse_redis_url(const secret& url) -> result<redis_address> {
    const auto text = url.reveal();
    if (text.starts_with("rediss://")) {
        return fail(
            errc::invalid_request,
            "asks for TLS (`rediss://`), which this host does not speak to Redis: put a TLS tunnel "
            "(stunnel) beside the host and name its end on loopback, `redis://127.0.0.1:6379`"
        );
    }
    auto malformed = fail(
        errc::invalid_request,
        "must be `redis://HOST:PORT/DATABASE`, with `:PASSWORD@` or `USER:PASSWORD@` before HOST "
        "where Redis asks for it (special characters of a password as %XX)"
    );
    const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
    if (parsed.has_error() || parsed->scheme() != "redis" || parsed->encoded_host().empty() ||
        parsed->has_query() || parsed->has_fragment()) {
        return malformed;
    }
    const auto database = database_of(std::string(parsed->encoded_path()));
    const bool has_port = parsed->has_port() && !parsed->port().empty();
    if (!database || (has_port && parsed->port_number() == 0)) {
        return malformed;
    }
    redis_address address;
    address.host = plain(parsed->host());
    address.port = has_port ? parsed->port_number() : address.port;
    address.user = parsed->user();
    address.password = secret(parsed->password());
    address.database = *database;
    if (!address.user.empty() && address.password.empty()) {
        return malformed;
    }
    return address;
}

}  // namespace tenon::host
