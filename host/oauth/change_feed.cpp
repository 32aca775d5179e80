#include "oauth/change_feed.hpp"

#include "base/log.hpp"
#include "oauth/token_cache.hpp"
#include "store/changes.hpp"
#include "store/database.hpp"

namespace tenon::host {
namespace {

constexpr milliseconds interval{300};

struct listener {
    std::function<void(const change&)> changed;
    std::function<void()> lost;
};

auto to_change(const change_row& row) -> change {
    switch (row.kind) {
        case change_kind::grant: return {change::subject_kind::grant, row.subject, row.generation};
        case change_kind::key: return {change::subject_kind::key, row.subject, {}};
        case change_kind::connection: break;
    }
    return {change::subject_kind::connection, row.subject, {}};
}

}  // namespace

struct change_feed::implementation {
    explicit implementation(oauth_context& shared) : context(shared) {}

    oauth_context& context;
    change_cursor cursor;
    bool started = false;
    bool watching = false;  // since the first read was begun
    bool blind = false;
    std::vector<listener> listeners;

    void tell(const change& what) {
        switch (what.kind) {
            case change::subject_kind::grant:
                forget(grant_id(what.subject), what.generation);
                break;
            case change::subject_kind::connection:
                context.cache.forget(connection_id(what.subject));
                break;
            case change::subject_kind::key: break;
        }
        for (const auto& one : listeners) {
            one.changed(what);
        }
    }

    void forget(const grant_id& grant, std::optional<std::int64_t> generation) {
        if (generation) {
            context.cache.forget_before(grant, *generation);
        } else {
            context.cache.forget(grant);
        }
    }

    void go_blind() {
        if (blind || context.cache.sight().is_clear(context.time.now())) {
            return;
        }
        blind = true;
        log(log_level::warn, "changes can't be seen: caches are bypassed");
    }

    void see_again() {
        if (!blind) {
            return;
        }
        blind = false;
        context.cache.forget_all();
        for (const auto& one : listeners) {
            one.lost();
        }
        log(log_level::info, "changes can be seen again");
    }
};

change_feed::change_feed(oauth_context& context)
    : implementation_(std::make_unique<implementation>(context)) {}

change_feed::~change_feed() = default;

void change_feed::add_listener(
    std::function<void(const change&)> changed, std::function<void()> lost
) {
    implementation_->listeners.push_back({std::move(changed), std::move(lost)});
}

auto change_feed::read() -> boost::asio::awaitable<milliseconds> {
    auto& self = *implementation_;
    const auto now = self.context.time.now();
    if (!self.watching) {
        self.watching = true;
        self.context.cache.sight().lose();  // until the first good read
    }
    const bool first = !self.started;
    auto look = [&self, now](sql_session& session) -> result<std::vector<change_row>> {
        if (!self.started) {
            self.cursor.start(session, now);
            self.started = true;
            return std::vector<change_row>();
        }
        return self.cursor.read(session, now);
    };
    auto rows = co_await self.context.db.as_service(access::read, std::move(look));
    if (rows.has_error()) {
        self.go_blind();
        co_return interval;
    }
    for (const auto& row : *rows) {
        self.tell(to_change(row));
    }
    self.see_again();
    if (first) {
        self.context.cache.forget_all();  // what was read before anybody looked
    }
    if (self.cursor.more()) {
        co_return milliseconds(0);
    }
    self.context.cache.sight().seen(now);  // as of before the read
    co_return interval;
}

}  // namespace tenon::host
