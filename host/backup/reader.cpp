#include "backup/reader.hpp"

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

constexpr std::size_t longest_version = 20;

auto no_backup() -> error {
    return fail(
        errc::invalid_request, "it is no backup: one begins with \"" + std::string(backup_name) +
                                   std::string(backup_version) + "\" (`tenon backup FILE`)"
    );
}

}  // namespace

auto backup_reader::damaged(std::string_view what) const -> error {
    return fail(
        errc::invalid_request, "the backup is damaged (" + std::string(what) + ", before byte " +
                                   std::to_string(offset_) + "): use another copy of it"
    );
}

// In steps: a size that is damaged must not claim its memory before there is anything.
auto backup_reader::read(std::size_t size) -> result<std::string> {
    std::string bytes;
    while (bytes.size() < size) {
        const auto had = bytes.size();
        bytes.resize(std::min(size, had + usual_block_size));
        const auto got = source_(std::span(bytes).subspan(had));
        if (got.has_error()) {
            return got.error();
        }
        bytes.resize(had + *got);
        offset_ += *got;
        if (*got == 0) {
            return fail(
                errc::invalid_request, "the backup ends too early, at byte " +
                                           std::to_string(offset_) +
                                           ": it was cut off. Use another copy of it"
            );
        }
    }
    return bytes;
}

auto backup_reader::read_block() -> result<block> {
    auto head = read(block_head_size);
    if (head.has_error()) {
        return head.error();
    }
    const auto size = read_size(std::string_view(*head).substr(1));
    if (size > max_block_size) {
        return damaged("a block that is too long");
    }
    auto content = read(size);
    if (content.has_error()) {
        return content.error();
    }
    block one;
    one.kind = static_cast<block_kind>(head->front());
    one.content = std::move(*content);
    if (one.kind != block_kind::digest) {
        hash_.add(*head);
        hash_.add(one.content);
    }
    return one;
}

auto backup_reader::begin() -> result<void> {
    std::string first;
    while (first.size() < backup_name.size() + longest_version && !first.ends_with('\n')) {
        auto byte = read(1);
        if (byte.has_error()) {
            return offset_ < backup_name.size() ? no_backup() : byte.error();
        }
        first += *byte;
        if (!first.starts_with(backup_name.substr(0, first.size()))) {
            return no_backup();
        }
    }
    const auto version = std::string_view(first).substr(backup_name.size());
    if (version != std::string(backup_version) + "\n") {
        return fail(
            errc::conflict, "the backup is of another format than " + std::string(backup_version) +
                                ", which this binary knows: use the Tenon that made it, or a later "
                                "one"
        );
    }
    hash_.add(first);
    return {};
}

auto backup_reader::open(byte_source source) -> result<backup_reader> {
    backup_reader reader(std::move(source));
    if (auto begun = reader.begin(); begun.has_error()) {
        return begun.error();
    }
    auto first = reader.read_block();
    if (first.has_error()) {
        return first.error();
    }
    auto head = parse_head(first->content);
    if (first->kind != block_kind::head || head.has_error()) {
        return reader.damaged("no head");
    }
    reader.head_ = std::move(*head);
    return reader;
}

auto backup_reader::take_table(const std::string& content) -> result<void> {
    auto table = parse_table(content);
    if (table.has_error() || table->columns.empty() || keys_came_ ||
        !head_.rows.contains(table->name) || !counted_.emplace(table->name, 0).second) {
        return damaged("a table that should not be there");
    }
    table_ = std::move(*table);
    rows_ = sql_rows();
    return {};
}

auto backup_reader::take_rows(const std::string& content) -> result<void> {
    auto values = read_values(content);
    if (values.has_error()) {
        return damaged(values.error().message);
    }
    const auto width = table_.columns.size();
    if (width == 0 || keys_came_ || values->size() % width != 0) {
        return damaged("rows that are not those of a table");
    }
    rows_ = sql_rows(width, std::move(*values), 0);
    counted_[table_.name] += static_cast<std::int64_t>(rows_.size());
    return {};
}

auto backup_reader::take_keys(const std::string& content) -> result<void> {
    auto keys = parse_keys(content);
    if (keys.has_error() || keys_came_) {
        return damaged("its inventory of keys");
    }
    if (counted_ != head_.rows) {
        return damaged("not as many rows as it says");
    }
    keys_ = std::move(*keys);
    keys_came_ = true;
    return {};
}

auto backup_reader::take_digest(const std::string& content) -> result<void> {
    const auto digest = hash_.finish();
    if (!keys_came_ || !equal_in_constant_time(content, digest)) {
        return damaged("its SHA-256 is another one than it notes");
    }
    shown_digest_ = to_hex(digest);
    char more = 0;
    const auto behind = source_(std::span(&more, 1));
    if (behind.has_error()) {
        return behind.error();
    }
    return *behind == 0 ? result<void>() : result<void>(damaged("something behind its end"));
}

auto backup_reader::next() -> result<bool> {
    for (;;) {
        const auto one = read_block();
        if (one.has_error()) {
            return one.error();
        }
        result<void> taken;
        switch (one->kind) {
            case block_kind::table: taken = take_table(one->content); break;
            case block_kind::rows: taken = take_rows(one->content); break;
            case block_kind::keys: taken = take_keys(one->content); break;
            case block_kind::digest: taken = take_digest(one->content); break;
            case block_kind::head: return damaged("a second head");
            default: return damaged("a block of no known kind");
        }
        if (taken.has_error()) {
            return taken.error();
        }
        if (one->kind == block_kind::digest) {
            return false;
        }
        if (one->kind != block_kind::keys) {
            return true;
        }
    }
}

}  // namespace tenon::host
