#include "samples.hpp"

namespace tenon::test {

auto sample_connection(
    const std::string& id, const std::string& user, const std::string& account,
    const std::string& provider
) -> connection_row {
    connection_row row;
    row.id = connection_id(id);
    row.user = user_id(user);
    row.provider = provider_id(provider);
    row.account = account_id(account);
    row.scope = "read write";
    row.metadata = R"({"team": "T1"})";
    row.created_at = at(1'000);
    row.updated_at = at(1'000);
    return row;
}

auto sample_grant(
    const std::string& id, const std::string& account, const std::string& slot,
    const std::string& provider
) -> grant_row {
    grant_row row;
    row.id = grant_id(id);
    row.provider = provider_id(provider);
    row.client_id = "client";
    row.account = account_id(account);
    row.slot = slot;
    row.access_token = std::string("\x01\x02k1\x00sealed", 11);
    row.refresh_token = std::string("\x01\x02k1refresh");
    row.key_id = "k1";
    row.token_type = "Bearer";
    row.scope = "read";
    row.issued_at = at(1'000);
    row.expires_at = at(3'601'000);
    row.next_refresh_at = at(2'880'000);
    row.created_at = at(1'000);
    row.updated_at = at(1'000);
    return row;
}

}  // namespace tenon::test
