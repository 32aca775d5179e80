#include "oauth/renewed_tokens.hpp"

#include "base/log.hpp"
#include "crypto/jwt.hpp"
#include "oauth/id_token.hpp"
#include "oauth/issuer.hpp"
#include "oauth/observer.hpp"
#include "oauth/sealing.hpp"

namespace tenon::host {
namespace {

// Empty: the grant has none, or none that can be opened.
auto original_of(const oauth_context& context, const grant_row& row) -> secret {
    if (!row.id_token) {
        return {};
    }
    auto opened = open_from(
        context.seal, row.org, row.id.text(), sealed_column::grant_id_token, *row.id_token
    );
    return opened.has_value() ? std::move(*opened) : secret();
}

auto mismatch() -> operation_failure {
    operation_failure failure;
    failure.category = failure_category::provider;
    failure.code = "id_token_mismatch";
    failure.message = "the answer's ID token is of another account or client than the grant";
    failure.http_status = 200;
    failure.sent = request_sent::yes;
    return failure;
}

void report(const oauth_context& context, const grant_row& row, std::string_view problem) {
    log(log_level::error, "refresh answered for another account",
        {{log_key::provider, row.provider.text()},
         {log_key::grant, row.id.text()},
         {log_key::detail, problem}});
    context.observer.provider_alarm(row.provider.text(), alarm_cause::other_account);
}

}  // namespace

auto check_renewed(
    oauth_context& context, provider_handle provider, shared_grant row, granted tokens,
    time_point received_at
) -> boost::asio::awaitable<renewed_tokens> {
    const auto& about = provider->about();
    id_token_expectation expected;
    expected.client_id = row->client_id;
    const auto original = original_of(context, *row);
    // A person stays of one tenant.
    expected.issuers =
        issuers_of(about.issuer, unverified_claim(original.reveal(), "tid").value_or(""));
    switch (compare_renewed_id_token(tokens.id_token.reveal(), original.reveal(), expected)) {
        case id_token_renewal::another: {
            auto wrong = mismatch();
            report(context, *row, wrong.message);
            co_return wrong;
        }
        case id_token_renewal::unlike:
            log(log_level::warn, "renewed id token left out",
                {{log_key::provider, provider->name()}, {log_key::grant, row->id.text()}});
            tokens.id_token = {};
            co_return tokens;
        case id_token_renewal::same: break;
    }
    if (!about.issuer.empty() && !about.jwks_url.empty()) {
        auto verified = co_await verify_identity(
            context, provider, tokens.id_token, row->client_id, std::string(), received_at
        );
        if (verified.has_error()) {
            tokens.id_token = {};
        }
    }
    co_return tokens;
}

}  // namespace tenon::host
