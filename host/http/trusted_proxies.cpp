#include "http/trusted_proxies.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace tenon::host {
namespace {

namespace ip = boost::asio::ip;

// Every address as sixteen bytes: v4 as it is mapped into v6.
using address_bytes = std::array<unsigned char, 16>;

auto parse_address(std::string_view text) -> std::optional<address_bytes> {
    if (text.starts_with('[') && text.ends_with(']')) {
        text = text.substr(1, text.size() - 2);
    }
    boost::system::error_code failed;
    const auto address = ip::make_address(std::string(text), failed);
    if (failed) {
        return std::nullopt;
    }
    return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes()
                           : address.to_v6().to_bytes();
}

auto text_of(const address_bytes& bytes) -> std::string {
    const auto address = ip::make_address_v6(bytes);
    return address.is_v4_mapped() ? ip::make_address_v4(ip::v4_mapped, address).to_string()
                                  : address.to_string();
}

}  // namespace

struct trusted_proxies::prefix {
    address_bytes bytes;
    unsigned bits;

    [[nodiscard]] auto holds(const address_bytes& address) const -> bool {
        const std::size_t whole = bits / 8;
        if (!std::equal(bytes.begin(), bytes.begin() + static_cast<long>(whole), address.begin())) {
            return false;
        }
        const unsigned rest = bits % 8;
        return rest == 0 || ((bytes[whole] ^ address[whole]) >> (8 - rest)) == 0;
    }
};

trusted_proxies::trusted_proxies(const std::vector<std::string>& prefixes) {
    for (const auto& text : prefixes) {
        const auto slash = text.find('/');
        const auto bytes = parse_address(std::string_view(text).substr(0, slash));
        const unsigned most = text.find(':') == text.npos ? 32 : 128;
        unsigned bits = most;
        bool good = bytes.has_value();
        if (good && slash != text.npos) {
            const char* end = text.data() + text.size();
            const auto read = std::from_chars(text.data() + slash + 1, end, bits);
            good = read.ec == std::errc() && read.ptr == end && bits <= most;
        }
        if (!good) {
            throw std::invalid_argument(
                "trusted_proxies: `" + text +
                "` is neither an address nor a prefix such as 10.0.0.0/8"
            );
        }
        prefixes_.push_back({*bytes, bits + (128 - most)});
    }
}

trusted_proxies::~trusted_proxies() = default;

auto trusted_proxies::trusts(std::string_view address) const -> bool {
    const auto bytes = prefixes_.empty() ? std::nullopt : parse_address(address);
    return bytes && std::any_of(prefixes_.begin(), prefixes_.end(), [&](const prefix& known) {
               return known.holds(*bytes);
           });
}

auto trusted_proxies::sender_of(std::string_view peer, bool secure, const header_fields& headers)
    const -> sender {
    sender found{std::string(peer), secure};
    if (!trusts(peer)) {
        return found;
    }
    // The rightmost word is the nearest proxy's.
    if (headers.has("x-forwarded-proto")) {
        const auto scheme = headers.find("x-forwarded-proto");
        found.secure = equal_ignoring_case(trimmed(scheme.substr(scheme.rfind(',') + 1)), "https");
    }
    const auto lines = headers.all("x-forwarded-for");
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        auto rest = *line;
        for (bool more = true; more;) {
            const auto comma = rest.rfind(',');
            more = comma != rest.npos;
            const auto address = parse_address(trimmed(more ? rest.substr(comma + 1) : rest));
            if (!address) {
                return found;
            }
            found.address = text_of(*address);
            if (!trusts(found.address)) {
                return found;
            }
            rest = more ? rest.substr(0, comma) : rest;
        }
    }
    return found;
}

}  // namespace tenon::host
