#include "redis/redis_link.hpp"

#include <hiredis/hiredis.h>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>

namespace tenon::host {
namespace {

struct freed {
    void operator()(redisContext* one) const noexcept { redisFree(one); }
    void operator()(redisReply* one) const noexcept { freeReplyObject(one); }
};
using context = std::unique_ptr<redisContext, freed>;
using reply = std::unique_ptr<redisReply, freed>;
using words = std::vector<std::string>;

auto unavailable(std::string why) -> error {
    return fail(errc::storage_unavailable, std::move(why));
}

auto text_in(const redisReply& from) -> std::string_view {
    return from.str == nullptr ? std::string_view()
                               : std::string_view(from.str, static_cast<std::size_t>(from.len));
}

auto to_timeval(milliseconds span) -> timeval {
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(span);
    const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(span - whole);
    return {whole.count(), static_cast<suseconds_t>(rest.count())};
}

auto number_in(const redisReply& from) -> std::int64_t {
    return from.type == REDIS_REPLY_INTEGER ? std::int64_t{from.integer} : 0;
}

auto answer_in(const redisReply& from) -> redis_answer {
    redis_answer answer{number_in(from), {}};
    for (std::size_t i = 0; from.type == REDIS_REPLY_ARRAY && i < from.elements; ++i) {
        answer.items.emplace_back(text_in(*from.element[i]));
    }
    return answer;
}

}  // namespace

struct redis_link::implementation {
    context link;
    milliseconds patience{};
    std::array<std::string, redis_script_count> digests;  // by which Redis knows the scripts

    // Behind a call that failed just now.
    [[nodiscard]] auto broken() const -> error {
        const bool too_late = link->err == REDIS_ERR_IO && (errno == EAGAIN || errno == ETIMEDOUT);
        return unavailable(too_late ? "it does not answer in time" : link->errstr);
    }

    void append(const words& command) const {
        std::vector<const char*> texts;
        std::vector<std::size_t> sizes;
        for (const auto& word : command) {
            texts.push_back(word.data());
            sizes.push_back(word.size());
        }
        redisAppendCommandArgv(
            link.get(), static_cast<int>(command.size()), texts.data(), sizes.data()
        );
    }

    auto next() const -> result<reply> {
        void* got = nullptr;
        if (redisGetReply(link.get(), &got) != REDIS_OK || got == nullptr) {
            return broken();
        }
        return reply(static_cast<redisReply*>(got));
    }

    // One command, which must be carried out.
    auto ask(const words& command) const -> result<reply> {
        append(command);
        auto got = next();
        if (got.has_value() && (*got)->type == REDIS_REPLY_ERROR) {
            return unavailable("it answers: " + std::string(text_in(**got)));
        }
        return got;
    }

    auto enter(const redis_address& address) const -> result<void> {
        std::vector<words> commands;
        if (!address.password.empty()) {
            words command{"AUTH"};
            if (!address.user.empty()) {
                command.push_back(address.user);
            }
            command.emplace_back(address.password.reveal());
            commands.push_back(std::move(command));
        }
        if (address.database != 0) {
            commands.push_back({"SELECT", std::to_string(address.database)});
        }
        for (const auto& command : commands) {
            if (auto done = ask(command); done.has_error()) {
                return done.error();
            }
        }
        return {};
    }

    auto hand_over_scripts() -> result<void> {
        for (std::size_t i = 0; i < digests.size(); ++i) {
            auto told = ask({"SCRIPT", "LOAD", text_of(static_cast<redis_script>(i))});
            if (told.has_error()) {
                return told.error();
            }
            digests.at(i) = text_in(**told);
        }
        return {};
    }

    [[nodiscard]] auto command_of(const redis_call& call, bool by_digest) const -> words {
        const auto& digest = digests.at(static_cast<std::size_t>(call.script));
        words command{by_digest ? "EVALSHA" : "EVAL", by_digest ? digest : text_of(call.script)};
        command.emplace_back("1");
        command.push_back(call.key);
        command.insert(command.end(), call.arguments.begin(), call.arguments.end());
        return command;
    }
};

redis_link::redis_link(std::unique_ptr<implementation> made) : implementation_(std::move(made)) {}

redis_link::~redis_link() = default;

auto redis_link::open(const redis_address& address, milliseconds patience)
    -> result<std::unique_ptr<redis_link>> {
    auto made = std::make_unique<implementation>();
    made->patience = patience;
    const auto span = to_timeval(patience);
    made->link.reset(redisConnectWithTimeout(address.host.c_str(), address.port, span));
    if (!made->link) {
        return unavailable("no memory for a connection");
    }
    if (made->link->err != 0 || redisSetTimeout(made->link.get(), span) != REDIS_OK) {
        return made->broken();
    }
    if (auto entered = made->enter(address); entered.has_error()) {
        return entered.error();
    }
    if (auto done = made->hand_over_scripts(); done.has_error()) {
        return done.error();
    }
    return std::unique_ptr<redis_link>(new redis_link(std::move(made)));
}

auto redis_link::run(std::span<const redis_call> calls) -> result<std::vector<redis_answer>> {
    const auto& my = *implementation_;
    const auto ends = std::chrono::steady_clock::now() + my.patience;
    for (const auto& call : calls) {
        my.append(my.command_of(call, true));
    }
    std::vector<redis_answer> answers(calls.size());
    std::vector<std::size_t> again;  // Redis forgot the script: SCRIPT FLUSH
    for (std::size_t i = 0; i < calls.size(); ++i) {
        auto got = my.next();
        if (got.has_error()) {
            return got.error();
        }
        if (std::chrono::steady_clock::now() > ends) {
            return unavailable("it is too slow");
        }
        if ((*got)->type == REDIS_REPLY_ERROR && text_in(**got).starts_with("NOSCRIPT")) {
            again.push_back(i);
        } else if ((*got)->type == REDIS_REPLY_ERROR) {
            return unavailable("it answers: " + std::string(text_in(**got)));
        } else {
            answers.at(i) = answer_in(**got);
        }
    }
    for (const auto i : again) {
        auto got = my.ask(my.command_of(calls[i], false));
        if (got.has_error()) {
            return got.error();
        }
        answers.at(i) = answer_in(**got);
    }
    return answers;
}

}  // namespace tenon::host
