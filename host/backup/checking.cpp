#include "backup/checking.hpp"

#include "backup/reader.hpp"
#include "backup/sealed_finder.hpp"
#include "oauth/sealing.hpp"

#include <algorithm>
#include <map>

namespace tenon::host {
namespace {

class checker {
  public:
    checker(const sealer* seal, checked_backup& into) : seal_(seal), into_(into) {}

    auto take(const backup_table& table, const sql_rows& rows) -> result<void> {
        if (rows.empty()) {
            finder_ = sealed_finder(table.name, table.columns);
            return {};
        }
        if (table.name == "keyring_checks") {
            return take_canaries(table, rows);
        }
        return finder_.each(rows, [this](const sealed_value& value) { take_value(value); });
    }

    // What the inventory says, and what was found.
    auto finish(const std::vector<key_use>& stated) -> result<void> {
        std::map<std::string, std::int64_t> counted;
        for (auto& [id, key] : keys_) {
            counted[id] = key.values;
            key.id = id;
            key.state = state_of(id);
            into_.keys.push_back(key);
        }
        const bool same = counted.size() == stated.size() &&
                          std::all_of(stated.begin(), stated.end(), [&](const key_use& key) {
                              return counted[key.id] == key.values;
                          });
        return same ? result<void>()
                    : fail(
                          errc::invalid_request,
                          "the backup is damaged: its inventory of keys is not that of its values"
                      );
    }

  private:
    // They come before all that is sealed.
    auto take_canaries(const backup_table& table, const sql_rows& rows) -> result<void> {
        const auto at = [&](std::string_view name) {
            const auto found = std::find(table.columns.begin(), table.columns.end(), name);
            return static_cast<std::size_t>(found - table.columns.begin());
        };
        const auto id_at = at("key_id");
        const auto sealed_at = at("sealed");
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto values = rows[i].values();
            const auto* id =
                id_at < values.size() ? std::get_if<std::string>(&values[id_at]) : nullptr;
            const auto* sealed =
                sealed_at < values.size() ? std::get_if<blob>(&values[sealed_at]) : nullptr;
            if (id == nullptr || sealed == nullptr) {
                return fail(errc::invalid_request, "the backup is damaged: a canary that is none");
            }
            if (knows(*id) && seal_->verify_check(*id, sealed->data).has_error()) {
                wrong_.push_back(*id);
            }
        }
        return {};
    }

    void take_value(const sealed_value& value) {
        const auto id = key_id_of(value.sealed);
        if (!id) {
            ++into_.unsealed;
            return;
        }
        auto& key = keys_[std::string(*id)];
        ++key.values;
        if (state_of(*id) == key_state::fits) {
            const auto opened =
                open_from(*seal_, value.org, row_of(value), value.column, value.sealed);
            key.unopened += opened.has_error() ? 1 : 0;
        }
    }

    [[nodiscard]] auto knows(std::string_view id) const -> bool {
        return seal_ != nullptr && seal_->knows_key(id);
    }
    [[nodiscard]] auto state_of(std::string_view id) const -> key_state {
        if (!knows(id)) {
            return key_state::missing;
        }
        return std::find(wrong_.begin(), wrong_.end(), id) == wrong_.end() ? key_state::fits
                                                                           : key_state::wrong;
    }

    const sealer* seal_;
    checked_backup& into_;
    sealed_finder finder_{"", {}};
    std::vector<std::string> wrong_;
    std::map<std::string, checked_key, std::less<>> keys_;
};

}  // namespace

auto check_backup(byte_source source, const sealer* seal, const rows_told& told)
    -> result<checked_backup> {
    auto reader = backup_reader::open(std::move(source));
    if (reader.has_error()) {
        return reader.error();
    }
    checked_backup checked;
    checked.head = reader->head();
    if (auto known = check_schema(checked.head); known.has_error()) {
        return known.error();
    }
    const auto total = row_count(checked.head);
    std::int64_t done = 0;
    checker work(seal, checked);
    auto more = reader->next();
    for (; more.has_value() && *more; more = reader->next()) {
        if (auto taken = work.take(reader->table(), reader->rows()); taken.has_error()) {
            return taken.error();
        }
        done += static_cast<std::int64_t>(reader->rows().size());
        told(done, total);
    }
    if (more.has_error()) {
        return more.error();
    }
    if (auto same = work.finish(reader->keys()); same.has_error()) {
        return same.error();
    }
    checked.digest = reader->digest();
    checked.size = reader->size();
    return checked;
}

auto check_keys_at_hand(const checked_backup& checked) -> result<void> {
    std::string missing;
    std::string wrong;
    for (const auto& key : checked.keys) {
        if (key.state != key_state::fits) {
            auto& list = key.state == key_state::missing ? missing : wrong;
            list += (list.empty() ? "" : ", ") + key.id + " (seals " + std::to_string(key.values) +
                    " values)";
        }
    }
    if (missing.empty() && wrong.empty()) {
        return {};
    }
    std::string message;
    if (!missing.empty()) {
        message = "keys that it was sealed with are missing: " + missing;
    }
    if (!wrong.empty()) {
        message += (message.empty() ? "" : "; ") +
                   ("keys at hand are not the ones that it was sealed with: " + wrong);
    }
    return fail(
        errc::not_found, message +
                             ". Put back the key file, or the configured key, that is kept apart "
                             "from the database"
    );
}

auto check_all_opened(const checked_backup& checked) -> result<void> {
    if (auto at_hand = check_keys_at_hand(checked); at_hand.has_error()) {
        return at_hand;
    }
    auto unopened = checked.unsealed;
    for (const auto& key : checked.keys) {
        unopened += key.unopened;
    }
    if (unopened == 0) {
        return {};
    }
    return fail(
        errc::internal, std::to_string(unopened) +
                            " values can't be opened although their key is at hand: they were "
                            "altered before they were backed up. Use an earlier backup, or connect "
                            "these accounts again"
    );
}

}  // namespace tenon::host
