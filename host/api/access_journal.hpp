// Who used which key, and who read which credentials: gathered in memory, written once a second.
#pragma once

#include "api/authenticator.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "store/credential_reads.hpp"

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace tenon::host {

class database;

// Any thread. What a power failure may lose is what came since the last flush.
class access_journal {
  public:
    access_journal(database& db, const clock& time);

    // The key was used. Cheap: a key is noted once in ten seconds.
    void note_use(const caller_handle& who);
    // The key's holder was given a token of the connection.
    void note_read(const caller_handle& who, const connection_id& connection);

    // Writes what was gathered, and adds up the minutes that are over. Where the database fails, it
    // is kept for the next time, as far as there is room (200,000 rows of reads). Error:
    // storage_unavailable.
    auto flush() -> boost::asio::awaitable<result<void>>;
    // Writes what was gathered, and adds up an organization's reads, this minute's too: for whoever
    // is to be told of all of them. What other hosts gathered within the last second is not among
    // them. Error: storage_unavailable.
    auto settle(org_id of) -> boost::asio::awaitable<result<void>>;

  private:
    struct subject {
        caller_handle who;
        std::string connection;
        std::int64_t minute = 0;
        auto operator==(const subject& other) const -> bool {
            return minute == other.minute && connection == other.connection &&
                   who->key == other.who->key;
        }
    };
    struct hash {
        auto operator()(const subject& of) const noexcept -> std::size_t {
            return std::hash<std::string>{}(of.connection) ^ static_cast<std::size_t>(of.minute);
        }
    };
    struct shard {
        std::mutex guard;
        std::unordered_map<subject, std::int64_t, hash> reads;
    };

    [[nodiscard]] auto take_reads() -> std::vector<credential_reads_row>;
    using key_uses = std::vector<std::pair<api_key_id, time_point>>;
    [[nodiscard]] auto take_uses() -> key_uses;
    void put_back(const std::vector<credential_reads_row>& reads, const key_uses& uses);
    auto write(std::vector<credential_reads_row> reads, key_uses uses)
        -> boost::asio::awaitable<result<void>>;
    // What was read before that minute; of one organization, or of all.
    auto add_up(std::int64_t before, std::optional<org_id> of)
        -> boost::asio::awaitable<result<void>>;

    database& db_;
    const clock& time_;
    std::array<shard, 16> shards_;
    std::mutex guard_;
    std::vector<credential_reads_row> kept_;  // what a flush could not write
    std::map<api_key_id, time_point> uses_;
    std::atomic<int> writing_{0};            // transactions with what was gathered
    std::atomic<std::int64_t> added_up_{0};  // the minutes before this one
};

}  // namespace tenon::host
