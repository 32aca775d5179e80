// The half of a conversation that speaks: which answer a request gets, and how it is put.
#include "base/log.hpp"
#include "http/conversation.hpp"

#include <stdexcept>
#include <typeinfo>

namespace tenon::host {
namespace {

constexpr const char* form_type = "application/x-www-form-urlencoded";

auto accepts(body_rule rule, std::string_view type) -> bool {
    const bool json =
        equal_ignoring_case(type, "application/json") ||
        (type.size() > 17 && equal_ignoring_case(type.substr(0, 12), "application/") &&
         equal_ignoring_case(type.substr(type.size() - 5), "+json"));
    switch (rule) {
        case body_rule::none: return true;
        case body_rule::json: return json;
        case body_rule::form: return equal_ignoring_case(type, form_type);
    }
    return false;
}

auto wrong_media(body_rule rule) -> error {
    const auto* const wanted = rule == body_rule::form ? form_type : "application/json";
    return fail(errc::unsupported_media_type, "The body must be " + std::string(wanted) + ".");
}

}  // namespace

auto conversation::refusal_of(const router::match& found) -> std::optional<refusal> {
    if (found.how == router::outcome::no_such_path && request_.target != "*") {
        return refusal{404, fail(errc::not_found, "There is nothing at this path.")};
    }
    if (found.how == router::outcome::no_such_method && method_ != "OPTIONS") {
        return refusal{
            405, fail(errc::method_not_allowed, "This path does not take that method; see Allow.")};
    }
    return std::nullopt;
}

void conversation::check_media() {
    if (refusal_ || route_ == nullptr || route_->body == body_rule::none) {
        return;
    }
    // RFC 9110 8.4: what can't be decoded is not taken for what it isn't.
    const auto coding = request_.headers.find("Content-Encoding");
    if (!coding.empty() && !equal_ignoring_case(coding, "identity")) {
        refusal_ = {
            415,
            fail(errc::unsupported_media_type, "The body must come without a Content-Encoding.")};
    } else if (!accepts(route_->body, request_.media_type())) {
        refusal_ = {415, wrong_media(route_->body)};
    }
}

void conversation::dispatch() {
    if (!request_.body.empty()) {
        check_media();
    }
    if (refusal_) {
        auto answer = shared_.problem(refusal_->status, refusal_->why, id_);
        if (refusal_->status == 405) {
            answer.set_header("Allow", allow_);
        }
        write(answer);
    } else if (route_ == nullptr) {
        const auto allow = allow_.empty() ? "GET, HEAD, POST, DELETE, OPTIONS" : allow_;
        write(edge_policy::options_response(allow, origin_));
    } else {
        state_ = state::handling;
        run_fast_handler();
    }
}

void conversation::run_fast_handler() {
    if (!route_->fast) {
        return;
    }
    try {
        if (route_->fast(request_, response_)) {
            write(response_);
        } else {
            response_.clear();
        }
    } catch (const std::exception& thrown) {
        log(log_level::error, "handler failed",
            {{log_key::request_id, id_},
             {log_key::route, pattern_},
             {log_key::detail, typeid(thrown).name()}});
        failed(500, fail(errc::internal, "Something went wrong here. It was logged."));
    }
}

auto conversation::call() -> boost::asio::awaitable<response> {
    if (!route_->run) {
        throw std::logic_error("a fast handler without a coroutine behind it did not answer");
    }
    return route_->run(std::move(request_));
}

void conversation::answered(const response& answer) {
    write(answer);
}

void conversation::failed(unsigned status, const error& why) {
    write(shared_.problem(status, why, id_));
}

void conversation::turn_away() {
    started_ = std::chrono::steady_clock::now();
    shared_.ids.next(id_);
    auto why = fail(errc::rate_limited, "There are too many connections. Try again in a moment.");
    why.retry_after = std::chrono::seconds(1);
    refuse(429, why);
}

void conversation::refuse(unsigned status, const error& why) {
    keep_alive_ = false;
    write(shared_.problem(status, why, id_));
    ending_ = next_step::linger;
}

void conversation::write(const response& answer) {
    const bool nothing_waits = begin_ == end_;
    const bool last = !keep_alive_ || (nothing_waits && (draining_ || input_ended_));
    const reply_facts facts{
        id_,
        origin_,
        secure_,
        method_ == "HEAD",
        last ? connection_field::close
             : (old_ ? connection_field::keep_alive : connection_field::none),
        shared_.time.now()};
    try {
        write_response(output_, answer, facts, shared_.policy);
        report(answer.status);
    } catch (const std::invalid_argument&) {
        log(log_level::error, "response failed",
            {{log_key::request_id, id_},
             {log_key::route, pattern_},
             {log_key::detail, "a field of the response would break the message"}});
        const auto why = fail(errc::internal, "Something went wrong here. It was logged.");
        write_response(output_, shared_.problem(500, why, id_), facts, shared_.policy);
        report(500);
    }
    if (held_ > 0) {
        std::string().swap(request_.body);
        hold(0);
    }
    state_ = last ? state::ended : state::idle;
}

void conversation::report(unsigned status) {
    const auto took = std::chrono::steady_clock::now() - started_;
    if (shared_.observer != nullptr) {
        shared_.observer->answered(pattern_, status, took);
    }
    const auto level = status >= 500 ? log_level::info : log_level::debug;
    if (!log_enabled(level)) {
        return;
    }
    log(level, "request",
        {{log_key::request_id, id_},
         {log_key::method, method_},
         {log_key::route, pattern_},
         {log_key::status, status},
         {log_key::duration_ms,
          std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
}

}  // namespace tenon::host
