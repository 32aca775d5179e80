#include "net/transfer.hpp"

#include "base/loopback.hpp"
#include "base/text.hpp"
#include "net/circuit.hpp"
#include "net/public_address.hpp"

#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

namespace tenon::host {
namespace {

auto wall_now() -> time_point {
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

auto is_token(std::string_view text) -> bool {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) {
        return std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
               std::strchr("!#$%&'*+-.^_`|~", letter) != nullptr;
    });
}

auto breaks_line(std::string_view text) -> bool {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos;
}

auto is_safe(std::string_view method) -> bool {
    return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

// To this machine: what another one would do with such a request, a proxy too, is not meant.
auto leads_here(std::string_view origin) -> bool {
    const auto host = origin.substr(std::min(origin.find("://") + 3, origin.size()));
    return is_loopback_host(host.substr(0, host.rfind(':')));
}

auto is_public(const sockaddr* address) -> bool {
    if (address->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, address, sizeof v4);
        std::array<unsigned char, 4> bytes{};
        std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
        return is_public_v4(bytes);
    }
    if (address->sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, address, sizeof v6);
        std::array<unsigned char, 16> bytes{};
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return is_public_v6(bytes);
    }
    return false;
}

}  // namespace

transfer::transfer(
    outbound_request request, const outbound_options& options,
    boost::asio::steady_timer settled_timer
)
    : settled(std::move(settled_timer)),
      request_(std::move(request)),
      options_(options),
      origin_(origin_of(request_.url)) {
    settled.expires_after(request_.timeout);
    response.sent_at = wall_now();
}

auto transfer::prepare() -> bool {
    if (origin_.empty()) {
        give_up(transport::denied, "the URL is not http or https");
        return false;
    }
    if (!is_token(request_.method)) {
        give_up(transport::denied, "the method is not a token");
        return false;
    }
    easy_.reset(curl_easy_init());
    if (!easy_) {
        throw std::bad_alloc();
    }
    set_policy();
    set_method();
    if (!set_headers()) {
        give_up(transport::denied, "a header has a line break or a wrong name");
        return false;
    }
    return true;
}

void transfer::set_policy() {
    CURL* easy = easy_.get();
    curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options_.ca_file.empty()) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
    }
    // An empty proxy also switches off those of the environment.
    const bool local = request_.addresses == address_policy::any && leads_here(origin_);
    const bool direct = checks_addresses() || options_.proxy.empty() || local;
    curl_easy_setopt(easy, CURLOPT_PROXY, direct ? "" : options_.proxy.c_str());
    // Where the proxy guards what users supplied, nothing of theirs goes round it.
    const bool guarded = request_.addresses == address_policy::public_only && !direct;
    curl_easy_setopt(easy, CURLOPT_NOPROXY, guarded ? "" : options_.no_proxy.c_str());
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(
        easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count())
    );
    // Giving up does not wait for a name server that does not answer.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(
        easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request_.max_body_bytes)
    );
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &transfer::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &transfer::on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &transfer::on_open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &transfer::on_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
}

void transfer::set_method() {
    CURL* easy = easy_.get();
    const bool has_body = !request_.body.empty() || request_.method == "POST" ||
                          request_.method == "PUT" || request_.method == "PATCH";
    if (has_body) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
        curl_easy_setopt(
            easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size())
        );
    }
    if (request_.method == "HEAD") {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (request_.method != (has_body ? "POST" : "GET")) {
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }
}

auto transfer::set_headers() -> bool {
    const auto append = [&](const std::string& line) {
        auto* longer = curl_slist_append(list_.get(), line.c_str());
        if (longer == nullptr) {
            throw std::bad_alloc();
        }
        (void)list_.release();
        list_.reset(longer);
    };
    bool has_type = false;
    for (const auto& [name, value] : request_.headers) {
        if (!is_token(name) || breaks_line(value)) {
            return false;
        }
        has_type = has_type || strcasecmp(name.c_str(), "content-type") == 0;
        // A colon with nothing behind it would tell curl to leave the header out.
        append(value.empty() ? name + ';' : name + ": " + value);
    }
    append("Expect:");
    if (!has_type) {
        append("Content-Type:");
    }
    curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, list_.get());
    return true;
}

auto transfer::checks_addresses() const noexcept -> bool {
    return request_.addresses == address_policy::public_only &&
           (!options_.proxy_guards_addresses || options_.proxy.empty());
}

auto transfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept
    -> curl_socket_t {
    auto& me = *static_cast<transfer*>(self);
    if (me.checks_addresses() && !is_public(&address->addr)) {
        me.address_denied_ = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Before each request on a connection, also on one that was opened for somebody else, and when curl
// sends a second time because a reused connection was gone. Whether the first was acted upon is
// unknown then: only what changes nothing may be sent again, and what brings no token, for minting
// one is a GET at some providers.
// NOLINTNEXTLINE(readability-non-const-parameter): curl's signature
auto transfer::on_request(void* self, char* ip, char*, int, int) noexcept -> int {
    auto& me = *static_cast<transfer*>(self);
    if (me.checks_addresses() && !is_public_text(ip)) {
        me.address_denied_ = true;
        return CURL_PREREQFUNC_ABORT;
    }
    const bool again = me.request_.may_resend && is_safe(me.request_.method);
    if (me.requests_made_++ > 0 && !again) {
        me.resend_refused_ = true;
        return CURL_PREREQFUNC_ABORT;
    }
    me.response.sent_at = wall_now();
    return CURL_PREREQFUNC_OK;
}

auto transfer::on_header(char* data, size_t one, size_t size, void* self) noexcept -> size_t {
    auto& me = *static_cast<transfer*>(self);
    try {
        me.header_bytes_ += one * size;
        if (me.header_bytes_ > me.options_.max_header_bytes) {
            me.too_large_ = true;
            return 0;
        }
        me.take_header_line({data, one * size});
        return one * size;
    } catch (...) {
        return 0;
    }
}

void transfer::take_header_line(std::string_view line) {
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) {
        line.remove_suffix(1);
    }
    const auto colon = line.find(':');
    if (line.starts_with("HTTP/") && (colon == line.npos || line.find(' ') < colon)) {
        response.headers.clear();  // what came before was interim: 100, 103
        header_done_ = false;
        return;
    }
    if (line.empty()) {
        header_done_ = true;
        return;
    }
    if (header_done_ || colon == line.npos) {
        return;  // trailers
    }
    auto name = to_lower(line.substr(0, colon));
    const auto value = trimmed(line.substr(colon + 1));
    response.headers.emplace_back(std::move(name), value);
}

auto transfer::on_body(char* data, size_t one, size_t size, void* self) noexcept -> size_t {
    auto& me = *static_cast<transfer*>(self);
    try {
        if (me.response.body.size() + one * size > me.request_.max_body_bytes) {
            me.too_large_ = true;
            return 0;
        }
        me.response.body.append(data, one * size);
        return one * size;
    } catch (...) {
        return 0;
    }
}

}  // namespace tenon::host
