// refused: a Tenon operation can await three things only
#include <tenon/sdk.hpp>

#include <coroutine>

auto wrong() -> tenon::op<tenon::revoked> {
    co_await std::suspend_always();
    co_return tenon::revoked();
}
