#include "base/config_tree.hpp"

#include "base/utf8.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tenon::host {
namespace {

using nlohmann::json;

constexpr int max_depth = 32;

class tree_reader {
  public:
    tree_reader(std::string file, const environment_map& variables, config_problems& problems)
        : file_(std::move(file)), variables_(variables), problems_(problems) {}

    auto read(const YAML::Node& node, const std::string& key, int depth = 0) -> config_node {
        config_node out;
        out.where = where(node.Mark());
        if (depth > max_depth) {
            problems_.add(out.where, key, "nested too deep");
            return out;
        }
        switch (node.Type()) {
            case YAML::NodeType::Scalar: read_scalar(node, key, out); break;
            case YAML::NodeType::Sequence: read_list(node, key, depth, out); break;
            case YAML::NodeType::Map: read_map(node, key, depth, out); break;
            case YAML::NodeType::Null:
            case YAML::NodeType::Undefined: break;
        }
        return out;
    }

  private:
    auto where(const YAML::Mark& mark) const -> std::string {
        return mark.is_null() ? file_ : file_ + ":" + std::to_string(mark.line + 1);
    }

    void read_scalar(const YAML::Node& node, const std::string& key, config_node& out) {
        out.quoted = node.Tag() == "!";
        try {
            auto text = fill_in(node.Scalar(), variables_);
            // `""` is a value, a variable that is not there is none.
            if (text) {
                out.is = config_node::shape::scalar;
                out.text = std::move(*text);
            }
        } catch (const std::invalid_argument& problem) {
            problems_.add(out.where, key, "`" + key + "`: " + problem.what());
        }
    }

    void read_list(const YAML::Node& node, const std::string& key, int depth, config_node& out) {
        out.is = config_node::shape::list;
        for (const auto& item : node) {
            out.items.push_back(read(item, key + "[]", depth + 1));
        }
    }

    void read_map(const YAML::Node& node, const std::string& key, int depth, config_node& out) {
        out.is = config_node::shape::map;
        for (const auto& member : node) {
            if (!member.first.IsScalar()) {
                problems_.add(where(member.first.Mark()), key, "a key must be a single word");
                continue;
            }
            const auto& name = member.first.Scalar();
            const auto path = key.empty() ? name : key + "." + name;
            if (std::ranges::find(out.members, name, &config_member::name) != out.members.end()) {
                problems_.add(where(member.first.Mark()), path, "`" + path + "` is there twice");
                continue;
            }
            auto value = read(member.second, path, depth + 1);
            value.where = where(member.first.Mark());
            out.members.push_back({name, std::move(value)});
        }
    }

    std::string file_;
    const environment_map& variables_;
    config_problems& problems_;
};

// YAML 1.2, 10.3.2, but numbers only where they lose nothing: `007`, `1.10` and ids of twenty
// digits stay text.
auto plain_scalar_to_json(const std::string& text) -> json {
    if (text == "true" || text == "True" || text == "TRUE") {
        return true;
    }
    if (text == "false" || text == "False" || text == "FALSE") {
        return false;
    }
    const auto* const end = text.data() + text.size();
    std::int64_t whole = 0;
    std::from_chars(text.data(), end, whole);
    double real = 0;
    std::from_chars(text.data(), end, real);
    for (const auto& number : {json(whole), json(real)}) {
        if (number.dump() == text) {
            return number;
        }
    }
    return text;
}

auto to_json(const config_node& node) -> json {
    switch (node.is) {
        case config_node::shape::absent: return nullptr;
        case config_node::shape::scalar:
            return node.quoted ? json(node.text) : plain_scalar_to_json(node.text);
        case config_node::shape::list: {
            auto list = json::array();
            for (const auto& item : node.items) {
                list.push_back(to_json(item));
            }
            return list;
        }
        case config_node::shape::map: {
            auto map = json::object();
            for (const auto& [name, value] : node.members) {
                map[name] = to_json(value);
            }
            return map;
        }
    }
    return nullptr;
}

// The variable of `NAME` or `NAME:-default`.
auto value_of(std::string_view expression, const environment_map& variables)
    -> std::optional<std::string> {
    const auto fallback = expression.find(":-");
    const auto found = variables.find(expression.substr(0, fallback));
    if (found != variables.end() && !found->second.empty()) {
        return found->second;
    }
    if (fallback == std::string_view::npos) {
        return std::nullopt;
    }
    return std::string(expression.substr(fallback + 2));
}

}  // namespace

auto fill_in(std::string_view text, const environment_map& variables)
    -> std::optional<std::string> {
    std::string out;
    const auto whole = text;
    while (!text.empty()) {
        const auto start = text.find("${");
        out += text.substr(0, start);
        if (start == std::string_view::npos) {
            break;
        }
        text.remove_prefix(start + 2);
        if (out.ends_with('$')) {  // `$${`
            out += '{';
            continue;
        }
        const auto end = text.find('}');
        if (end == std::string_view::npos) {
            throw std::invalid_argument("`${` without a `}` (a plain `${` is written `$${`)");
        }
        const auto expression = text.substr(0, end);
        const auto value = value_of(expression, variables);
        const bool alone = whole.size() == expression.size() + 3;
        if (!value && alone) {
            return std::nullopt;
        }
        if (!value) {
            throw std::invalid_argument(
                "the variable " + std::string(expression) +
                " is not set, and the text around it needs it"
            );
        }
        out += *value;
        text.remove_prefix(end + 1);
    }
    return out;
}

auto read_config_tree(
    const std::filesystem::path& path, const environment_map& variables, config_problems& problems
) -> result<config_node> {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
        return fail(errc::not_found, "there is no configuration file " + path.string());
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return fail(errc::invalid_request, "can't read " + path.string());
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    // YAML would take other encodings too, and bytes that are nobody's for an empty document.
    if (!is_text(text)) {
        return fail(errc::invalid_request, path.string() + " is not UTF-8 text");
    }
    try {
        const auto documents = YAML::LoadAll(text);
        if (documents.size() > 1) {
            return fail(
                errc::invalid_request,
                path.string() + " holds several documents: take out the `---`"
            );
        }
        tree_reader reader(path.string(), variables, problems);
        auto root = documents.empty() ? config_node{} : reader.read(documents.front(), "");
        if (root.is == config_node::shape::scalar || root.is == config_node::shape::list) {
            return fail(errc::invalid_request, path.string() + " is no map of `key: value` lines");
        }
        return root;
    } catch (const YAML::Exception& problem) {
        return fail(
            errc::invalid_request, path.string() + ":" + std::to_string(problem.mark.line + 1) +
                                       ":" + std::to_string(problem.mark.column + 1) +
                                       ": not YAML: " + problem.msg
        );
    }
}

auto to_json_text(const config_node& node) -> std::string {
    return to_json(node).dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace tenon::host
