#include "provider/wire.hpp"

#include <cstring>
#include <limits>

namespace tenon::host {
namespace {

constexpr std::size_t prefix = sizeof(std::uint32_t);

}  // namespace

void wire_writer::number(std::uint64_t value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);  // as the ABI: little-endian
}

void wire_writer::text(std::string_view value) {
    number(value.size());
    out_.append(value);
}

auto wire_writer::frame() -> std::string {
    const auto size = static_cast<std::uint32_t>(out_.size() - prefix);
    std::memcpy(out_.data(), &size, prefix);
    std::string out(prefix, '\0');
    out.swap(out_);
    return out;
}

auto wire_reader::take(std::uint64_t size) -> std::string_view {
    if (!ok_ || size > left_.size()) {
        ok_ = false;
        return {};
    }
    const auto out = left_.substr(0, size);
    left_.remove_prefix(size);
    return out;
}

auto wire_reader::number() -> std::uint64_t {
    std::uint64_t out = 0;
    const auto bytes = take(sizeof out);
    if (ok_) {
        std::memcpy(&out, bytes.data(), sizeof out);
    }
    return out;
}

auto wire_reader::number32() -> std::uint32_t {
    const auto wide = number();
    if (wide > std::numeric_limits<std::uint32_t>::max()) {
        ok_ = false;
    }
    return ok_ ? static_cast<std::uint32_t>(wide) : 0;
}

auto wire_reader::text() -> std::string_view {
    const auto size = number();
    return take(size);
}

auto wire_reader::count(std::size_t least) -> std::size_t {
    const auto out = number();
    if (out > left_.size() / least) {
        ok_ = false;
    }
    return ok_ ? out : 0;
}

auto frame_buffer::stated() const -> std::size_t {
    if (held_.size() - from_ < prefix) {
        return 0;
    }
    std::uint32_t size = 0;
    std::memcpy(&size, held_.data() + from_, prefix);
    return size;
}

auto frame_buffer::next() -> std::optional<std::string> {
    const auto size = stated();
    if (held_.size() - from_ < prefix + size || broken()) {
        return std::nullopt;
    }
    std::optional<std::string> out(held_.substr(from_ + prefix, size));
    from_ += prefix + size;
    // Moved to the front only where nothing is left, or much: most reads bring whole frames.
    constexpr std::size_t worth_moving = 64UL * 1024;
    if (from_ == held_.size() || from_ > worth_moving) {
        held_.erase(0, from_);
        from_ = 0;
    }
    return out;
}

}  // namespace tenon::host
