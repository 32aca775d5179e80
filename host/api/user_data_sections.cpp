#include "api/audit_json.hpp"
#include "api/key_json.hpp"
#include "api/user_data.hpp"
#include "api/view_json.hpp"
#include "crypto/encoding.hpp"
#include "oauth/connection_views.hpp"
#include "store/api_keys.hpp"
#include "store/confirmations.hpp"
#include "store/connection_grants.hpp"
#include "store/consents.hpp"
#include "store/credential_reads.hpp"
#include "store/intents.hpp"
#include "store/owed_revocations.hpp"
#include "store/pending_connects.hpp"

#include <array>
#include <charconv>

namespace tenon::host {

namespace {

using items = result<std::vector<exported_item>>;

auto no_position() -> error {
    return fail(errc::invalid_request, "cursor is none of this export's: take nextCursor.");
}

template <class Rows, class Write>
auto to_items(const Rows& rows, Write write) -> std::vector<exported_item> {
    std::vector<exported_item> items;
    items.reserve(rows.size());
    for (const auto& row : rows) {
        json_writer json(512);
        json.begin_object();
        auto position = write(json, row);
        items.push_back({json.end_object().take(), std::move(position)});
    }
    return items;
}

auto to_number(std::string_view text) -> std::optional<std::int64_t> {
    std::int64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, number);
    return problem == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

auto connections(
    sql_session& session, const data_subject& of, const std::string& after, std::size_t limit
) -> items {
    const auto rows = list_whole_connections(session, of.user, connection_id(after), limit);
    return to_items(rows, [&](json_writer& json, const connection_row& row) {
        const auto view = to_view(row, lives_of(session, {row.id}), of.now);
        write_connection_fields(json, view, shown_user::no);
        json.raw_field("connectParams", row.connect_params)
            .raw_field("profile", row.profile.value_or(""))
            .field("profileAt", row.profile_at);
        return row.id.text();
    });
}

// Those too that expired, and wait to be discarded.
auto unconfirmed(
    sql_session& session, const data_subject& of, const std::string& after, std::size_t limit
) -> items {
    const confirmation_query query{of.user, {}, connection_id(after), limit};
    const auto rows = list_confirmations(session, query, time_point(milliseconds(-1)));
    return to_items(rows, [](json_writer& json, const confirmation_row& row) {
        write_connection_fields(json, to_view(row), shown_user::no);
        return row.connection.text();
    });
}

auto pending_connects(
    sql_session& session, const data_subject& of, const std::string& after, std::size_t limit
) -> items {
    const auto behind = from_hex(after);
    if (!behind) {
        return no_position();
    }
    const auto rows = list_pending_connects(session, of.user, *behind, limit);
    return to_items(rows, [](json_writer& json, const pending_connect_row& row) {
        const auto account = row.reconnect ? std::optional(row.reconnect->text()) : std::nullopt;
        json.field("provider", row.provider.text())
            .field("requestedScope", row.requested_scope)
            .field("accountId", account)
            .field("redirectUrl", row.redirect_url)
            .raw_field("connectParams", row.connect_params)
            .field("createdAt", row.created_at)
            .field("expiresAt", row.expires_at);
        return to_hex(row.state_hash);
    });
}

auto exchanges(
    sql_session& session, const data_subject& of, const std::string& after, std::size_t limit
) -> items {
    const auto rows = list_exchange_intents(session, of.user, after, limit);
    return to_items(rows, [](json_writer& json, const intent_row& row) {
        json.field("provider", row.provider.text()).field("createdAt", row.created_at);
        return row.id;
    });
}

auto api_keys(
    sql_session& session, const data_subject& of, const std::string& after, std::size_t limit
) -> items {
    const auto rows = list_api_keys(session, {of.user, after, limit});
    return to_items(rows, [](json_writer& json, const api_key_row& row) {
        write_key(json, row);
        return row.id.text();
    });
}

auto consents(
    sql_session& session, const data_subject& of, const std::string& after, std::size_t limit
) -> items {
    if (!of.pseudonym) {
        return std::vector<exported_item>();
    }
    const auto rows = list_consents(session, {*of.pseudonym, after, limit});
    return to_items(rows, [](json_writer& json, const consent_row& row) {
        const auto account = row.account ? std::optional(row.account->text()) : std::nullopt;
        const auto how = row.ended_by.empty() ? std::nullopt : std::optional(row.ended_by);
        json.field("provider", row.provider.text())
            .field("providerAccountId", account)
            .field("connectionId", row.connection.text())
            .field("scope", row.scope)
            .field("action", row.action)
            .field("actor", row.actor)
            .field("requestId", row.request_id)
            .field("givenAt", row.given_at)
            .field("endedAt", row.ended_at)
            .field("endedBy", how);
        return row.id;
    });
}

// `CONNECTION/MINUTE/KEY`
auto read_behind(const std::string& position) -> std::optional<credential_reads_row> {
    const auto first = position.find('/');
    const auto last = position.rfind('/');
    if (first == last) {
        return std::nullopt;
    }
    const auto minute = to_number(std::string_view(position).substr(first + 1, last - first - 1));
    if (!minute) {
        return std::nullopt;
    }
    credential_reads_row row;
    row.connection = connection_id(position.substr(0, first));
    row.minute = time_point(milliseconds(*minute));
    row.key = api_key_id(position.substr(last + 1));
    return row;
}

auto credential_reads(
    sql_session& session, const data_subject& of, const std::string& after, std::size_t limit
) -> items {
    const auto behind = read_behind(after);
    if (!after.empty() && !behind) {
        return no_position();
    }
    if (!of.pseudonym) {
        return std::vector<exported_item>();
    }
    const auto rows = list_credential_reads(session, *of.pseudonym, behind, limit);
    return to_items(rows, [](json_writer& json, const credential_reads_row& row) {
        json.field("connectionId", row.connection.text())
            .field("keyId", row.key.text())
            .field("minute", row.minute)
            .field("count", row.count);
        const auto minute = row.minute.time_since_epoch().count();
        return row.connection.text() + '/' + std::to_string(minute) + '/' + row.key.text();
    });
}

auto owed_revocations(
    sql_session& session, const data_subject& of, const std::string& after, std::size_t limit
) -> items {
    if (!of.pseudonym) {
        return std::vector<exported_item>();
    }
    const auto rows = revocations_owed_of(session, *of.pseudonym, after, limit);
    return to_items(rows, [](json_writer& json, const owed_revocation_row& row) {
        const auto connection =
            row.connection ? std::optional(row.connection->text()) : std::nullopt;
        json.field("provider", row.provider.text())
            .field("connectionId", connection)
            .field("slot", row.slot)
            .field("createdAt", row.created_at)
            .field("nextAttemptAt", row.due_at)
            .field("endsAt", row.ends_at);
        return row.id;
    });
}

auto audit_lines(
    sql_session& session, const data_subject& of, const std::string& after, std::size_t limit
) -> items {
    const auto before = to_number(after);
    if (!after.empty() && !before) {
        return no_position();
    }
    if (!of.pseudonym) {
        return std::vector<exported_item>();
    }
    const auto rows =
        list_audit(session, {.subject = of.pseudonym, .before = before, .limit = limit});
    return to_items(rows, [](json_writer& json, const audit_row& row) {
        write_audit_fields(json, row);
        return std::to_string(row.seq);
    });
}

constexpr std::array sections{
    data_section{"connections", connections},
    data_section{"unconfirmed", unconfirmed},
    data_section{"pendingConnects", pending_connects},
    data_section{"exchanges", exchanges},
    data_section{"apiKeys", api_keys},
    data_section{"consents", consents},
    data_section{"credentialReads", credential_reads},
    data_section{"owedRevocations", owed_revocations},
    data_section{"auditEntries", audit_lines}};

}  // namespace

auto data_sections() noexcept -> std::span<const data_section> {
    return sections;
}

}  // namespace tenon::host
