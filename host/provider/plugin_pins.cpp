#include "provider/plugin_pins.hpp"

#include "base/json.hpp"
#include "base/whole_file.hpp"
#include "crypto/encoding.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tenon::host {
namespace {

using nlohmann::json;

constexpr int version = 1;
constexpr std::uintmax_t longest_file = 16UL << 20U;

// Thrown while a text is read, caught in parse_pins.
struct wrong_form : std::runtime_error {
    using std::runtime_error::runtime_error;
};

void require(bool holds, const std::string& what) {
    if (!holds) {
        throw wrong_form(what);
    }
}

auto member(const json& object, const char* name, const std::string& where) -> const json& {
    require(object.is_object() && object.contains(name), where + " has no `" + name + "`");
    return object.at(name);
}

auto text(const json& value, const std::string& where) -> std::string {
    require(value.is_string(), where + " must be a text");
    return value.get<std::string>();
}

// A word or a key that this version doesn't know may be a limit that it would not keep.
void only(const json& object, std::initializer_list<const char*> known, const std::string& where) {
    require(object.is_object(), where + " must be an object");
    for (const auto& [name, value] : object.items()) {
        const auto same = [&name = name](const char* one) { return name == one; };
        require(
            std::any_of(known.begin(), known.end(), same),
            where + " has `" + name + "`, which this version does not know"
        );
    }
}

auto read_origin(const json& from, const std::string& where) -> approved_origin {
    only(from, {"origin", "roles", "patterns"}, where);
    approved_origin out;
    out.url = text(member(from, "origin", where), where + ".origin");
    const auto& roles = member(from, "roles", where);
    require(roles.is_array(), where + ".roles must be a list");
    for (const auto& one : roles) {
        const auto role = role_named(text(one, where + ".roles"));
        require(
            role != 0, where + ".roles has a word that is none of authorize, token, revoke, api"
        );
        out.roles |= role;
    }
    if (from.contains("patterns")) {
        require(from.at("patterns").is_object(), where + ".patterns must be an object");
        for (const auto& [name, form] : from.at("patterns").items()) {
            out.patterns.emplace(name, text(form, where + ".patterns"));
        }
    }
    return out;
}

auto read_provider(const json& from, const std::string& where) -> approved_provider {
    only(from, {"origins", "fetches"}, where);
    approved_provider out;
    const auto& origins = member(from, "origins", where);
    require(origins.is_array(), where + ".origins must be a list");
    for (const auto& one : origins) {
        out.origins.push_back(read_origin(one, where + ".origins"));
    }
    if (from.contains("fetches")) {
        require(from.at("fetches").is_array(), where + ".fetches must be a list");
        for (const auto& one : from.at("fetches")) {
            out.fetches.push_back(text(one, where + ".fetches"));
        }
    }
    return out;
}

auto read_pin(const json& from, const std::string& where) -> plugin_pin {
    only(from, {"sha256", "providers"}, where);
    plugin_pin out;
    out.digest = text(member(from, "sha256", where), where + ".sha256");
    const auto bytes = from_hex(out.digest);
    require(
        bytes && bytes->size() == 32 && to_hex(*bytes) == out.digest,
        where + ".sha256 must be 64 lower-case hexadecimal digits"
    );
    const auto& providers = member(from, "providers", where);
    require(providers.is_object(), where + ".providers must be an object");
    for (const auto& [id, provider] : providers.items()) {
        out.approved.emplace(id, read_provider(provider, where + "." + id));
    }
    return out;
}

auto read_all(const json& from) -> plugin_pins {
    only(from, {"version", "plugins"}, "it");
    require(
        member(from, "version", "it") == version,
        "its `version` is not " + std::to_string(version) + ": upgrade the host"
    );
    const auto& plugins = member(from, "plugins", "it");
    require(plugins.is_object(), "`plugins` must be an object");
    plugin_pins out;
    for (const auto& [file, pin] : plugins.items()) {
        out.emplace(file, read_pin(pin, file));
    }
    return out;
}

auto to_json(const approved_provider& from) -> json {
    json origins = json::array();
    for (const auto& one : from.origins) {
        json origin{{"origin", one.url}, {"roles", role_names(one.roles)}};
        if (!one.patterns.empty()) {
            origin["patterns"] = one.patterns;
        }
        origins.push_back(std::move(origin));
    }
    json out{{"origins", std::move(origins)}};
    if (!from.fetches.empty()) {
        out["fetches"] = from.fetches;
    }
    return out;
}

// What anybody may change proves nothing.
auto changeable_by_anybody(const std::filesystem::path& path) -> bool {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 && (about.st_mode & S_IWOTH) != 0;
}

auto refuse_pins(const std::filesystem::path& file, const std::string& why) -> error {
    return fail(errc::invalid_request, file.string() + ": " + why);
}

auto read_text(const std::filesystem::path& file) -> result<std::string> {
    std::error_code failed;
    const auto size = std::filesystem::file_size(file, failed);
    if (failed || size > longest_file) {
        return refuse_pins(file, failed ? failed.message() : "it is larger than 16 MiB");
    }
    std::ifstream in(file, std::ios::binary);
    std::string out(size, '\0');
    in.read(out.data(), static_cast<std::streamsize>(size));
    if (!in) {
        return refuse_pins(file, "it can't be read: check its permissions");
    }
    return out;
}

}  // namespace

auto parse_pins(std::string_view text) -> result<plugin_pins> {
    const auto parsed = parse_json(text);
    if (parsed.has_error()) {
        return parsed.error();
    }
    try {
        return read_all(*parsed);
    } catch (const wrong_form& problem) {
        return fail(errc::invalid_request, problem.what());
    }
}

auto serialize(const plugin_pins& pins) -> std::string {
    json plugins = json::object();
    for (const auto& [file, pin] : pins) {
        json providers = json::object();
        for (const auto& [id, provider] : pin.approved) {
            providers[id] = to_json(provider);
        }
        plugins[file] = {{"sha256", pin.digest}, {"providers", std::move(providers)}};
    }
    const json all{{"version", version}, {"plugins", std::move(plugins)}};
    constexpr int indent = 2;
    return all.dump(indent) + "\n";
}

auto read_pins(const std::filesystem::path& folder) -> result<plugin_pins> {
    const auto file = folder / pins_name;
    std::error_code failed;
    if (!std::filesystem::exists(file, failed) && !failed) {
        return plugin_pins();
    }
    for (const auto& path : {folder, file}) {
        if (changeable_by_anybody(path)) {
            return refuse_pins(path, "anybody may change it, so it proves nothing: chmod o-w it");
        }
    }
    const auto text = read_text(file);
    if (text.has_error()) {
        return text.error();
    }
    auto pins = parse_pins(*text);
    return pins.has_error() ? result<plugin_pins>(refuse_pins(file, pins.error().message)) : pins;
}

auto write_pins(const std::filesystem::path& folder, const plugin_pins& pins) -> result<void> {
    constexpr ::mode_t readable = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
    return replace_file(folder / pins_name, serialize(pins), readable);
}

}  // namespace tenon::host
