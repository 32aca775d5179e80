// Sealing everything anew under the current key: online, resumable, at any pace.
#pragma once

#include "base/result.hpp"
#include "crypto/envelope.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace tenon::host {

struct reseal_progress {
    std::int64_t total = 0;       // values that are to be sealed anew, as counted at the start
    std::int64_t resealed = 0;    // of these, done
    std::int64_t overtaken = 0;   // changed or erased by the running host meanwhile: nothing to do
    std::int64_t unreadable = 0;  // could not be opened: left as they are
};

// Every value that is sealed with another key is opened and sealed with the current one, a batch a
// transaction, by compare-and-swap, while hosts go on. May be stopped and begun again at any time.
// `told` is called after each batch. Blocks. Errors: storage_unavailable. Values that can't be
// opened are counted and logged, not an error.
[[nodiscard]] auto reseal(
    database& db, const sealer& seal, const std::function<void(const reseal_progress&)>& told
) -> result<reseal_progress>;

}  // namespace tenon::host
