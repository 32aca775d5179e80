#include "store/migration_text.hpp"

namespace tenon::host {

namespace {

enum class line_kind { text, marker, wrong };

struct line_meaning {
    line_kind kind = line_kind::text;
    bool wanted = false;
};

auto judge(std::string_view line, migration_direction direction, sql_engine engine)
    -> line_meaning {
    const bool up = line.starts_with("-- up");
    const bool down = line.starts_with("-- down");
    if (!up && !down) {
        return {};
    }
    const std::string_view whose = line.substr(up ? 5 : 7);
    const bool sqlite = whose.empty() || whose == " sqlite";
    const bool postgresql = whose.empty() || whose == " postgresql";
    if (!sqlite && !postgresql) {
        return {line_kind::wrong, false};
    }
    const bool this_way = up == (direction == migration_direction::up);
    return {line_kind::marker, this_way && (engine == sql_engine::sqlite ? sqlite : postgresql)};
}

}  // namespace

auto migration_part(std::string_view text, migration_direction direction, sql_engine engine)
    -> result<std::string> {
    std::string part;
    bool wanted = false;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size() - 1);
        const std::string_view line = text.substr(0, end + 1);
        text.remove_prefix(end + 1);
        const auto bare = line.substr(0, line.find_last_not_of(" \r\n") + 1);
        const auto meaning = judge(bare, direction, engine);
        if (meaning.kind == line_kind::wrong) {
            return fail(errc::internal, "a migration has the marker '" + std::string(bare) + "'");
        }
        if (meaning.kind == line_kind::marker) {
            wanted = meaning.wanted;
        } else if (wanted) {
            part += line;
        }
    }
    return part;
}

}  // namespace tenon::host
