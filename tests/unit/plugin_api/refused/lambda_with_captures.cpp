// refused by g++: a lambda with captures can't be a Tenon operation
#include <tenon/sdk.hpp>

auto wrong(int what) -> tenon::op<tenon::revoked> {
    const auto operation = [what]() -> tenon::op<tenon::revoked> {
        if (what == 0) co_return tenon::failure(tenon::category::provider, "none");
        co_return tenon::revoked();
    };
    return operation();
}
