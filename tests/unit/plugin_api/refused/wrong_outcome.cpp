// refused: return_value|could not convert|no viable conversion|no matching
#include <tenon/sdk.hpp>

auto wrong() -> tenon::op<tenon::tokens> {
    co_return tenon::profile();
}
