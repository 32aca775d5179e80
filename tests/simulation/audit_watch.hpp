// What the audit log says of each connection, beside what the database holds, commit by commit.
#pragma once

#include "chronicle.hpp"
#include "store/database.hpp"

#include <map>
#include <string>
#include <vector>

namespace tenon::simulation {

class audit_watch {
  public:
    audit_watch(chronicle& all, host::database& db) : all_(all), db_(db) {}

    // After a transaction that touched connections, or added to the log: the last word on each that
    // changed was written in it, and says what it is now. Only one that begins to leave waits for
    // its word: how its revocations ended is part of it.
    void committed();
    // At the end: the last word says what each is, and none is leaving any more.
    void check_all();
    // Whether the log says why tokens of that connection were not revoked.
    [[nodiscard]] auto tells_why_not_revoked(const std::string& connection) const -> bool;

  private:
    enum class state { none, connected, expired, leaving };
    struct known {
        state now = state::none;
        std::string word;          // the last action that speaks of its state
        bool is_new = false;       // the word came with what was read last
        bool not_revoked = false;  // it said so once
    };
    struct entry {
        std::int64_t seq;
        std::string connection, action, detail;
    };
    struct reading {
        std::vector<entry> entries;  // since the last one
        std::map<std::string, state> states;
    };
    [[nodiscard]] static auto name_of(state which) -> std::string;
    [[nodiscard]] static auto explains(const std::string& word, state which) -> bool;
    [[nodiscard]] auto read() -> reading;
    void take_in(const std::vector<entry>& entries);
    void check(const known& one, state before);

    chronicle& all_;
    host::database& db_;
    std::int64_t last_seq_ = 0;
    std::map<std::string, known> connections_;
};

}  // namespace tenon::simulation
