// Addresses that plugins and users name, and the references in them.
#include "fuzz.hpp"
#include "net/public_address.hpp"
#include "provider/operation.hpp"
#include "provider/origin.hpp"
#include "provider/template.hpp"

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    using namespace tenon::host;  // NOLINT: a target of that namespace
    using tenon::fuzz::must;
    const auto input = tenon::fuzz::text_of(data, size);
    if (const auto url = split(input, url_templates::refused)) {
        const auto again = split(url->origin() + url->rest, url_templates::refused);
        must(again && again->origin() == url->origin(), "an origin is what it says");
        must(again->rest == url->rest, "the rest stays the rest");
    }
    (void)split(input, url_templates::allowed);
    (void)is_address(input);
    (void)is_loopback(input);
    if (const auto host = parse_host_template(input)) {
        must(host->literals.size() == host->names.size() + 1, "names stand between literals");
    }
    operation_secrets secrets;
    secrets.access_token = secret("the-access-token");
    secrets.refresh_token = secret("the-refresh-token");
    reference_values values;
    values.secrets = &secrets;
    const auto filled = expand(input, values, template_place{});
    constexpr std::string_view kept = "the-refresh-token";
    must(
        filled.has_error() || filled->find(kept) == std::string::npos ||
            input.find(kept) != input.npos,
        "no role, no secret"
    );
    return 0;
}
