// Robustness: whatever comes to chance's mind.
#include "conformance/groups.hpp"
#include "conformance/last_words.hpp"
#include "conformance/misfortune.hpp"

#include <array>

namespace tenon::host::conformance {
namespace {

// splitmix64: small, and the same everywhere.
class chance {
  public:
    explicit chance(std::uint64_t seed) : state_(seed) {}
    auto next() -> std::uint64_t {
        state_ += 0x9e3779b97f4a7c15ULL;
        auto z = state_;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31U);
    }
    auto below(std::size_t limit) -> std::size_t { return limit == 0 ? 0 : next() % limit; }

  private:
    std::uint64_t state_;
};

constexpr std::array<std::string_view, 20> pieces{
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "-1",
    "1e999",
    "\\u0000",
    "\\ud83d",
    "\xff",
    "{\"error\":",
    "\"error\":\"invalid_grant\",",
    "\"ok\":false,",
    "\"access_token\":",
    ",",
    "\"",
    "}",
    "[",
    "99999999999999999999",
    "\n"};

auto bent(std::string body, chance& by) -> std::string {
    for (auto times = 1 + by.below(4); times > 0; --times) {
        const auto at = by.below(body.size() + 1);
        switch (by.below(5)) {
            case 0: body.insert(at, pieces.at(by.below(pieces.size()))); break;
            case 1: body.erase(at, 1 + by.below(8)); break;
            case 2: body.insert(at, body.substr(by.below(body.size() + 1), by.below(40))); break;
            case 3:
                if (at < body.size()) {
                    body[at] = static_cast<char>(by.next());
                }
                break;
            default: body.resize(at); break;
        }
    }
    return body;
}

auto fuzzed(const outbound_response& good, chance& by) -> outbound_response {
    auto out = good;
    constexpr std::array<std::uint32_t, 8> statuses{200, 200, 200, 204, 400, 401, 403, 500};
    out.status = statuses.at(by.below(statuses.size()));
    out.body = bent(good.body, by);
    switch (by.below(12)) {
        case 0: out = lost(static_cast<transport>(1 + by.below(7))); break;
        case 1: out.headers.emplace_back("retry-after", bent("120", by)); break;
        case 2: out.headers.emplace_back("date", bent("Tue, 15 Nov 1994 08:12:31 GMT", by)); break;
        default: break;
    }
    return out;
}

void play_case(const subject& whose, const sample& one, std::uint64_t seed) {
    chance by(seed);
    const auto usual = answers_of(one);
    (void)play(whose, call_of(whose, one), [&](const http_action& request, std::size_t at) {
        return fuzzed(usual(request, at), by);
    });
}

void fuzz_answers(const job& about, findings& found) {
    const opened_plugin plugin(about.chosen.plugin);
    const auto subjects = subjects_of(plugin, about);
    const auto cases = about.chosen.one_case ? 1 : about.rounds(3000);
    for (std::size_t i = 0; i < cases; ++i) {
        const auto seed = about.seed + i;
        const auto note = "reproduce with --reproduce " + std::to_string(seed);
        note_for_crashes(note);
        chance by(seed ^ 0x5eedULL);
        const auto& whose = subjects.at(by.below(subjects.size()));
        const auto& one = whose.samples.at(by.below(whose.samples.size()));
        try {
            play_case(whose, one, seed);
        } catch (const blocked& broken) {
            found.at(whose.name + " " + std::string(name_of(one.kind)));
            found.fail(std::string(broken.what()) + " (" + broken.by() + "); " + note);
        }
    }
}

}  // namespace

auto fuzz_checks() -> check_list {
    return {
        {"fuzz-answers", "robustness", severity::must, "PLUGIN-ABI: conformance",
         "random answers are survived, and every contract holds meanwhile",
         "what a provider may answer is not for the plugin to choose",
         "--reproduce SEED runs the one case again, under a debugger if need be", fuzz_answers}};
}

}  // namespace tenon::host::conformance
