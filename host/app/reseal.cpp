#include "app/reseal.hpp"

#include "base/log.hpp"
#include "oauth/sealing.hpp"
#include "store/keyring_rows.hpp"

namespace tenon::host {
namespace {

constexpr std::size_t batch = 200;

auto count_to_do(database& db, const std::string& current) -> result<std::int64_t> {
    return db.as_service_now(access::read, [current](sql_session& session) -> result<std::int64_t> {
        return count_sealed(session) - count_sealed_with(session, current);
    });
}

void reseal_one(
    sql_session& session, const sealer& seal, const sealed_value& value, reseal_progress& progress
) {
    auto plain = open_from(seal, value.org, row_of(value), value.column, value.sealed);
    if (plain.has_error()) {
        ++progress.unreadable;
        log(log_level::warn, "value not resealed",
            {{log_key::path, field_of(value.column)}, {log_key::detail, plain.error().message}});
        return;
    }
    const auto anew = seal_for(seal, value.org, row_of(value), value.column, plain->reveal());
    ++(replace_sealed(session, value, anew) ? progress.resealed : progress.overtaken);
}

// One batch of one column; `after` moves on. True while there may be more.
auto reseal_batch(
    database& db, const sealer& seal, sealed_column column, std::optional<sealed_value>& after,
    reseal_progress& progress
) -> result<bool> {
    const std::string current(seal.current_key_id());
    auto next = progress;
    auto done = db.as_service_now(
        access::write,
        [&](sql_session& session) -> result<std::optional<sealed_value>> {
            auto values = sealed_values_not_of(session, column, current, after, batch);
            for (const auto& value : values) {
                reseal_one(session, seal, value, next);
            }
            return values.size() < batch ? std::nullopt : std::optional(std::move(values.back()));
        }
    );
    if (done.has_error()) {
        return done.error();
    }
    progress = next;
    after = std::move(*done);
    return after.has_value();
}

}  // namespace

auto reseal(
    database& db, const sealer& seal, const std::function<void(const reseal_progress&)>& told
) -> result<reseal_progress> {
    reseal_progress progress;
    auto total = count_to_do(db, std::string(seal.current_key_id()));
    if (total.has_error()) {
        return total.error();
    }
    progress.total = *total;
    told(progress);
    for (const auto column : all_sealed_columns()) {
        std::optional<sealed_value> after;
        for (bool more = true; more;) {
            auto done = reseal_batch(db, seal, column, after, progress);
            if (done.has_error()) {
                return done.error();
            }
            more = *done;
            told(progress);
        }
    }
    return progress;
}

}  // namespace tenon::host
