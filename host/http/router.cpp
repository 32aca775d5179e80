#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tenon::host {
namespace {

// One segment's place in the tree of patterns.
struct node {
    struct leaf {
        const route* found;
        std::vector<std::string> names;  // of the pattern's parameters, from left to right
    };
    std::vector<std::pair<std::string, std::unique_ptr<node>>> literals;
    std::unique_ptr<node> parameter;
    std::vector<leaf> leaves;  // one a method
    std::string allow;

    auto literal(std::string_view text) const -> const node* {
        const auto at = std::find_if(literals.begin(), literals.end(), [&](const auto& child) {
            return child.first == text;
        });
        return at == literals.end() ? nullptr : at->second.get();
    }
    auto find(std::string_view method) const -> const leaf* {
        const auto at = std::find_if(leaves.begin(), leaves.end(), [&](const leaf& candidate) {
            return candidate.found->method == method;
        });
        return at == leaves.end() ? nullptr : &*at;
    }
};

// Deepest parameter nesting that a pattern may have: where parameters' values are noted on the way
// down.
constexpr std::size_t most_parameters = 8;

struct search {
    const std::vector<std::string>& segments;
    std::array<std::size_t, most_parameters> marks{};
    std::size_t marked = 0;
};

// A literal child is tried first; the parameter beside it only if nothing below the literal fits.
auto descend(const node& at, search& state, std::size_t index) -> const node* {
    if (index == state.segments.size()) {
        return at.leaves.empty() ? nullptr : &at;
    }
    const std::string& segment = state.segments[index];
    if (const auto* child = at.literal(segment)) {
        if (const auto* found = descend(*child, state, index + 1)) {
            return found;
        }
    }
    if (!at.parameter || segment.empty()) {
        return nullptr;
    }
    state.marks[state.marked++] = index;
    const auto* found = descend(*at.parameter, state, index + 1);
    if (found == nullptr) {
        --state.marked;
    }
    return found;
}

auto split(std::string_view pattern) -> std::vector<std::string> {
    std::vector<std::string> parts;
    pattern.remove_prefix(1);
    for (;;) {
        const auto slash = pattern.find('/');
        parts.emplace_back(pattern.substr(0, slash));
        if (slash == pattern.npos) {
            return parts;
        }
        pattern.remove_prefix(slash + 1);
    }
}

auto child_for(node& at, const std::string& part, std::vector<std::string>& names) -> node& {
    if (part.starts_with(':')) {
        names.push_back(part.substr(1));
        if (!at.parameter) {
            at.parameter = std::make_unique<node>();
        }
        return *at.parameter;
    }
    for (auto& [text, child] : at.literals) {
        if (text == part) {
            return *child;
        }
    }
    return *at.literals.emplace_back(part, std::make_unique<node>()).second;
}

void plant(node& root, const route& added) {
    const auto wrong = [&](const char* why) {
        throw std::invalid_argument("route " + added.method + ' ' + added.pattern + ": " + why);
    };
    if (!added.pattern.starts_with('/')) {
        wrong("a pattern begins with /");
    }
    if (!added.run && !added.fast) {
        wrong("it has no handler");
    }
    node* at = &root;
    std::vector<std::string> names;
    for (const auto& part : split(added.pattern)) {
        at = &child_for(*at, part, names);
    }
    if (names.size() > most_parameters) {
        wrong("it has more than eight parameters");
    }
    if (at->find(added.method) != nullptr) {
        wrong("it is there twice");
    }
    at->leaves.push_back({&added, std::move(names)});
    at->allow += added.method + (added.method == "GET" ? ", HEAD, " : ", ");
}

void finish_allow(node& at) {
    if (!at.leaves.empty()) {
        at.allow += "OPTIONS";
    }
    for (auto& child : at.literals) {
        finish_allow(*child.second);
    }
    if (at.parameter) {
        finish_allow(*at.parameter);
    }
}

}  // namespace

struct router::table {
    std::vector<route> routes;
    node root;
};

router::router(std::vector<route> routes) : table_(std::make_unique<table>()) {
    table_->routes = std::move(routes);
    for (const auto& added : table_->routes) {
        plant(table_->root, added);
    }
    finish_allow(table_->root);
}

router::~router() = default;
router::router(router&&) noexcept = default;
auto router::operator=(router&&) noexcept -> router& = default;

auto router::routes() const noexcept -> const std::vector<route>& {
    return table_->routes;
}

auto router::find(request& asked) const -> match {
    // `/api/v1` is `/api`: the version's segment is dropped, so that handlers see one form.
    if (asked.segments.size() > 2 && asked.segments[0] == "api" && asked.segments[1] == "v1") {
        asked.segments.erase(asked.segments.begin() + 1);
    }
    search state{asked.segments};
    const auto* at = descend(table_->root, state, 0);
    if (at == nullptr) {
        return {};
    }
    const auto* leaf = at->find(asked.method);
    if (leaf == nullptr && asked.method == "HEAD") {
        leaf = at->find("GET");
    }
    if (leaf == nullptr) {
        return {outcome::no_such_method, nullptr, at->allow};
    }
    for (std::size_t i = 0; i < leaf->names.size(); ++i) {
        asked.params.emplace_back(leaf->names[i], asked.segments[state.marks[i]]);
    }
    asked.route = leaf->found->pattern;
    return {outcome::found, leaf->found, at->allow};
}

}  // namespace tenon::host
