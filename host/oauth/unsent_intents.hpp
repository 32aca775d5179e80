// Intents that may be written down, and that nothing was sent with.
#pragma once

#include "base/ids.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace tenon::host {

// A boarding that writes, or has written, this intent.
struct boarding_attempt {
    std::string intent;
    bool follows_cut_off = false;  // it stands for an earlier run's as well
};

// Of boardings whose commit's answer was lost, or that could not be given back, and of claims,
// whose intents are of no use once somebody else has boarded. Another process can't know that
// nothing was sent, and spares the grant. Any thread.
class unsent_intents {
  public:
    // The boarding that is left of that grant, or a new one, which writes `intent`.
    auto take(const grant_id& grant, std::string intent) -> std::shared_ptr<boarding_attempt>;
    void keep(const grant_id& grant, std::shared_ptr<boarding_attempt> attempt);

    // A claim begins: the intent that it is to write, which is this one, or that of a claim of
    // which it is not known whether it was written. Nothing is sent with it but by whoever departs.
    auto claim(const grant_id& grant, std::string intent) -> std::string;
    [[nodiscard]] auto is_claim(const grant_id& grant, const std::string& intent) -> bool;
    // A boarding has the lease: what a claim wrote before may not depart any more.
    void overtake(const grant_id& grant);
    // The boarding is committed: what is left of a claim that has ended is gone.
    void boarded(const grant_id& grant);
    [[nodiscard]] auto may_depart(const grant_id& grant, const std::string& intent) -> bool;
    // Before something is sent with it; ends the claim. False: it may not.
    auto depart(const grant_id& grant, const std::string& intent) -> bool;
    // Ends the claim: its intent may be there.
    void end_claim(const grant_id& grant);
    // The same; its intent was not written.
    void drop_claim(const grant_id& grant);

  private:
    struct unsent {
        std::shared_ptr<boarding_attempt> left;
        std::string claimed;
        bool overtaken = false;
        bool under_way = false;  // the claim
    };
    using all_unsent = std::map<grant_id, unsent>;
    auto find_claim(const grant_id& grant, const std::string& intent) -> all_unsent::iterator;
    void forget_claim(all_unsent::iterator claimed);

    std::mutex guard_;
    all_unsent unsent_;
};

}  // namespace tenon::host
