// refused: a Tenon operation can await three things only
#include <tenon/sdk.hpp>

auto inner() -> tenon::op<tenon::revoked> {
    co_return tenon::revoked();
}

auto wrong() -> tenon::op<tenon::revoked> {
    co_await inner();
    co_return tenon::revoked();
}
