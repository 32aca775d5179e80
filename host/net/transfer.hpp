// One exchange as curl sees it. Internal to net: the only header beside engine.hpp that names curl.
#pragma once

#include "base/outbound.hpp"
#include "net/outbound.hpp"

#include <curl/curl.h>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

namespace tenon::host {

class transfer {
  public:
    // `settled_timer` is what the exchange's coroutine waits for: it expires at the deadline, and
    // is cancelled when all is over.
    transfer(
        outbound_request request, const outbound_options& options,
        boost::asio::steady_timer settled_timer
    );
    transfer(const transfer&) = delete;
    auto operator=(const transfer&) -> transfer& = delete;

    // Makes the easy handle. What can't be sent at all is denied: a problem with URL, method or a
    // header.
    [[nodiscard]] auto prepare() -> bool;
    [[nodiscard]] auto handle() const noexcept -> CURL* { return easy_.get(); }
    [[nodiscard]] auto origin() const noexcept -> const std::string& { return origin_; }

    // Curl is through with it: fills the response.
    void complete(CURLcode code);
    // It ends for a reason of ours: timeout, cancelled.
    void give_up(transport why, std::string_view problem);

    [[nodiscard]] auto is_settled() const noexcept -> bool { return is_settled_; }
    outbound_response response;
    boost::asio::steady_timer settled;

  private:
    static auto on_header(char* data, size_t one, size_t size, void* self) noexcept -> size_t;
    static auto on_body(char* data, size_t one, size_t size, void* self) noexcept -> size_t;
    static auto on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept
        -> curl_socket_t;
    static auto on_request(void* self, char* ip, char* local_ip, int port, int local_port) noexcept
        -> int;

    void set_policy();
    void set_method();
    auto set_headers() -> bool;
    void take_header_line(std::string_view line);
    auto checks_addresses() const noexcept -> bool;
    auto outcome_of(CURLcode code) const -> transport;
    auto how_sent() const -> request_sent;
    void settle();

    struct easy_deleter {
        void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
    };
    struct list_deleter {
        void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
    };

    outbound_request request_;
    const outbound_options& options_;
    std::string origin_;
    std::unique_ptr<CURL, easy_deleter> easy_;
    std::unique_ptr<curl_slist, list_deleter> list_;
    std::size_t header_bytes_ = 0;
    unsigned requests_made_ = 0;
    bool header_done_ = false;
    bool too_large_ = false;
    bool address_denied_ = false;
    bool resend_refused_ = false;
    bool is_settled_ = false;
};

}  // namespace tenon::host
