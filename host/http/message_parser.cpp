#include "http/message_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <functional>

namespace tenon::host {
namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

auto to_std(string_view text) -> std::string_view {
    return {text.data(), text.size()};
}

// What a chunk's header or the trailers may take before they end.
constexpr std::size_t most_unparsed = 8 * 1024;

// The last chunk, `0` and two line ends. Beast 1.81 asserts that it has as many bytes once it saw
// the zero; no chunked body ends in fewer, so that these can wait for the next ones.
constexpr std::size_t least_last_chunk = 5;

class strict_parser final : public http::basic_parser<true> {
  public:
    strict_parser(request& into, std::size_t most_header) : into_(into) {
        eager(false);
        body_limit(boost::none);  // set when the route is known
        header_limit(static_cast<std::uint32_t>(most_header));
    }

    [[nodiscard]] auto problem() const noexcept -> std::string_view { return problem_; }
    [[nodiscard]] auto is_old() const noexcept -> bool { return old_; }

  private:
    void
    on_request_impl(http::verb /*verb*/, string_view method, string_view target, int version, error_code&)
        override {
        into_.method.assign(method.data(), method.size());
        into_.target.assign(target.data(), target.size());
        old_ = version < 11;
    }
    void on_response_impl(int, string_view, int, error_code&) override {}

    void on_field_impl(http::field field, string_view name, string_view value, error_code& failed)
        override {
        if (body_begun_) {
            return;  // trailers are read past (RFC 9110 6.5.1)
        }
        if (is_folded(name, value)) {
            return refuse("A header line is folded.", failed);
        }
        if (field == http::field::content_length && ++lengths_ > 1) {
            return refuse("Content-Length is there twice.", failed);
        }
        if (field == http::field::content_length && value.find(',') != value.npos) {
            return refuse("Content-Length is not one number.", failed);
        }
        if (field == http::field::transfer_encoding) {
            ++encodings_;
            if (old_ || !boost::beast::iequals(value, "chunked")) {
                return refuse("Transfer-Encoding must be `chunked`, in HTTP/1.1.", failed);
            }
        }
        hosts_ += field == http::field::host ? 1 : 0;
        into_.headers.add(to_std(name), to_std(value));
    }

    void on_header_impl(error_code& failed) override {
        if (lengths_ + encodings_ > 1) {
            refuse("Content-Length and Transfer-Encoding contradict each other.", failed);
        } else if (hosts_ > 1 || (hosts_ == 0 && !old_)) {
            refuse("There must be exactly one Host header.", failed);
        }
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {
        body_begun_ = true;
    }
    auto on_body_impl(string_view body, error_code&) -> std::size_t override {
        into_.body.append(body.data(), body.size());
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    auto on_chunk_body_impl(std::uint64_t, string_view body, error_code&) -> std::size_t override {
        into_.body.append(body.data(), body.size());
        return body.size();
    }
    void on_finish_impl(error_code&) override {}

    // Beast joins folded lines in a buffer of its own, unless the fold comes before the value's
    // first byte.
    static auto is_folded(string_view name, string_view value) -> bool {
        const char* begin = name.data() + name.size();
        const std::less<> before;
        if (before(value.data(), begin) || before(begin + (64 * 1024), value.data())) {
            return true;
        }
        return std::string_view(begin, static_cast<std::size_t>(value.data() - begin)).find('\r') !=
               std::string_view::npos;
    }

    void refuse(std::string_view why, error_code& failed) {
        problem_ = why;
        failed = http::error::bad_field;
    }

    request& into_;
    std::string_view problem_ = "The request is not HTTP/1.1.";
    int lengths_ = 0;
    int encodings_ = 0;
    int hosts_ = 0;
    bool old_ = false;
    bool body_begun_ = false;
};

}  // namespace

class message_parser::impl {
  public:
    impl(request& into, std::size_t header_limit) : into_(into), header_limit_(header_limit) {}

    void reset() {
        parser_.emplace(into_, header_limit_);
        header_bytes_ = 0;
        was_header_done_ = false;
    }

    auto put(std::string_view bytes) -> progress {
        std::size_t used = 0;
        for (;;) {
            error_code failed;
            const auto rest = bytes.substr(used);
            if (was_header_done_ && parser_->chunked() && rest.size() < least_last_chunk) {
                return {parse_step::need_more, used};
            }
            const auto now = parser_->put(boost::asio::buffer(rest.data(), rest.size()), failed);
            used += now;
            if (failed && failed != http::error::need_more) {
                return {step_of(failed), used};
            }
            if (!was_header_done_) {
                header_bytes_ += now;
            }
            if (const auto reached = milestone()) {
                return {*reached, used};
            }
            if (failed || used == bytes.size()) {
                return {unfinished(bytes.size() - used), used};
            }
        }
    }

    request& into_;
    std::size_t header_limit_;
    std::optional<strict_parser> parser_;

  private:
    // The header's end is told once.
    auto milestone() -> std::optional<parse_step> {
        if (!was_header_done_ && parser_->is_header_done()) {
            was_header_done_ = true;
            return header_bytes_ > header_limit_ ? parse_step::too_large_header
                                                 : parse_step::header;
        }
        return parser_->is_done() ? std::optional(parse_step::message) : std::nullopt;
    }

    [[nodiscard]] auto unfinished(std::size_t left) const -> parse_step {
        if (!was_header_done_) {
            return header_bytes_ + left > header_limit_ ? parse_step::too_large_header
                                                        : parse_step::need_more;
        }
        return left > most_unparsed ? parse_step::bad : parse_step::need_more;
    }

    static auto step_of(const error_code& failed) -> parse_step {
        if (failed == http::error::header_limit) {
            return parse_step::too_large_header;
        }
        return failed == http::error::body_limit ? parse_step::too_large_body : parse_step::bad;
    }

    std::size_t header_bytes_ = 0;
    bool was_header_done_ = false;
};

message_parser::message_parser(request& into, std::size_t header_limit)
    : impl_(std::make_unique<impl>(into, header_limit)) {
    impl_->reset();
}

message_parser::~message_parser() = default;

void message_parser::reset() {
    impl_->reset();
}

auto message_parser::put(std::string_view bytes) -> progress {
    // Nothing more to read in a message without a body: its end was the header's.
    if (impl_->parser_->is_done()) {
        return {parse_step::message, 0};
    }
    return impl_->put(bytes);
}

auto message_parser::problem() const noexcept -> std::string_view {
    return impl_->parser_->problem();
}

auto message_parser::content_length() const -> std::optional<std::uint64_t> {
    const auto length = impl_->parser_->content_length();
    return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

auto message_parser::has_body() const -> bool {
    return impl_->parser_->chunked() || content_length().value_or(0) > 0;
}

auto message_parser::keeps_alive() const -> bool {
    return impl_->parser_->keep_alive();
}

auto message_parser::is_http_1_0() const -> bool {
    return impl_->parser_->is_old();
}

void message_parser::limit_body(std::size_t bytes) {
    impl_->parser_->body_limit(bytes);
}

}  // namespace tenon::host
