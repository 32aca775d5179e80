// What a plugin hands out: every field as it likes, sizes and counts included. Memory that it says
// is there is there, for nobody could tell.
#include "fuzz.hpp"
#include "provider/action.hpp"

#include <tenon/operation.h>

#include <array>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace {

class plugin {
  public:
    explicit plugin(std::string_view input) : input_(input) {}

    auto action() -> tenon_action {
        tenon_action made{};
        made.struct_size = sizeof made;
        made.kind = number() % 8;
        const auto set = number();  // a wrong pointer too, at times
        made.http = (made.kind == TENON_ACTION_HTTP) != is(set, 7) ? request() : nullptr;
        made.call = (made.kind == TENON_ACTION_CALL) != is(set, 6) ? call() : nullptr;
        made.result = (made.kind == TENON_ACTION_DONE) != is(set, 5) ? result() : nullptr;
        made.error = (made.kind == TENON_ACTION_FAIL) != is(set, 4) ? error() : nullptr;
        made.sleep_ms = big_number();
        made.reserved = is(set, 3) ? 1U : 0U;
        return made;
    }

  private:
    static auto is(std::uint32_t set, unsigned bit) -> bool { return (set >> bit & 1U) != 0; }

    auto number() -> std::uint32_t {
        if (input_.empty()) {
            return 0;
        }
        const auto byte = static_cast<unsigned char>(input_.front());
        input_.remove_prefix(1);
        return byte;
    }
    auto big_number() -> std::uint32_t {
        const auto shift = number() % 32;
        return number() << shift;
    }

    // A copy of its own, so that a byte read behind its end is noticed.
    auto text() -> tenon_str {
        const auto wanted = number();
        if (wanted == 255) {
            return {nullptr, big_number()};
        }
        const auto size = std::min<std::size_t>(wanted, input_.size());
        auto copy = std::make_unique<char[]>(size);  // NOLINT(modernize-avoid-c-arrays): exact size
        std::memcpy(copy.get(), input_.data(), size);
        input_.remove_prefix(size);
        texts_.push_back(std::move(copy));
        return {texts_.back().get(), size};
    }

    auto pairs() -> tenon_kvs {
        const auto count = number();
        if (count > 250) {
            return {nullptr, count};
        }
        std::vector<tenon_kv> items(count % 5);
        for (auto& item : items) {
            item = {};
            item.key = text();
            item.value = text();
            item.flags = number();
        }
        pairs_.push_back(std::move(items));
        return {pairs_.back().data(), pairs_.back().size()};
    }

    // As large as any struct may be, whatever size it states.
    template <class T>
    auto keep(T made) -> const T* {
        auto block = std::make_unique<block_type>();
        block->fill(0);
        made.struct_size = number() < 200 ? std::uint32_t{sizeof made} : big_number();
        std::memcpy(block->data(), &made, sizeof made);
        blocks_.push_back(std::move(block));
        return reinterpret_cast<const T*>(blocks_.back()->data());
    }

    auto request() -> const tenon_http_request* {
        tenon_http_request made{};
        made.flags = number();
        made.method = text();
        made.url = text();
        made.path_params = pairs();
        made.query = pairs();
        made.form = pairs();
        made.json = pairs();
        made.headers = pairs();
        made.body = text();
        made.timeout_ms = big_number();
        return keep(made);
    }
    auto call() -> const tenon_call* {
        tenon_call made{};
        made.reserved = number();
        made.id = text();
        made.args = pairs();
        return keep(made);
    }
    auto grant() -> const tenon_grant* {
        if (number() == 255) {
            return nullptr;
        }
        tenon_grant made{};
        made.slot = text();
        made.account_id = text();
        made.access_token = text();
        made.refresh_token = text();
        made.metadata_json = text();
        made.expires_at_ms = static_cast<std::int64_t>(big_number()) << number() % 32;
        return keep(made);
    }
    auto result() -> const tenon_result* {
        tenon_result made{};
        std::vector<const tenon_grant*> grants(number() % 4);
        for (auto& one : grants) {
            one = grant();
        }
        lists_.push_back(std::move(grants));
        made.grants = number() == 255 ? nullptr : lists_.back().data();
        made.grant_count = static_cast<std::uint32_t>(lists_.back().size());
        made.authorize = number() > 200 ? request() : nullptr;
        made.fields = pairs();
        return keep(made);
    }
    auto error() -> const tenon_error* {
        tenon_error made{};
        made.category = number();
        made.retry_after_ms = big_number();
        made.code = text();
        made.message = text();
        made.details = pairs();
        return keep(made);
    }

    using block_type = std::array<char, TENON_MAX_STRUCT>;
    std::string_view input_;
    std::deque<std::unique_ptr<char[]>> texts_;  // NOLINT(modernize-avoid-c-arrays): exact size
    std::deque<std::vector<tenon_kv>> pairs_;
    std::deque<std::vector<const tenon_grant*>> lists_;
    std::deque<std::unique_ptr<block_type>> blocks_;
};

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    using namespace tenon::host;  // NOLINT: a target of that namespace
    const auto input = tenon::fuzz::text_of(data, size);
    const auto kind = static_cast<operation_kind>(input.empty() ? 0 : input.front() & 7);
    plugin hostile(input.substr(input.empty() ? 0 : 1));
    const auto action = hostile.action();
    const auto read = read_action(action, kind);
    if (const auto* broken = std::get_if<broken_action>(&read)) {
        tenon::fuzz::must(!broken->what.empty(), "a refusal has a reason");
    }
    if (const auto* done = std::get_if<done_action>(&read)) {
        for (const auto& one : done->output.grants) {
            tenon::fuzz::must(!one.access_token.empty(), "a grant has a token");
        }
    }
    return 0;
}
