#include "user.hpp"

#include "oauth/callback.hpp"
#include "oauth/confirm.hpp"
#include "oauth/connect.hpp"
#include "oauth/disconnect.hpp"
#include "support/simulator/in_process_http.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace tenon::simulation {
auto user::provider() const -> std::string {
    return what_.rotating ? "rotating" : "plain";
}

auto user::account() const -> std::string {
    return "u" + std::to_string(what_.account + 1);
}

auto user::who() const -> host::actor {
    host::actor by;
    by.org = host::org_id("org");
    by.user = host::user_id("user-" + std::to_string(what_.user));
    by.name = "client";
    return by;
}

auto user::name() const -> std::string {
    return std::to_string(what_.user) + '/' + provider() + '/' + account();
}

auto user::someone(int first) const -> std::optional<std::size_t> {
    const auto count = all_->machines_.size();
    for (std::size_t i = 0; i < count; ++i) {
        const auto which = (static_cast<std::size_t>(first) + i) % count;
        if (all_->machines_[which]->running) {
            return which;
        }
    }
    return std::nullopt;
}

void user::note_return() const {
    auto& connection = all_->connections_[name()];
    connection.left_at.reset();
    connection.returned_at = all_->all_.time.now();
    ++connection.open_returns;
}

void user::spawn(std::size_t at, boost::asio::awaitable<void> work) const {
    boost::asio::co_spawn(
        all_->machines_[at]->running->executor(), std::move(work), boost::asio::detached
    );
}

void user::begin() const {
    for (int times = what_.twice ? 2 : 1; times > 0; --times) {
        const auto at = someone(what_.host);
        if (!at) {
            return;
        }
        all_->all_.tell(*at, "user " + name() + " wants to " + name_of(what_.kind));
        switch (what_.kind) {
            case act_kind::connect: spawn(*at, connect(*this, *at)); return;
            case act_kind::read: spawn(*at, read(*this, *at)); break;
            case act_kind::refresh: spawn(*at, refresh(*this, *at)); break;
            case act_kind::disconnect: spawn(*at, disconnect(*this, *at)); break;
        }
    }
}

auto user::connect(user self, std::size_t at) -> boost::asio::awaitable<void> {
    host::connect_request request;
    request.by = self.who();
    request.provider = host::provider_id(self.provider());
    request.redirect_url = "http://127.0.0.1:3000/done";
    request.confirm = self.what_.confirm;
    auto& context = self.all_->machines_[at]->running->context;
    auto beginning = host::begin_connect(context, std::move(request));
    auto begun = co_await std::move(beginning);
    if (begun.has_value()) {
        auto& time = self.all_->all_.time;
        time.after(self.all_->all_.chance.span(100, 2'000), [self, url = begun->auth_url] {
            self.consent(url);
        });
    }
}

void user::consent(const std::string& url) const {
    const auto come = sim::visit(
        all_->house_.stage_of(url), url + "&login_hint=" + account(), all_->all_.time.now()
    );
    for (int times = what_.twice ? 2 : 1; times > 0; --times) {
        come_back(come.items());
    }
}

void user::come_back(const std::vector<std::pair<std::string, std::string>>& params) const {
    all_->all_.time.after(all_->all_.chance.span(1, 300), [self = *this, params] {
        if (const auto at = self.someone(self.what_.other_host)) {
            self.note_return();
            self.all_->all_.tell(*at, "user " + self.name() + " comes back");
            self.spawn(*at, finish(self, *at, params));
        }
    });
}

