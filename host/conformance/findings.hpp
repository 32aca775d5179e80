// What a check finds while it runs.
#pragma once

#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host::conformance {

// Thrown where a check can't go on, for the plugin breaks another rule: the check that holds it
// answers for that. Where that one finds nothing, the break counts as a failure after all.
class blocked : public std::runtime_error {
  public:
    blocked(std::string_view by, const std::string& what) : std::runtime_error(what), by_(by) {}
    [[nodiscard]] auto by() const noexcept -> const std::string& { return by_; }

  private:
    std::string by_;
};

// Not for two threads at once.
class findings {
  public:
    explicit findings(std::string check) : check_(std::move(check)) {}

    // Where the check is now: stands before what it finds from here on. `google exchange`.
    void at(std::string where) { where_ = std::move(where); }
    void fail(const std::string& what);
    // Nothing of what the check asks about is there; a check whose subjects all say so is skipped.
    void skip(const std::string& why);
    // A departure from the RFCs: a failure unless the provider at hand declares the quirk.
    void departs(std::string_view quirk, const std::string& what);

    // The provider at hand, and what it declares. leave_provider fails it for each quirk of this
    // check's that it declares and that nothing showed.
    void enter_provider(std::string name, std::vector<std::string> quirks);
    void leave_provider();
    [[nodiscard]] auto declares(std::string_view quirk) const -> bool;

    void enter_subject() { ++subjects_; }

    [[nodiscard]] auto check() const -> const std::string& { return check_; }
    [[nodiscard]] auto failures() const -> const std::vector<std::string>& { return failures_; }
    [[nodiscard]] auto failed() const -> bool { return count_ != 0; }
    // Why nothing was asked; empty: something was.
    [[nodiscard]] auto skipped() const -> std::string;
    // The failures beyond those that are kept.
    [[nodiscard]] auto more() const -> std::size_t { return count_ - failures_.size(); }

  private:
    std::string check_, where_, provider_, skip_;
    std::vector<std::string> failures_, quirks_;
    std::set<std::string, std::less<>> shown_;
    std::size_t count_ = 0, subjects_ = 0, skips_ = 0;
};

}  // namespace tenon::host::conformance
