// Organizations, API keys, credential reads, idempotency.
#include "store/organizations.hpp"

#include "samples.hpp"
#include "store/api_keys.hpp"
#include "store/credential_reads.hpp"
#include "store/idempotency.hpp"

namespace tenon::test {

namespace {

void make_organizations(database& db) {
    as_service(db, access::write, [](sql_session& session) {
        insert_organization(session, {org_a, "A", at(1)});
        insert_organization(session, {org_b, "B", at(2)});
    });
}

auto sample_key(const std::string& id, const std::string& hash) -> api_key_row {
    api_key_row row;
    row.id = api_key_id(id);
    row.name = "name of " + id;
    row.key_hash = hash;
    row.hint = "tk_abc";
    row.scopes = "tokens:read connections:read";
    row.created_at = at(1'000);
    return row;
}

}  // namespace

TEST_CASE("organizations are found and listed", "[store]") {
    test_database store(any_engine());
    make_organizations(store.db());
    as_service(store.db(), access::read, [](sql_session& session) {
        const auto found = find_organization(session, org_b);
        REQUIRE(found);
        CHECK(found->name == "B");
        CHECK(found->created_at == at(2));
        CHECK_FALSE(find_organization(session, org_id("none")));
        CHECK(list_organizations(session).size() == 2);
        const auto second = list_organizations(session, org_a, 1);
        REQUIRE(second.size() == 1);
        CHECK(second[0].id == org_b);
    });
}

TEST_CASE("a key is found by its hash, with its organization, whoever asks", "[store]") {
    test_database store(any_engine());
    make_organizations(store.db());
    auto key = sample_key("k1", std::string(32, '\xAB'));
    key.user = user_id("pinned");
    key.is_bootstrap = true;
    in_org(store.db(), org_b, access::write, [&](sql_session& session) {
        insert_api_key(session, key);
    });
    as_service(store.db(), access::read, [&](sql_session& session) {
        const auto found = find_api_key_by_hash(session, key.key_hash);
        REQUIRE(found);
        CHECK(found->id == key.id);
        CHECK(found->org == org_b);
        CHECK(found->user == user_id("pinned"));
        CHECK(found->is_bootstrap);
        CHECK(found->scopes == key.scopes);
        CHECK(found->last_used_at == std::nullopt);
        CHECK_FALSE(find_api_key_by_hash(session, std::string(32, '\xAC')));
    });
}

TEST_CASE("one key can't be stored twice", "[store]") {
    test_database store(any_engine());
    make_organizations(store.db());
    writing(store.db(), [](sql_session& session) {
        insert_api_key(session, sample_key("k1", std::string(32, 'h')));
    });
    CHECK(refused(store.db(), access::write, [](sql_session& session) {
              insert_api_key(session, sample_key("k2", std::string(32, 'h')));
          }) == errc::conflict);
}

TEST_CASE("keys of another organization are invisible", "[store]") {
    test_database store(any_engine());
    make_organizations(store.db());
    writing(store.db(), [](sql_session& session) {
        insert_api_key(session, sample_key("k1", std::string(32, '1')));
    });
    in_org(store.db(), org_b, access::write, [](sql_session& session) {
        CHECK(list_api_keys(session).empty());
        CHECK_FALSE(find_api_key(session, api_key_id("k1")));
        CHECK_FALSE(revoke_api_key(session, api_key_id("k1"), at(5)));
    });
    reading(store.db(), [](sql_session& session) {
        CHECK(list_api_keys(session).size() == 1);
        CHECK(find_api_key(session, api_key_id("k1"))->revoked_at == std::nullopt);
    });
}

TEST_CASE("a revoked key stays revoked, at its first time", "[store]") {
    test_database store(any_engine());
    make_organizations(store.db());
    writing(store.db(), [](sql_session& session) {
        insert_api_key(session, sample_key("k1", std::string(32, '1')));
        CHECK(revoke_api_key(session, api_key_id("k1"), at(5)));
        CHECK_FALSE(revoke_api_key(session, api_key_id("k1"), at(6)));
    });
    as_service(store.db(), access::read, [](sql_session& session) {
        CHECK(find_api_key_by_hash(session, std::string(32, '1'))->revoked_at == at(5));
    });
}

TEST_CASE("last use only goes forward", "[store]") {
    test_database store(any_engine());
    make_organizations(store.db());
    writing(store.db(), [](sql_session& session) {
        insert_api_key(session, sample_key("k1", std::string(32, '1')));
    });
    as_service(store.db(), access::write, [](sql_session& session) {
        const std::vector<std::pair<api_key_id, time_point>> uses{
            {api_key_id("k1"), at(20)}, {api_key_id("k1"), at(10)}, {api_key_id("none"), at(1)}};
        touch_api_keys(session, uses);
        CHECK(find_api_key_by_hash(session, std::string(32, '1'))->last_used_at == at(20));
    });
}

TEST_CASE("reads of credentials add up when their minute is over, once", "[store]") {
    test_database store(any_engine());
    const auto row = [](const org_id& org, const char* key, std::int64_t minute,
                        std::int64_t count) {
        return credential_reads_row{
            org, api_key_id(key), connection_id("c1"), at(minute * 60'000), count};
    };
    const auto add_up = [&](std::int64_t before, std::size_t most) {
        return as_service(store.db(), access::write, [&](sql_session& session) {
            return add_up_credential_reads(session, at(before * 60'000), most);
        });
    };
    const auto append = [&](const std::vector<credential_reads_row>& batch) {
        as_service(store.db(), access::write, [&](sql_session& session) {
            append_credential_reads(session, batch);
        });
    };
    std::vector<credential_reads_row> first{
        row(org_a, "k1", 1, 2), row(org_a, "k1", 1, 3), row(org_a, "k2", 1, 1),
        row(org_b, "k9", 1, 7)};
    for (int i = 0; i < 100; ++i) {
        first.push_back(row(org_a, ("k" + std::to_string(i)).c_str(), 2, 1));
    }
    append(first);
    append({row(org_a, "k1", 1, 4)});
    append({});

    CHECK(add_up(1, 10) == 0);
    CHECK(add_up(2, 2) == 2);
    CHECK(add_up(2, 2) == 1);
    CHECK(add_up(2, 2) == 0);
    append({row(org_a, "k1", 1, 100)});  // of a host that was late
    CHECK(add_up(2, 2) == 1);
    reading(store.db(), [](sql_session& session) {
        const auto rows =
            run(session,
                "SELECT api_key_id, count FROM credential_reads "
                "WHERE org_id = $1 AND connection_id = 'c1' ORDER BY api_key_id",
                session.org());
        REQUIRE(rows.size() == 2);
        CHECK(rows[0].text(0) == "k1");
        CHECK(rows[0].integer(1) == 109);
        CHECK(rows[1].integer(1) == 1);
    });
    CHECK(add_up(3, 10) == 1);
    reading(store.db(), [](sql_session& session) {
        CHECK(count_rows(session, "credential_reads") == 102);
        CHECK(count_rows(session, "credential_read_batches") == 0);
    });
    in_org(store.db(), org_b, access::read, [](sql_session& session) {
        CHECK(count_rows(session, "credential_reads") == 1);
    });
}

TEST_CASE("old reads of credentials go, a batch at a time and the oldest first", "[store]") {
    test_database store(any_engine());
    const auto row = [](const org_id& org, const char* connection, std::int64_t minute) {
        return credential_reads_row{
            org, api_key_id("k1"), connection_id(connection), at(minute * 60'000), 1};
    };
    const auto erase = [&](std::int64_t before, std::size_t most) {
        return as_service(store.db(), access::write, [&](sql_session& session) {
            return erase_credential_reads_before(session, at(before * 60'000), most);
        });
    };
    as_service(store.db(), access::write, [&](sql_session& session) {
        append_credential_reads(
            session,
            std::vector{
                row(org_a, "c1", 3), row(org_a, "c1", 1), row(org_b, "c2", 2), row(org_a, "c2", 4)}
        );
        add_up_credential_reads(session, at(9 * 60'000), 10);
    });
    const auto left = [&](const org_id& org) {
        return in_org(store.db(), org, access::read, [](sql_session& session) {
            return count_rows(session, "credential_reads");
        });
    };
    CHECK(erase(1, 10) == 0);
    CHECK(erase(4, 2) == 2);
    CHECK(left(org_a) == 2);
    CHECK(left(org_b) == 0);
    CHECK(erase(4, 2) == 1);
    CHECK(erase(4, 2) == 0);
    CHECK(left(org_a) == 1);
}

TEST_CASE("a repeated request is told from one under way, a finished and another one", "[store]") {
    test_database store(any_engine());
    const std::string key(32, 'k');
    const std::string request(32, 'r');
    const auto begin = [&](const std::string& of, std::int64_t now) {
        return writing(store.db(), [&](sql_session& session) {
            return begin_idempotent(session, key, of, at(now), at(now + 100));
        });
    };
    CHECK(std::holds_alternative<idempotent_started>(begin(request, 1)));
    CHECK(std::holds_alternative<idempotent_running>(begin(request, 2)));
    CHECK(std::holds_alternative<idempotent_different>(begin(std::string(32, 'x'), 2)));
    writing(store.db(), [&](sql_session& session) {
        CHECK(finish_idempotent(session, key, {201, "sealed", {}, {}, at(90)}));
        CHECK_FALSE(finish_idempotent(session, key, {500, "again", {}, {}, at(91)}));
        CHECK_FALSE(abandon_idempotent(session, key));
    });
    const auto finished = begin(request, 3);
    REQUIRE(std::holds_alternative<idempotent_finished>(finished));
    CHECK(std::get<idempotent_finished>(finished).status == 201);
    CHECK(std::get<idempotent_finished>(finished).sealed == "sealed");
    CHECK(std::holds_alternative<idempotent_finished>(begin(request, 89)));
    CHECK(std::holds_alternative<idempotent_started>(begin(request, 90)));
    writing(store.db(), [&](sql_session& session) { CHECK(abandon_idempotent(session, key)); });
    CHECK(std::holds_alternative<idempotent_started>(begin(std::string(32, 'x'), 102)));
    as_service(store.db(), access::write, [](sql_session& session) {
        CHECK(erase_expired_idempotency(session, at(201), 10) == 0);
        CHECK(erase_expired_idempotency(session, at(202), 10) == 1);
    });
}

}  // namespace tenon::test
