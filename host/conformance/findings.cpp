#include "conformance/findings.hpp"

#include "conformance/check.hpp"

#include <algorithm>

namespace tenon::host::conformance {

void findings::fail(const std::string& what) {
    constexpr std::size_t kept = 12;
    const auto text = where_.empty() ? what : where_ + ": " + what;
    if (std::ranges::find(failures_, text) != failures_.end()) {
        return;
    }
    ++count_;
    if (failures_.size() < kept) {
        failures_.push_back(text);
    }
}

void findings::skip(const std::string& why) {
    ++skips_;
    skip_ = why;
}

auto findings::skipped() const -> std::string {
    return skips_ != 0 && skips_ >= std::max<std::size_t>(subjects_, 1) ? skip_ : std::string();
}

auto findings::declares(std::string_view quirk) const -> bool {
    return std::ranges::find(quirks_, quirk) != quirks_.end();
}

void findings::departs(std::string_view quirk, const std::string& what) {
    shown_.emplace(quirk);
    if (!declares(quirk)) {
        fail(what + "; where the provider is like that, declare the quirk " + std::string(quirk));
    }
}

void findings::enter_provider(std::string name, std::vector<std::string> quirks) {
    provider_ = std::move(name);
    quirks_ = std::move(quirks);
    shown_.clear();
}

void findings::leave_provider() {
    for (const auto& known : all_quirks()) {
        if (known.check == check_ && declares(known.id) && !shown_.contains(known.id)) {
            at(provider_);
            fail(
                "declares the quirk " + std::string(known.id) + " (" + std::string(known.says) +
                ") and does not show it: take it out of the descriptor, or give a cassette that "
                "shows it"
            );
        }
    }
    quirks_.clear();
}

}  // namespace tenon::host::conformance
