#include "http/conversation.hpp"

#include "http/target.hpp"

#include <cstring>

namespace tenon::host {
namespace {

constexpr std::size_t usual_input = 4 * 1024;
constexpr std::size_t body_input = 16 * 1024;
constexpr std::size_t most_output = 64 * 1024;
constexpr std::size_t kept_output = 16 * 1024;
// Of a body; only what is more counts among the held bytes, so that usual requests get through
// whatever others send.
constexpr std::size_t free_body = 16 * 1024;

}  // namespace

conversation::conversation(
    const conversation_context& shared, const router& routes, std::string peer, bool secure
)
    : shared_(shared),
      routes_(routes),
      peer_(std::move(peer)),
      peer_secure_(secure),
      input_(usual_input),
      parser_(request_, shared.limits.header_bytes) {}

conversation::~conversation() {
    hold(0);
}

void conversation::hold(std::size_t bytes) noexcept {
    if (bytes != held_) {
        shared_.held_bytes += bytes - held_;  // wraps around where it is less
        held_ = bytes;
    }
}

auto conversation::next() -> next_step {
    for (;;) {
        const bool reads = state_ != state::ended && state_ != state::handling;
        if (output_.size() >= most_output || (!reads && !output_.empty())) {
            return next_step::write;
        }
        if (!reads) {
            return state_ == state::ended ? ending_ : next_step::handle;
        }
        const auto before = state_;
        const auto unread = end_ - begin_;
        advance();
        if (state_ == before && unread == end_ - begin_) {
            return pause();
        }
    }
}

void conversation::advance() {
    switch (state_) {
        case state::idle: begin_request(); break;
        case state::header: read_header(); break;
        case state::body: read_body(); break;
        case state::handling:
        case state::ended: break;
    }
}

auto conversation::pause() -> next_step {
    if (!output_.empty()) {
        return next_step::write;
    }
    if (input_ended_ && state_ != state::idle) {
        refuse(400, fail(errc::invalid_request, "The request ended before it was complete."));
        return next_step::write;
    }
    if (input_ended_) {
        state_ = state::ended;
        return ending_;
    }
    return next_step::read;
}

auto conversation::room() -> std::span<char> {
    drop_used_input();
    if (end_ == 0 && state_ == state::idle && input_.size() > usual_input) {
        input_ = std::vector<char>(usual_input);
    } else if (end_ == input_.size()) {
        input_.resize(input_.size() * 2);
    } else if (state_ == state::body && input_.size() < body_input) {
        input_.resize(body_input);
    }
    return std::span(input_).subspan(end_);
}

void conversation::drop_used_input() {
    if (begin_ == 0) {
        return;
    }
    if (begin_ != end_) {
        std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
    }
    end_ -= begin_;
    begin_ = 0;
}

void conversation::received(std::size_t bytes) {
    end_ += bytes;
    used_ = used_ || bytes > 0;
}

void conversation::end_of_input() {
    input_ended_ = true;
}

void conversation::deadline_passed() {
    const auto where = phase();
    if (where == reading_phase::header || where == reading_phase::body) {
        refuse(400, fail(errc::invalid_request, "The request took too long to arrive."));
    }
    state_ = state::ended;
}

auto conversation::phase() const noexcept -> reading_phase {
    switch (state_) {
        case state::header: return reading_phase::header;
        case state::body: return reading_phase::body;
        case state::idle:
        case state::handling:
        case state::ended: break;
    }
    return used_ ? reading_phase::idle : reading_phase::fresh;
}

void conversation::written() {
    output_.clear();
    if (output_.capacity() > kept_output) {
        output_.shrink_to_fit();
    }
}

void conversation::trim() {
    if (state_ != state::idle || begin_ != end_ || !output_.empty()) {
        return;
    }
    output_ = {};
    response_ = {};
    request_ = {};
}

void conversation::begin_request() {
    // RFC 9112 2.2: empty lines before a request are skipped.
    while (begin_ != end_ && (input_[begin_] == '\r' || input_[begin_] == '\n')) {
        ++begin_;
    }
    if (begin_ == end_) {
        begin_ = end_ = 0;
        return;
    }
    started_ = std::chrono::steady_clock::now();
    request_.clear();
    parser_.reset();
    ++request_number_;
    response_.clear();
    refusal_.reset();
    route_ = nullptr;
    pattern_ = allow_ = origin_ = {};
    keep_alive_ = true;
    old_ = false;
    method_.clear();
    secure_ = peer_secure_;
    shared_.ids.next(id_);
    state_ = state::header;
}

void conversation::read_header() {
    const auto [step, used] = parser_.put({input_.data() + begin_, end_ - begin_});
    begin_ += used;
    switch (step) {
        case parse_step::need_more: return;
        case parse_step::header:
        case parse_step::message:
            state_ = state::body;
            header_complete();
            return;
        case parse_step::too_large_header:
            refuse(431, fail(errc::headers_too_large, "The request's header is too large."));
            return;
        case parse_step::too_large_body:
        case parse_step::bad:
            refuse(400, fail(errc::invalid_request, std::string(parser_.problem())));
            return;
    }
}

void conversation::header_complete() {
    method_ = request_.method;
    keep_alive_ = parser_.keeps_alive();
    old_ = parser_.is_http_1_0();
    const auto offered = request_.headers.find("x-request-id");
    if (request_ids::acceptable(offered)) {
        id_ = offered;
    }
    auto sender = shared_.proxies.sender_of(peer_, peer_secure_, request_.headers);
    request_.client = std::move(sender.address);
    request_.secure = secure_ = sender.secure;
    request_.id = id_;
    request_.received_at = shared_.time.now();
    origin_ = shared_.policy.allowed_origin(request_);
    if (auto parsed = parse_target(request_.target, request_); !parsed) {
        refusal_ = {400, parsed.error()};
    } else {
        const auto found = routes_.find(request_);
        route_ = found.found;
        pattern_ = request_.route;
        allow_ = found.allow;
        refusal_ = refusal_of(found);
    }
    const std::size_t most = route_ != nullptr && route_->max_body_bytes > 0
                                 ? route_->max_body_bytes
                                 : shared_.limits.body_bytes;
    if (parser_.content_length().value_or(0) > most) {
        refuse(413, fail(errc::body_too_large, "The body is larger than allowed."));
        return;
    }
    parser_.limit_body(most);
    const auto expected = request_.headers.find("expect");
    if (expected.empty() || !parser_.has_body() || old_ || begin_ != end_) {
        return;
    }
    // The body is not sent before this is answered: an error can be the answer.
    check_media();
    if (refusal_) {
        const auto why = std::move(*refusal_);
        refuse(why.status, why.why);
    } else if (equal_ignoring_case(expected, "100-continue")) {
        output_ += "HTTP/1.1 100 Continue\r\n\r\n";
    }
}

void conversation::read_body() {
    const auto [step, used] = parser_.put({input_.data() + begin_, end_ - begin_});
    begin_ += used;
    const auto size = request_.body.size();
    hold(size > free_body ? size - free_body : 0);
    if (held_ > 0 && shared_.held_bytes.load() > shared_.limits.held_bytes) {
        auto why = fail(errc::rate_limited, "Too much is being sent at once. Try again shortly.");
        why.retry_after = std::chrono::seconds(1);
        refuse(429, why);
        return;
    }
    switch (step) {
        case parse_step::need_more:
        case parse_step::header: return;
        case parse_step::message: dispatch(); return;
        case parse_step::too_large_body:
            refuse(413, fail(errc::body_too_large, "The body is larger than allowed."));
            return;
        case parse_step::too_large_header:
        case parse_step::bad:
            refuse(400, fail(errc::invalid_request, "The body's chunks are not well-formed."));
            return;
    }
}

}  // namespace tenon::host
