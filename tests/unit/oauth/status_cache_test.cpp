#include "oauth/status_cache.hpp"

#include "support/catch.hpp"

#include <thread>

namespace tenon::host {
namespace {

const org_id org{"org"};
const user_id alice{"alice"};
constexpr time_point noon{milliseconds(1'000'000)};

auto read_at(const change_marks& marks, std::size_t views = 1)
    -> std::shared_ptr<const cached_status> {
    cached_status status;
    status.views.resize(views);
    status.depends_on = {"connection-1", "grant-1"};
    status.read_at_mark = marks.now();
    status.read_at = noon;
    return std::make_shared<const cached_status>(std::move(status));
}

}  // namespace

TEST_CASE("a status is remembered for a second, for its user alone") {
    change_marks marks;
    status_cache cache(marks);
    cache.put(org, alice, read_at(marks));
    CHECK(cache.find(org, alice, noon) != nullptr);
    CHECK(cache.find(org, alice, noon + milliseconds(999)) != nullptr);
    CHECK(cache.find(org, alice, noon + milliseconds(1'000)) == nullptr);
    CHECK(cache.find(org, alice, noon - milliseconds(1)) == nullptr);
    CHECK(cache.find(org, user_id("bob"), noon) == nullptr);
    CHECK(cache.find(org_id("other"), alice, noon) == nullptr);
}

TEST_CASE("a change of anything that a status is made of makes it forgotten") {
    change_marks marks;
    status_cache cache(marks);
    const auto before = read_at(marks);
    SECTION("the connection") {
        marks.touch("connection-1");
    }
    SECTION("the grant") {
        marks.touch("grant-1");
    }
    SECTION("which connections the user has") {
        marks.touch(org, alice);
    }
    SECTION("everything") {
        marks.touch_everything();
    }
    cache.put(org, alice, before);  // a reader that is late
    CHECK(cache.find(org, alice, noon) == nullptr);
    cache.put(org, alice, read_at(marks));
    CHECK(cache.find(org, alice, noon) != nullptr);
    marks.touch("something else");
    CHECK(cache.find(org, alice, noon) != nullptr);
}

TEST_CASE("a status with very many connections is not remembered") {
    change_marks marks;
    status_cache cache(marks);
    cache.put(org, alice, read_at(marks, status_cache::most_views + 1));
    CHECK(cache.find(org, alice, noon) == nullptr);
}

TEST_CASE("of many who touch at once, the latest moment stays") {
    change_marks marks;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&marks] {
            for (int n = 0; n < 10'000; ++n) {
                const auto before = marks.now();
                marks.touch("grant-1");
                if (!marks.touched_since("grant-1", before)) {
                    std::abort();
                }
            }
        });
    }
    threads.clear();
    CHECK(marks.touched_since("grant-1", marks.now() - 1));
    CHECK_FALSE(marks.touched_since("grant-1", marks.now()));
}

}  // namespace tenon::host
