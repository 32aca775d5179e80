#include "conformance/suite.hpp"

#include "base/nearest.hpp"
#include "conformance/child.hpp"
#include "conformance/expectations.hpp"
#include "crypto/hash.hpp"

#include <poll.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>

namespace tenon::host::conformance {
namespace {

using clock = std::chrono::steady_clock;

auto refuse(std::string why) -> error {
    return fail(errc::invalid_request, std::move(why));
}

auto names_of_checks() -> std::vector<std::string> {
    std::vector<std::string> out;
    for (const auto& one : all_checks()) {
        out.emplace_back(one.id);
        out.emplace_back(one.group);
    }
    return out;
}

auto seed_of(const std::string& digest) -> std::uint64_t {
    return std::stoull(digest.substr(0, 16), nullptr, 16);
}

auto load_cassettes(const options& chosen) -> result<std::vector<cassette>> {
    if (chosen.cassettes) {
        return read_cassettes(*chosen.cassettes);
    }
    auto beside = chosen.plugin;
    beside.replace_extension(".cassettes");
    std::error_code none;
    return std::filesystem::is_directory(beside, none) ? read_cassettes(beside)
                                                       : result<std::vector<cassette>>({});
}

auto make_job(const options& chosen) -> result<job> {
    std::ifstream file(chosen.plugin, std::ios::binary);
    if (!file || std::filesystem::is_directory(chosen.plugin)) {
        return refuse(chosen.plugin.string() + ": can't be read: expected a plugin, NAME.so");
    }
    job out;
    out.chosen = chosen;
    // Without a slash the loader would look for it among the system's libraries.
    out.chosen.plugin = std::filesystem::absolute(chosen.plugin);
    out.bytes.assign(std::istreambuf_iterator<char>(file), {});
    auto cassettes = load_cassettes(chosen);
    if (cassettes.has_error()) {
        return cassettes.error();
    }
    out.cassettes = std::move(*cassettes);
    out.seed = chosen.seed.value_or(seed_of(to_hex(sha256(out.bytes))));
    return out;
}

// Waits until a child has ended or the first deadline has passed, and takes what has ended.
class crew {
  public:
    explicit crew(const job& what) : what_(what) {}

    void start(const check& about, check_result& into) {
        running_.push_back({std::make_unique<child>(about, what_), &into});
    }
    [[nodiscard]] auto size() const -> std::size_t { return running_.size(); }
    void wait();

  private:
    struct entry {
        std::unique_ptr<child> process;
        check_result* into;
    };
    const job& what_;
    std::vector<entry> running_;
};

void crew::wait() {
    std::vector<pollfd> watched;
    auto first = clock::time_point::max();
    for (const auto& one : running_) {
        watched.push_back({one.process->descriptor(), POLLIN, 0});
        first = std::min(first, one.process->ends_at());
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(first - clock::now()).count();
    (void)::poll(watched.data(), watched.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
    for (std::size_t i = watched.size(); i-- > 0;) {
        const auto one = running_.begin() + static_cast<std::ptrdiff_t>(i);
        if ((watched[i].revents & POLLIN) == 0 && clock::now() < one->process->ends_at()) {
            continue;
        }
        if ((watched[i].revents & POLLIN) == 0) {
            one->process->kill();
        }
        *one->into = one->process->result();
        running_.erase(one);
    }
}

auto find_result(std::vector<check_result>& all, const std::string& id) -> check_result* {
    const auto found =
        std::ranges::find_if(all, [&](const check_result& one) { return one.about->id == id; });
    return found == all.end() ? nullptr : &*found;
}

// Skipped in favour of another check that found nothing either (or did not run): then it is this
// one's failure after all.
void settle_blocks(std::vector<check_result>& all) {
    for (auto& one : all) {
        const check_result* by = &one;
        std::size_t hops = 0;
        while (by != nullptr && !by->blocked_by.empty() && ++hops <= all.size()) {
            by = find_result(all, by->blocked_by);
        }
        if (!one.blocked_by.empty() && (by == nullptr || !by->went_wrong())) {
            one.what = verdict::failed;
            one.details.push_back("it breaks " + one.blocked_by + ", here alone");
        }
    }
    for (auto& one : all) {
        if (one.what == verdict::skipped && !one.blocked_by.empty()) {
            one.details.insert(one.details.begin(), "see " + one.blocked_by);
        }
    }
}

}  // namespace

auto choose_checks(const std::vector<std::string>& only) -> result<std::vector<const check*>> {
    std::vector<const check*> out;
    for (const auto& name : only) {
        const auto known = names_of_checks();
        if (std::ranges::find(known, name) == known.end()) {
            const auto near = nearest_match(name, known);
            return refuse(
                "no check or group '" + name + "'" +
                (near.empty() ? ": --list shows them" : ": did you mean '" + near + "'?")
            );
        }
    }
    for (const auto& one : all_checks()) {
        const bool named = std::ranges::any_of(only, [&](const std::string& name) {
            return name == one.id || name == one.group;
        });
        if (only.empty() || named) {
            out.push_back(&one);
        }
    }
    return out;
}

auto run_suite(const options& chosen) -> result<report> {
    const auto checks = choose_checks(chosen.only);
    if (checks.has_error()) {
        return checks.error();
    }
    const auto what = make_job(chosen);
    if (what.has_error()) {
        return what.error();
    }
    auto expected = chosen.expected ? read_expectations(*chosen.expected) : expectations{};
    if (expected.has_error()) {
        return expected.error();
    }
    report out;
    out.plugin = chosen.plugin.filename().string();
    out.digest = to_hex(sha256(what->bytes));
    out.seed = what->seed;
    out.results.resize(checks->size());
    const auto began = clock::now();
    crew workers(*what);
    for (std::size_t next = 0; next < checks->size() || workers.size() != 0;) {
        while (next < checks->size() && workers.size() < std::max(chosen.jobs, 1U)) {
            out.results[next].about = (*checks)[next];
            workers.start(*(*checks)[next], out.results[next]);
            ++next;
        }
        workers.wait();
    }
    settle_blocks(out.results);
    mark_expected(*expected, out);
    out.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);
    return out;
}

}  // namespace tenon::host::conformance
