#include "provider/recorded_reply.hpp"

#include <cstdint>
#include <optional>

namespace tenon::host {
namespace {

// Little-endian numbers and length-prefixed texts behind one byte of version.
constexpr char format_version = 1;

void put(std::string& out, std::uint64_t number) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
        out += static_cast<char>(number >> shift & 0xffU);
    }
}

void put(std::string& out, const std::string& text) {
    put(out, text.size());
    out += text;
}

auto put(std::string& out, time_point when) {
    put(out, static_cast<std::uint64_t>(when.time_since_epoch().count()));
}

class cursor {
  public:
    explicit cursor(std::string_view bytes) : left_(bytes) {}

    auto number() -> std::uint64_t {
        const auto bytes = take(8);
        std::uint64_t out = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            out |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
        }
        return out;
    }
    auto moment() -> time_point {
        return time_point(milliseconds(static_cast<std::int64_t>(number())));
    }
    auto text() -> std::string {
        const auto size = number();
        return std::string(take(size));
    }
    [[nodiscard]] auto ok() const -> bool { return ok_; }
    [[nodiscard]] auto at_end() const -> bool { return ok_ && left_.empty(); }
    [[nodiscard]] auto left() const -> std::size_t { return left_.size(); }

  private:
    auto take(std::uint64_t count) -> std::string_view {
        if (!ok_ || count > left_.size()) {
            ok_ = false;
            return {};
        }
        const auto out = left_.substr(0, count);
        left_.remove_prefix(count);
        return out;
    }

    std::string_view left_;
    bool ok_ = true;
};

}  // namespace

auto serialize(const recorded_reply& reply) -> std::string {
    const auto& response = reply.response;
    std::string out(1, format_version);
    put(out, reply.began_at);
    put(out, response.sent_at);
    put(out, static_cast<std::uint64_t>(response.outcome));
    put(out, static_cast<std::uint64_t>(response.status));
    put(out, static_cast<std::uint64_t>(response.sent));
    put(out, static_cast<std::uint64_t>(response.headers.size()));
    for (const auto& [name, value] : response.headers) {
        put(out, name);
        put(out, value);
    }
    put(out, response.body);
    return out;
}

auto parse_recorded_reply(std::string_view bytes) -> result<recorded_reply> {
    if (bytes.empty() || bytes.front() != format_version) {
        return fail(
            errc::internal,
            "a recorded reply is of a version that this host does not know: upgrade the host"
        );
    }
    cursor from(bytes.substr(1));
    recorded_reply out;
    out.began_at = from.moment();
    out.response.sent_at = from.moment();
    const auto outcome = from.number();
    out.response.status = static_cast<std::uint32_t>(from.number());
    const auto sent = from.number();
    const auto headers = from.number();
    // Each header takes 16 bytes at least: a larger count is damage, and would only cost memory.
    const bool sane = outcome <= static_cast<std::uint64_t>(transport::cancelled) &&
                      sent <= static_cast<std::uint64_t>(request_sent::yes) &&
                      headers <= from.left() / 16;
    for (std::uint64_t i = 0; sane && i < headers && from.ok(); ++i) {
        auto name = from.text();
        auto value = from.text();
        out.response.headers.emplace_back(std::move(name), std::move(value));
    }
    out.response.body = from.text();
    if (!sane || !from.at_end()) {
        return fail(errc::internal, "a recorded reply is damaged");
    }
    out.response.outcome = static_cast<transport>(outcome);
    out.response.sent = static_cast<request_sent>(sent);
    return out;
}

}  // namespace tenon::host
