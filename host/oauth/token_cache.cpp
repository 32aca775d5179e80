#include "oauth/token_cache.hpp"

namespace tenon::host {
namespace {

// Lengths go in, so that no two keys make the same text.
auto text_of(const token_key& key) -> std::string {
    std::string text;
    text.reserve(
        key.org.text().size() + key.user.text().size() + key.provider.text().size() +
        key.account.size() + key.slot.size() + 20
    );
    for (const std::string_view part :
         {std::string_view(key.org.text()), std::string_view(key.user.text()),
          std::string_view(key.provider.text()), key.account, key.slot}) {
        const auto size = static_cast<std::uint32_t>(part.size());
        text.append(reinterpret_cast<const char*>(&size), sizeof size);
        text.append(part);
    }
    return text;
}

}  // namespace

auto token_cache::find_link(const token_key& key) -> found_grant {
    if (bypassed_.load()) {
        return {};
    }
    auto found = links_.find(text_of(key));
    if (!found) {
        return {};
    }
    return {grants_.find(found->grant.text()).value_or(nullptr), std::move(found->connection)};
}

void token_cache::put(
    const token_key& key, const connection_id& connection,
    std::shared_ptr<const cached_grant> grant, change_marks::moment read_at
) {
    const auto id = grant->id;
    const auto newer = [&](const std::shared_ptr<const cached_grant>& old) {
        return old->generation <= grant->generation;
    };
    grants_.put_if(id.text(), grant, newer);
    const auto text = text_of(key);
    links_.put(text, link{connection, id});
    // Looked at after the put: whoever forgets touches first.
    if (marks_.touched_since(connection.text(), read_at) ||
        marks_.touched_since(id.text(), read_at)) {
        links_.erase(text);
        grants_.erase(id.text());
    }
}

void token_cache::renew(std::shared_ptr<const cached_grant> grant) {
    const auto id = grant->id;
    const auto generation = grant->generation;
    marks_.touch(id.text());
    grants_.put_if(id.text(), std::move(grant), [&](const auto& old) {
        return old->generation <= generation;
    });
}

void token_cache::forget(const grant_id& grant) {
    marks_.touch(grant.text());
    grants_.erase(grant.text());
}

void token_cache::forget(const connection_id& connection) {
    marks_.touch(connection.text());
    links_.erase_if([&](const link& one) { return one.connection == connection; });
}

void token_cache::forget_all() {
    marks_.touch_everything();
    links_.clear();
    grants_.clear();
}

}  // namespace tenon::host
