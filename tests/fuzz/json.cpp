// JSON from outside, as the host and as plugins read it.
#include "base/json.hpp"
#include "api/body_fields.hpp"
#include "fuzz.hpp"

#include <nlohmann/json.hpp>
#include <tenon/sdk/json.hpp>

namespace {

void walk(const tenon::json& value, int depth) {
    tenon::fuzz::must(depth <= 65, "64 containers, and what is in the last one");
    (void)value.text();
    (void)value.id();
    (void)value.as_int64();
    (void)value.as_bool();
    (void)value["id"].text();
    for (const auto& item : value.items()) {
        (void)item.name();
        walk(item, depth + 1);
    }
}

void read_body(std::string_view input) {
    auto body = tenon::host::body_fields::parse(input);
    if (body.has_error()) {
        return;
    }
    (void)body->required_text("a");
    (void)body->flag("a", true);
    (void)body->time("a");
    (void)body->texts("a");
    (void)body->text_map("a");
    (void)body->objects("a");
    (void)body->checked();
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    using tenon::fuzz::must;
    const auto input = tenon::fuzz::text_of(data, size);
    const auto parsed = tenon::host::parse_json(input);
    const bool storable = tenon::host::check_json(input).has_value();
    must(!storable || parsed.has_value(), "what may be stored can be read");
    if (parsed.has_value()) {
        must(
            tenon::host::parse_json(parsed->dump()).value() == *parsed, "written, it reads the same"
        );
    }
    const tenon::json_document document(input);
    // The other way round they differ: numbers stay text there, and half a surrogate pair is read.
    must(document.valid() || parsed.has_error(), "plugins read what the host reads");
    walk(document.root(), 1);
    read_body(input);
    return 0;
}
