// The table that comes out: a line a target.
#pragma once

#include <string>
#include <vector>

namespace tenon::bench {

enum class better { more, less };

struct line {
    std::string what;
    double measured = 0;
    double target = 0;
    better direction = better::more;
    std::string unit;    // empty: a ratio
    std::string detail;  // the figures behind it
};

class report {
  public:
    // Prints the line at once.
    void add(const line& one);
    // What could not be measured, and why.
    void skip(const std::string& what, const std::string& why);
    // A figure without a target.
    static void note(const std::string& what, const std::string& figure);
    // How many targets were met and missed.
    void summary() const;

  private:
    std::size_t met_ = 0;
    std::vector<std::string> missed_;
    std::vector<std::string> skipped_;
};

[[nodiscard]] auto rounded(double value) -> std::string;

}  // namespace tenon::bench
