#include "report.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>

namespace tenon::bench {

auto rounded(double value) -> std::string {
    std::array<char, 64> text{};
    const auto* const format = std::abs(value) >= 100  ? "%.0f"
                               : std::abs(value) >= 10 ? "%.1f"
                                                       : "%.2f";
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

void report::add(const line& one) {
    const bool met =
        one.direction == better::more ? one.measured >= one.target : one.measured <= one.target;
    const std::string unit = one.unit.empty() ? "" : " " + one.unit;
    std::cout << (met ? "met     " : "MISSED  ") << one.what << ": " << rounded(one.measured)
              << unit << " (target " << (one.direction == better::more ? ">= " : "<= ")
              << rounded(one.target) << unit << ')';
    if (!one.detail.empty()) {
        std::cout << "\n        " << one.detail;
    }
    std::cout << std::endl;
    if (met) {
        ++met_;
    } else {
        missed_.push_back(one.what);
    }
}

void report::skip(const std::string& what, const std::string& why) {
    std::cout << "not measured  " << what << ": " << why << std::endl;
    skipped_.push_back(what);
}

void report::note(const std::string& what, const std::string& figure) {
    std::cout << "        " << what << ": " << figure << std::endl;
}

void report::summary() const {
    std::cout << '\n'
              << met_ << " targets met, " << missed_.size() << " missed, " << skipped_.size()
              << " not measured\n";
    for (const auto& what : missed_) {
        std::cout << "missed: " << what << '\n';
    }
}

}  // namespace tenon::bench
