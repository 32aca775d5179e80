#include "oauth/erasure_receipt.hpp"

#include "oauth/erased.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

using nlohmann::json;

auto to_object(const erased_tokens& one) -> json {
    return {
        {"provider", one.provider.text()},
        {"connection", one.connection.text()},
        {"slot", one.what.slot},
        {"outcome", one.what.outcome}};
}

auto to_tokens(const json& one) -> erased_tokens {
    return {
        provider_id(one.at("provider").get<std::string>()),
        connection_id(one.at("connection").get<std::string>()),
        {one.at("slot").get<std::string>(), one.at("outcome").get<std::string>()}};
}

auto read(const json& from) -> erasure_receipt {
    erasure_receipt receipt;
    receipt.id = from.at("id").get<std::string>();
    receipt.erased_at = time_point{milliseconds{from.at("erasedAt").get<std::int64_t>()}};
    receipt.connections = from.at("connections").get<std::int64_t>();
    receipt.unconfirmed = from.at("unconfirmed").get<std::int64_t>();
    receipt.exchanges = from.at("exchanges").get<std::int64_t>();
    receipt.pending_connects = from.at("pendingConnects").get<std::int64_t>();
    receipt.consents = from.at("consents").get<std::int64_t>();
    for (const auto& key : from.at("apiKeys")) {
        receipt.api_keys.emplace_back(key.get<std::string>());
    }
    for (const auto& one : from.at("revocations")) {
        receipt.revocations.push_back(to_tokens(one));
    }
    return receipt;
}

}  // namespace

auto to_json(const erasure_receipt& receipt) -> std::string {
    auto keys = json::array();
    for (const auto& key : receipt.api_keys) {
        keys.push_back(key.text());
    }
    auto revocations = json::array();
    for (const auto& one : receipt.revocations) {
        revocations.push_back(to_object(one));
    }
    return json{
        {"id", receipt.id},
        {"erasedAt", receipt.erased_at.time_since_epoch().count()},
        {"connections", receipt.connections},
        {"unconfirmed", receipt.unconfirmed},
        {"exchanges", receipt.exchanges},
        {"pendingConnects", receipt.pending_connects},
        {"consents", receipt.consents},
        {"apiKeys", keys},
        {"revocations", revocations}}
        .dump();
}

auto parse_receipt(std::string_view text) -> erasure_receipt {
    const auto parsed = json::parse(text, nullptr, false);
    if (!parsed.is_object()) {
        return {};
    }
    try {
        return read(parsed);
    } catch (const json::exception&) {
        return {};
    }
}

auto is_being_erased(sql_session& session, const oauth_context& context, const actor& by) -> bool {
    hold_user(session, by.user);
    const auto state = find_erasure(session, who_of(context, by));
    return state && !state->finished_at;
}

void note_erased(
    sql_session& session, const oauth_context& context, const actor& by, const erased_step& step
) {
    const auto who = who_of(context, by);
    const auto state = find_erasure(session, who);
    if (!state) {
        return;
    }
    auto receipt = parse_receipt(state->receipt);
    receipt.id = state->id;
    receipt.connections += step.connections;
    receipt.unconfirmed += step.unconfirmed;
    receipt.exchanges += step.exchanges;
    receipt.pending_connects += step.pending_connects;
    for (const auto& one : step.outcomes) {
        receipt.revocations.push_back({step.provider, step.connection, one});
    }
    write_receipt(session, who, to_json(receipt));
}

}  // namespace tenon::host
