// One connection's side of HTTP without its socket: bytes go in, the next thing to do comes out.
#pragma once

#include "http/edge_policy.hpp"
#include "http/message_parser.hpp"
#include "http/observer.hpp"
#include "http/problem.hpp"
#include "http/request_ids.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/trusted_proxies.hpp"
#include "http/writer.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// What the conversations of a server share; outlives them.
struct conversation_context {
    const server_limits& limits;
    const edge_policy& policy;
    const trusted_proxies& proxies;
    const clock& time;
    request_ids& ids;
    const problem_writer& problem;
    request_observer* observer;
    std::atomic<std::size_t>& held_bytes;  // of bodies, by all of them together
};

enum class next_step {
    read,    // call received() with more bytes, or end_of_input(), or deadline_passed()
    write,   // output() is to be sent; then call written()
    handle,  // await call(), then give the answer to answered() or failed()
    close,   // all is said
    linger,  // an error was said while more was coming: stop sending, read the rest away for a
             // while, then close
};

enum class reading_phase { fresh, idle, header, body };  // fresh: nothing came yet at all

class conversation {
  public:
    // `peer` without a port; `secure`: the connection itself is TLS.
    conversation(
        const conversation_context& shared, const router& routes, std::string peer, bool secure
    );

    ~conversation();
    conversation(const conversation&) = delete;
    auto operator=(const conversation&) -> conversation& = delete;

    [[nodiscard]] auto next() -> next_step;
    // Says 429 and ends, whatever comes.
    void turn_away();

    // Where the next bytes go; never empty. Stays where it is until received().
    [[nodiscard]] auto room() -> std::span<char>;
    void received(std::size_t bytes);
    // The peer sends no more; what it sent is still answered.
    void end_of_input();
    // While reading: in the middle of a request 400, else nothing is said. Ends the conversation.
    void deadline_passed();
    [[nodiscard]] auto phase() const noexcept -> reading_phase;
    // Counts the requests that have begun.
    [[nodiscard]] auto request_number() const noexcept -> std::uint64_t { return request_number_; }

    [[nodiscard]] auto output() const noexcept -> std::string_view { return output_; }
    void written();

    // The request that is to be handled moves into the handler.
    [[nodiscard]] auto call() -> boost::asio::awaitable<response>;
    void answered(const response& answer);
    // No answer came: 500, 503 or 504.
    void failed(unsigned status, const error& why);
    [[nodiscard]] auto request_id() const noexcept -> const std::string& { return id_; }

    // From now on an answer behind which nothing waits is the last one. Between requests the caller
    // decides, by end_of_input(), for it alone knows whether one is on its way.
    void begin_drain() noexcept { draining_ = true; }
    // Gives back memory; only while reading, and not the room that was given out.
    void trim();

  private:
    enum class state { idle, header, body, handling, ended };
    struct refusal {
        unsigned status;
        error why;
    };

    void advance();
    auto pause() -> next_step;
    void begin_request();
    void read_header();
    void header_complete();
    auto refusal_of(const router::match& found) -> std::optional<refusal>;
    void check_media();
    void hold(std::size_t bytes) noexcept;
    void read_body();
    void dispatch();
    void run_fast_handler();
    void refuse(unsigned status, const error& why);  // and end: what follows can't be understood
    void write(const response& answer);
    void drop_used_input();
    void report(unsigned status);

    const conversation_context& shared_;
    const router& routes_;
    std::string peer_;
    bool peer_secure_;

    std::vector<char> input_;
    std::size_t begin_ = 0;  // of the unread bytes in input_
    std::size_t end_ = 0;
    std::size_t held_ = 0;  // our part of shared_.held_bytes
    std::uint64_t request_number_ = 0;
    std::string output_;
    state state_ = state::idle;
    next_step ending_ = next_step::close;
    bool used_ = false;  // something came
    bool input_ended_ = false;
    bool draining_ = false;
    bool needs_handler_ = false;

    request request_;
    message_parser parser_;
    response response_;
    std::optional<refusal> refusal_;  // to be said once the body has been read
    const route* route_ = nullptr;
    std::string_view pattern_;
    std::string_view allow_;
    std::string_view origin_;
    std::string method_;
    std::string id_;
    bool secure_ = false;
    bool keep_alive_ = true;
    bool old_ = false;
    std::chrono::steady_clock::time_point started_{};
};

}  // namespace tenon::host
