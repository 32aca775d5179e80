// Request targets, queries and forms.
#include "base/url.hpp"
#include "base/utf8.hpp"
#include "fuzz.hpp"
#include "http/request.hpp"
#include "http/target.hpp"

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    using namespace tenon::host;  // NOLINT: a target of that namespace
    using tenon::fuzz::must;
    const auto input = tenon::fuzz::text_of(data, size);
    request into;
    if (parse_target(input, into).has_value()) {
        for (const auto& segment : into.segments) {
            must(is_text(segment), "a segment is text");
        }
    }
    parameter_list form;
    if (parse_parameters(input, form).has_value()) {
        must(form.size() <= 256, "a form has 256 parameters at most");
        for (const auto& [name, value] : form) {
            must(is_text(name) && is_text(value), "a parameter is text");
        }
        parameter_list again;
        const auto written = with_query("", form);
        must(
            form.empty() ||
                (parse_parameters(written.substr(1), again).has_value() && again == form),
            "what is written again reads the same"
        );
    }
    const auto plain = percent_decode(input, plus_sign::literal);
    if (plain && is_text(*plain)) {
        must(
            percent_decode(percent_encode(*plain), plus_sign::literal) == plain,
            "what is encoded decodes to itself"
        );
    }
    return 0;
}