auto user::finish(
    user self, std::size_t at, std::vector<std::pair<std::string, std::string>> params
) -> boost::asio::awaitable<void> {
    host::callback_request request;
    request.provider = host::provider_id(self.provider());
    request.params = std::move(params);
    auto& context = self.all_->machines_[at]->running->context;
    auto finishing = host::finish_connect(context, std::move(request));
    auto done = co_await std::move(finishing);
    --self.all_->connections_[self.name()].open_returns;
    if (done.has_error()) {
        co_return;
    }
    self.all_->all_.tell(at, "user " + self.name() + " is sent on: " + done->location);
    const auto& location = done->location;
    const sim::parameters told(std::string_view(location).substr(location.find('?') + 1));
    if (told.get("status") != "confirm") {
        co_return;
    }
    auto& time = self.all_->all_.time;
    time.after(milliseconds(500), [self, code = told.get("confirmation")] {
        if (const auto there = self.someone(self.what_.host)) {
            self.note_return();
            self.spawn(*there, confirm(self, *there, code));
        }
    });
}

auto user::confirm(user self, std::size_t at, std::string code) -> boost::asio::awaitable<void> {
    auto& context = self.all_->machines_[at]->running->context;
    auto confirming = host::confirm_connection(context, self.who(), std::move(code));
    [[maybe_unused]] auto done = co_await std::move(confirming);
    --self.all_->connections_[self.name()].open_returns;
}

auto user::read(user self, std::size_t at) -> boost::asio::awaitable<void> {
    auto& chronicle = self.all_->all_;
    auto& tokens = self.all_->machines_[at]->running->tokens;
    host::token_request request;
    request.org = self.who().org;
    request.user = self.who().user;
    request.which = {host::provider_id(self.provider()), self.account()};
    request.minimum_lifetime = std::chrono::seconds(chronicle.chance.pick({0, 60, 60, 3'000}));
    const auto begun = chronicle.time.now();
    if (auto at_once = tokens.cached(request)) {
        self.check_read(at, *at_once, begun);
        co_return;
    }
    auto reading = tokens.read(std::move(request));
    auto answer = co_await std::move(reading);
    self.check_read(at, answer, begun);
}

void user::check_read(
    std::size_t at, const host::result<host::token_answer>& answer, time_point begun
) const {
    auto& chronicle = all_->all_;
    chronicle.tell(
        at, "user " + name() + " is told " +
                std::string(answer ? "a token" : host::code_of(answer.error().code))
    );
    if (answer.has_error()) {
        return;
    }
    const auto here = all_->machines_[at]->clock.now();
    if (answer->expires_at && *answer->expires_at <= here && chronicle.clocks_agree) {
        chronicle.violated("a read was answered with a token that is dead");
    }
    const auto left_at = all_->connections_[name()].left_at;
    // A host that stood still did not see him go.
    const auto until = chronicle.time.now() - patience;
    const bool saw = all_->machines_[at]->frozen_until < until;
    if (left_at && *left_at < until && saw && chronicle.clocks_agree) {
        chronicle.violated("a read was answered a second after the user had disconnected");
    }
    const std::string token(answer->access_token.reveal());
    all_->watch_.check_answer({provider(), account()}, answer->generation, token, begun);
}

auto user::refresh(user self, std::size_t at) -> boost::asio::awaitable<void> {
    auto& refresh = self.all_->machines_[at]->running->refresh;
    auto refreshing = refresh.refresh_connection(
        self.who(), {host::provider_id(self.provider()), self.account()}
    );
    [[maybe_unused]] auto done = co_await std::move(refreshing);
}

auto user::disconnect(user self, std::size_t at) -> boost::asio::awaitable<void> {
    auto& context = self.all_->machines_[at]->running->context;
    auto leaving =
        host::disconnect(context, self.who(), {host::provider_id(self.provider()), self.account()});
    const auto begun = self.all_->all_.time.now();
    auto done = co_await std::move(leaving);
    self.all_->all_.tell(
        at, "user " + self.name() + (done ? " has disconnected" : " could not disconnect")
    );
    auto& connections = self.all_->connections_[self.name()];
    if (done.has_value() && connections.open_returns == 0 && connections.returned_at < begun) {
        connections.left_at = self.all_->all_.time.now();
    }
}

}  // namespace tenon::simulation
