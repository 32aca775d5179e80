// op.hpp: an operation as a coroutine.
//
// `co_await` a request, a call or a pause, and nothing else; end with `co_return` of the outcome or
// of a failure, or throw `failed`. Write operations as member functions: a lambda with captures as
// a coroutine would outlive its captures, and does not compile.
#ifndef TENON_SDK_OP_HPP
#define TENON_SDK_OP_HPP

#include <tenon/sdk/failure.hpp>
#include <tenon/sdk/request.hpp>
#include <tenon/sdk/response.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace tenon {

/// What a suspended operation waits for, and what came of it: where a coroutine and the ABI meet.
/// For the SDK.
class mailbox {
  public:
    using wanted = std::variant<std::monostate, request, call, pause>;

    void want(wanted what) { wanted_ = std::move(what); }
    auto take_wanted() -> wanted { return std::exchange(wanted_, wanted()); }

    void deliver(response reply) { response_.emplace(std::move(reply)); }
    void deliver(call_result reply) { call_.emplace(std::move(reply)); }
    auto take_response() -> response { return take(response_); }
    auto take_call() -> call_result { return take(call_); }

  private:
    template <class T>
    static auto take(std::optional<T>& from) -> T {
        T taken = std::move(*from);
        from.reset();
        return taken;
    }

    wanted wanted_;
    std::optional<response> response_;
    std::optional<call_result> call_;
};

namespace detail {

template <class T>
concept closure = requires { &T::operator(); } && !std::is_empty_v<T>;

struct waits {
    mailbox* box;
    auto await_ready() const noexcept -> bool { return box == nullptr; }  // never: it is connected
    void await_suspend(std::coroutine_handle<>) const noexcept {}
};
struct waits_for_http : waits {
    auto await_resume() const -> response { return box->take_response(); }
};
struct waits_for_call : waits {
    auto await_resume() const -> call_result { return box->take_call(); }
};
struct waits_for_pause : waits {
    void await_resume() const noexcept {}
};

template <class T>
concept awaitable = std::same_as<T, request> || std::same_as<T, call> || std::same_as<T, pause>;

}  // namespace detail

/// The promise of every operation, whatever it yields.
class promise_base {
  public:
    // Not static: clang-tidy would report every coroutine of every author's.
    // NOLINTBEGIN(readability-convert-member-functions-to-static)
    auto initial_suspend() const noexcept -> std::suspend_always { return {}; }
    auto final_suspend() const noexcept -> std::suspend_always { return {}; }
    // NOLINTEND(readability-convert-member-functions-to-static)

    auto await_transform(const request& what) -> detail::waits_for_http { return {wait_for(what)}; }
    auto await_transform(request&& what) -> detail::waits_for_http {
        return {wait_for(std::move(what))};
    }
    auto await_transform(const call& what) -> detail::waits_for_call { return {wait_for(what)}; }
    auto await_transform(pause what) -> detail::waits_for_pause { return {wait_for(what)}; }

    template <class T>
        requires(!detail::awaitable<std::remove_cvref_t<T>>)
    auto await_transform(T&&) -> detail::waits_for_pause {
        static_assert(
            detail::awaitable<std::remove_cvref_t<T>>,
            "a Tenon operation can await three things only: an HTTP request (tenon::get, "
            "tenon::post, ...), a host service (tenon::call) and a pause (tenon::sleep_for)"
        );
        return {};
    }

    /// Where the operation meets the ABI; set before the first resumption.
    void connect(mailbox& box) noexcept { box_ = &box; }

  private:
    template <class T>
    auto wait_for(T what) -> detail::waits {
        // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): it was set by connect()
        box_->want(std::move(what));
        return {box_};
    }

    mailbox* box_ = nullptr;
};

/// An operation that yields a T: a `tokens`, `profile`, `request`, `revoked` or `description`.
template <class T>
class [[nodiscard]] op {
  public:
    using outcome = std::variant<std::monostate, T, failure>;

    class promise_type : public promise_base {
      public:
        promise_type() = default;
        template <class... Args>
        explicit promise_type(const Args&...) {
            static_assert(
                (!detail::closure<std::remove_cvref_t<Args>> && ...),
                "a lambda with captures can't be a Tenon operation: its captures die before it "
                "ends; write "
                "a member function, or pass what it needs as parameters"
            );
        }

        auto get_return_object() -> op {
            return op(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        void return_value(T value) { outcome_.template emplace<T>(std::move(value)); }
        void return_value(failure why) { outcome_.template emplace<failure>(std::move(why)); }
        void unhandled_exception() { caught_ = std::current_exception(); }

        /// What it ended with. Rethrows std::bad_alloc; any other stray exception is a failure.
        auto take_outcome() -> outcome;

      private:
        outcome outcome_;
        std::exception_ptr caught_;
    };

    op(op&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    op(const op&) = delete;
    auto operator=(const op&) -> op& = delete;
    auto operator=(op&&) -> op& = delete;
    ~op() {
        if (handle_) {
            handle_.destroy();
        }
    }

    auto handle() const noexcept -> std::coroutine_handle<promise_type> { return handle_; }

  private:
    explicit op(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    std::coroutine_handle<promise_type> handle_;
};

template <class T>
auto op<T>::promise_type::take_outcome() -> outcome {
    if (!caught_) {
        return std::move(outcome_);
    }
    try {
        std::rethrow_exception(std::exchange(caught_, nullptr));
    } catch (const failed& stop) {
        return stop.why();
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        return failure(
            category::provider,
            "the plugin broke off on an exception of its own: a bug in the plugin", "plugin_bug"
        );
    }
}

}  // namespace tenon

#endif
