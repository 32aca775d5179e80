// Operations of providers, as metrics and the log tell of them.
#include "oauth/operations.hpp"

#include "support/catch.hpp"

namespace tenon::host {
namespace {

auto unavailable(transport outcome) -> operation_failure {
    operation_failure made;
    made.category = failure_category::unavailable;
    made.outcome = outcome;
    return made;
}

TEST_CASE("of a provider that was not available it is told what became of the last request") {
    CHECK(ended_as(unavailable(transport::timeout)) == "timeout");
    CHECK(ended_as(unavailable(transport::dns)) == "dns");
    CHECK(ended_as(unavailable(transport::connect)) == "unreachable");
    CHECK(ended_as(unavailable(transport::tls)) == "tls");
    CHECK(ended_as(unavailable(transport::reset)) == "reset");
    CHECK(ended_as(unavailable(transport::cancelled)) == "unavailable");
    auto failure = unavailable(transport::ok);
    CHECK(ended_as(failure) == "unavailable");  // no request was made
    failure.http_status = 502;
    CHECK(ended_as(failure) == "http_5xx");
    failure.code = "deadline";
    CHECK(ended_as(failure) == "timeout");
    failure = unavailable(transport::connect);
    failure.circuit_open = true;
    CHECK(ended_as(failure) == "circuit_open");
}

TEST_CASE("what a provider refused is told by its kind, whatever its status") {
    auto failure = unavailable(transport::ok);
    failure.http_status = 500;
    failure.category = failure_category::revoked;
    CHECK(ended_as(failure) == "revoked");
    failure.category = failure_category::rate_limited;
    CHECK(ended_as(failure) == "rate_limited");
}

}  // namespace
}  // namespace tenon::host
