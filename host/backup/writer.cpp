#include "backup/writer.hpp"

#include "crypto/encoding.hpp"

namespace tenon::host {

auto backup_writer::put(std::string_view bytes) -> result<void> {
    size_ += bytes.size();
    return sink_(bytes);
}

auto backup_writer::block(block_kind kind, std::string_view content) -> result<void> {
    if (content.size() > max_block_size) {
        return fail(errc::internal, "a row is too long for a backup: more than 64 MiB");
    }
    std::string head(1, static_cast<char>(kind));
    append_size(head, content.size());
    if (kind != block_kind::digest) {
        digest_.add(head);
        digest_.add(content);
    }
    if (auto done = put(head); done.has_error()) {
        return done;
    }
    return put(content);
}

auto backup_writer::begin(const backup_head& head) -> result<void> {
    const auto first = std::string(backup_name) + std::string(backup_version) + "\n";
    digest_.add(first);
    if (auto done = put(first); done.has_error()) {
        return done;
    }
    return block(block_kind::head, to_json(head));
}

auto backup_writer::table(const backup_table& table) -> result<void> {
    return block(block_kind::table, to_json(table));
}

auto backup_writer::rows(const sql_rows& rows) -> result<void> {
    std::string content;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (const auto& value : rows[i].values()) {
            append_value(content, value);
        }
        if (content.size() < usual_block_size && i + 1 < rows.size()) {
            continue;
        }
        if (auto done = block(block_kind::rows, content); done.has_error()) {
            return done;
        }
        content.clear();
    }
    return {};
}

auto backup_writer::finish(const std::vector<key_use>& keys) -> result<std::string> {
    if (auto done = block(block_kind::keys, to_json(keys)); done.has_error()) {
        return done.error();
    }
    const auto digest = digest_.finish();
    if (auto done = block(block_kind::digest, digest); done.has_error()) {
        return done.error();
    }
    return to_hex(digest);
}

}  // namespace tenon::host
