// What a provider would say: recorded, or as the RFCs have it.
#pragma once

#include "conformance/job.hpp"
#include "provider/descriptor.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tenon::host::conformance {

struct cassette_request {
    std::string method, url;
};

// One operation that goes well, or is refused where `succeeds` says so.
struct sample {
    std::string name;  // the cassette's, or `by the RFCs`
    operation_kind kind = operation_kind::profile;
    std::string slot;
    std::map<std::string, std::string> params;
    std::vector<outbound_response> answers;  // of its requests in turn; the last one again for more
    std::vector<cassette_request> requests;  // as recorded
    bool is_recorded = false;                // it is a cassette's
    std::string outcome;                     // as recorded; empty: not told
    bool succeeds = true;
};

// Texts that are secret and can't be there by accident: every one begins with the run's own prefix.
class canaries {
  public:
    explicit canaries(std::uint64_t seed);
    [[nodiscard]] auto prefix() const -> const std::string& { return prefix_; }
    [[nodiscard]] auto of(std::string_view name) const -> std::string;
    // `REDACTED_x` -> the canary x, everywhere.
    [[nodiscard]] auto put_into(std::string text) const -> std::string;

  private:
    std::string prefix_;
};

// What RFC 6749 5.1, OpenID Connect and RFC 7009 would have a provider answer to this operation.
[[nodiscard]] auto plain_sample(operation_kind kind, std::string slot, const canaries& hidden)
    -> sample;
[[nodiscard]] auto recorded_sample(const cassette& from, const canaries& hidden) -> sample;

}  // namespace tenon::host::conformance
