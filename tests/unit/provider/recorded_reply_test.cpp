#include "provider/recorded_reply.hpp"
#include "support/catch.hpp"
#include "unit/provider/show.hpp"

using namespace tenon::host;

namespace {

auto sample() -> recorded_reply {
    recorded_reply out;
    out.began_at = time_point(milliseconds(1'700'000'000'001));
    out.response.sent_at = time_point(milliseconds(1'700'000'000'002));
    out.response.status = 200;
    out.response.sent = request_sent::yes;
    out.response.headers = {{"a", "1"}, {"a", ""}, {"", "\xff"}};
    out.response.body = std::string("{\0}\xff", 4);
    return out;
}

}  // namespace

TEST_CASE("a recorded reply comes back as it was") {
    const auto back = parse_recorded_reply(serialize(sample()));
    REQUIRE(back);
    CHECK(back->began_at == sample().began_at);
    CHECK(back->response.sent_at == sample().response.sent_at);
    CHECK(back->response.status == 200);
    CHECK(back->response.sent == request_sent::yes);
    CHECK(back->response.outcome == transport::ok);
    CHECK(back->response.headers == sample().response.headers);
    CHECK(back->response.body == sample().response.body);
}

TEST_CASE("a recorded reply that is cut off anywhere, or longer, is refused") {
    const auto whole = serialize(sample());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CHECK(parse_recorded_reply(whole.substr(0, size)).has_error());
    }
    CHECK(parse_recorded_reply(whole + "x").has_error());
}

TEST_CASE("a recorded reply with any byte changed is refused or read, never worse") {
    const auto whole = serialize(sample());
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const int bit : {1, 0x80, 0xff}) {
            auto bytes = whole;
            bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(bit));
            const auto back = parse_recorded_reply(bytes);
            CHECK((back.has_error() || back->response.headers.size() <= 3));
        }
    }
    CHECK(parse_recorded_reply("\x02" + whole.substr(1)).has_error());
}
