#include "store/database.hpp"

#include "store/completion.hpp"
#include "store/engines.hpp"

#include <future>

namespace tenon::host {

namespace {

auto ping(sql_session& session) -> result<void> {
    run(session,
        "INSERT INTO readiness (name, pings) VALUES ('host', 1) "
        "ON CONFLICT (name) DO UPDATE SET pings = readiness.pings + 1");
    return {};
}

}  // namespace

auto database::finish(std::shared_ptr<transaction_job> job) -> boost::asio::awaitable<void> {
    std::function<void(std::function<void()>)> start = [this, job](std::function<void()> resume) {
        job->on_complete(std::move(resume));
        submit(job);
    };
    co_await wait_for_signal(std::move(start));
}

void database::finish_now(const std::shared_ptr<transaction_job>& job) {
    auto done = std::make_shared<std::promise<void>>();
    job->on_complete([done] { done->set_value(); });
    submit(job);
    done->get_future().wait();
}

void database::on_announcement(std::function<void()> /*heard*/) {}

auto database::ping_write() -> boost::asio::awaitable<result<void>> {
    return as_service(access::write, ping);
}

auto database::ping_write_now() -> result<void> {
    return as_service_now(access::write, ping);
}

auto open_database(const std::string& url, const database_options& options)
    -> result<std::unique_ptr<database>> {
    constexpr std::string_view sqlite = "sqlite:";
    if (url.starts_with(sqlite) && url.size() > sqlite.size()) {
        return open_sqlite(url.substr(sqlite.size()), options);
    }
    if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
        return open_postgres(url, options);
    }
    return fail(
        errc::invalid_request,
        "the database's URL must be sqlite:PATH or postgresql://USER@HOST/NAME"
    );
}

}  // namespace tenon::host
