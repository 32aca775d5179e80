#include "http/fields.hpp"

namespace tenon::host {
namespace {

constexpr std::size_t kept_text = 4096;
constexpr std::size_t kept_entries = 64;

constexpr auto lower(char letter) noexcept -> char {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}

}  // namespace

auto equal_ignoring_case(std::string_view left, std::string_view right) noexcept -> bool {
    if (left.size() != right.size()) {
        return false;
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (left[i] != right[i] && lower(left[i]) != lower(right[i])) {
            return false;
        }
    }
    return true;
}

void header_fields::add(std::string_view name, std::string_view value) {
    entries_.push_back(
        {static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(name.size()),
         static_cast<std::uint32_t>(value.size())}
    );
    text_.append(name).append(value);
}

void header_fields::clear() noexcept {
    text_.clear();
    entries_.clear();
}

auto header_fields::at(std::size_t index) const noexcept
    -> std::pair<std::string_view, std::string_view> {
    const auto& found = entries_[index];
    const std::string_view text = text_;
    return {
        text.substr(found.offset, found.name_size),
        text.substr(found.offset + found.name_size, found.value_size)};
}

auto header_fields::find(std::string_view name) const noexcept -> std::string_view {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (entries_[i].name_size == name.size()) {
            const auto [found, value] = at(i);
            if (equal_ignoring_case(found, name)) {
                return value;
            }
        }
    }
    return {};
}

auto header_fields::has(std::string_view name) const noexcept -> bool {
    return count(name) > 0;
}

auto header_fields::count(std::string_view name) const noexcept -> std::size_t {
    std::size_t found = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (entries_[i].name_size == name.size() && equal_ignoring_case(at(i).first, name)) {
            ++found;
        }
    }
    return found;
}

auto header_fields::all(std::string_view name) const -> std::vector<std::string_view> {
    std::vector<std::string_view> values;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const auto [found, value] = at(i);
        if (equal_ignoring_case(found, name)) {
            values.push_back(value);
        }
    }
    return values;
}

void header_fields::shrink() {
    clear();
    if (text_.capacity() > kept_text) {
        text_ = {};
    }
    if (entries_.capacity() > kept_entries) {
        entries_ = {};
    }
}

}  // namespace tenon::host
