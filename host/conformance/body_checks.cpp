// Robustness: bodies that are no bodies.
#include "conformance/groups.hpp"
#include "conformance/misfortune.hpp"

#include "base/json.hpp"

#include <array>
#include <ctime>
#include <nlohmann/json.hpp>

namespace tenon::host::conformance {
namespace {

using nlohmann::json;

auto grants(operation_kind kind) -> bool {
    return kind == operation_kind::exchange || kind == operation_kind::refresh;
}

auto repeated(std::string_view text, std::size_t times) -> std::string {
    std::string out;
    out.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
        out += text;
    }
    return out;
}

// `ask` plays whatever bodies it likes at each request of each sample that goes well.
using body_player = std::function<performance(std::string body)>;
using body_question =
    std::function<void(const sample&, const std::string& body, const body_player&, findings&)>;

void each_body(const job& about, findings& found, const body_question& ask) {
    each_sample(about, found, [&](const subject& whose, const sample& one, findings& into) {
        const auto count = requests_of(whose, one);
        for (std::size_t at = 0; at < count && !one.answers.empty(); ++at) {
            const auto good = answers_of(one)({}, at);
            const auto player = [&, at](std::string body) {
                auto response = good;
                response.body = std::move(body);
                return play(whose, call_of(whose, one), instead(one, at, response));
            };
            ask(one, good.body, player, into);
        }
    });
}

void truncated(const job& about, findings& found) {
    const std::size_t step = about.chosen.quick ? 7 : 1;
    each_body(
        about, found,
        [step](const auto& one, const auto& body, const auto& with, auto& into) {
            for (std::size_t size = 0; size < body.size(); size += step) {
                const auto cut = body.substr(0, size);
                const auto run = with(cut);
                if (grants(one.kind) && run.done() != nullptr && check_json(cut).has_error()) {
                    into.fail(
                        "an answer that is cut off after " + std::to_string(size) +
                        " bytes is taken"
                    );
                }
            }
        }
    );
}

void deep(const job& about, findings& found) {
    constexpr std::size_t depth = 10'000;
    each_body(about, found, [](const auto&, const auto& body, const auto& with, auto&) {
        const auto arrays = repeated("[", depth) + repeated("]", depth);
        const auto objects = repeated(R"({"a":)", depth) + "1" + repeated("}", depth);
        for (const auto& nested :
             {arrays, objects, repeated("[", depth), repeated(R"({"data":)", depth)}) {
            (void)with(nested);
            (void
            )with(R"({"deep":)" + nested + "," + (body.starts_with('{') ? body.substr(1) : "}"));
        }
    });
}

// Each value of the tree in turn, as another type.
void retype(json& root, json& at, const body_player& with) {
    for (const auto* text : {"null", "true", "7", "-1.5e300", "\"text\"", "[]", "{}", "[[]]"}) {
        auto kept = std::exchange(at, json::parse(text));
        (void)with(root.dump());
        at = std::move(kept);
    }
    if (at.is_structured()) {
        for (auto& inner : at) {
            retype(root, inner, with);
        }
    }
}

void wrong_types(const job& about, findings& found) {
    each_body(about, found, [](const auto&, const auto& body, const auto& with, auto&) {
        auto parsed = parse_json(body);
        if (parsed.has_value()) {
            retype(*parsed, *parsed, with);
        }
    });
}

void odd_bytes(const job& about, findings& found) {
    // NOLINTBEGIN(misc-misleading-bidirectional): what misleads is one of them
    constexpr std::array<std::string_view, 9> odd{"\xff\xfe", "\xc0\xaf",         "\xed\xa0\x80",
                                                  "\\u0000",  "\\ud800",          "\\",
                                                  "\x01",     "\xf0\x9f\x98\x80", "\xe2\x80\xae"};
    // NOLINTEND(misc-misleading-bidirectional)
    each_body(about, found, [&](const auto&, const auto& body, const auto& with, auto&) {
        (void)with("\xef\xbb\xbf" + body);
        (void)with(std::string("\0", 1) + body);
        (void)with(body + body);
        if (body.starts_with('{') && body.size() > 2) {
            (void)with(body.substr(0, body.size() - 1) + "," + body.substr(1));
        }
        // Into each text of it.
        for (auto at = body.find(":\""); at != std::string::npos; at = body.find(":\"", at + 2)) {
            for (const auto text : odd) {
                auto changed = body;
                (void)with(changed.insert(at + 2, text));
            }
            auto changed = body;
            (void)with(changed.insert(at + 2, 1, '\0'));
        }
    });
}

auto cpu_seconds() -> double {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void large(const job& about, findings& found) {
    constexpr std::size_t bytes = 256UL * 1024;
    constexpr double most = 2;
    each_body(about, found, [](const auto&, const auto& body, const auto& with, auto& into) {
        const auto rest = body.starts_with('{') ? body.substr(1) : std::string("}");
        for (const auto& filling :
             {"\"" + std::string(bytes, 'x') + "\"", "[" + repeated("0,", bytes / 2) + "0]",
              "{" + repeated(R"("a":{},)", bytes / 7) + R"("b":0})"}) {
            const auto began = cpu_seconds();
            (void)with(R"({"filling":)" + filling + "," + rest);
            if (cpu_seconds() - began > most) {
                into.fail("an answer of a quarter of a MiB takes more than two seconds of CPU time"
                );
            }
        }
    });
}

}  // namespace

auto body_checks() -> check_list {
    constexpr auto must = severity::must;
    return {
        {"truncated-bodies", "robustness", must, "RFC 8259 2",
         "a token answer that is cut off anywhere is a failure",
         "half a token would be stored as a whole one", "use a parser that reads to the end",
         truncated},
        {"deep-nesting", "robustness", must, "RFC 8259 9",
         "bodies that are nested 10,000 deep are survived", "a recursion as deep ends the host",
         "bound the depth: the SDK's JSON does", deep},
        {"wrong-types", "robustness", must, "RFC 8259 3", "every member may be of any type",
         "providers change shapes without saying so",
         "ask for members by the type that is needed, and take their absence", wrong_types},
        {"odd-bytes", "robustness", must, "RFC 8259 4, 7, 8",
         "repeated members, NULs, lone surrogates and bytes that are no UTF-8 are survived, and "
         "nothing of the kind is handed out",
         "the host refuses texts that are not UTF-8 without NUL",
         "use the SDK's JSON, or check what is copied", odd_bytes},
        {"large-bodies", "robustness", must, "base.h: TENON_MAX_BODY",
         "a quarter of a MiB is read in a moment",
         "a step runs on the host's loop, and all wait for it",
         "read it once; avoid what grows with the square of its length", large}};
}

}  // namespace tenon::host::conformance
