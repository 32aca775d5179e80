// provider.hpp: the class that a provider's author derives from.
#ifndef TENON_SDK_PROVIDER_HPP
#define TENON_SDK_PROVIDER_HPP

#include <tenon/sdk/description.hpp>
#include <tenon/sdk/inputs.hpp>
#include <tenon/sdk/op.hpp>
#include <tenon/sdk/outcomes.hpp>

#include <cstdint>
#include <type_traits>

namespace tenon {

/// One provider. Override about() and the operations that it has; those that are not overridden are
/// not declared, and answer TENON_UNSUPPORTED. Keep no state: operations run at the same time, and
/// the same inputs must give the same outcome. Overrides must be public. [any]
class provider {
  public:
    provider() = default;
    provider(const provider&) = delete;
    auto operator=(const provider&) -> provider& = delete;
    virtual ~provider() = default;

    /// What it is. Asked once, when the library is loaded.
    virtual auto about() const -> description = 0;

    /// What it is as configured: DESCRIBE. Throw a `failed` of category misconfigured that names
    /// each wrong configuration key by failure::field().
    virtual auto describe(const values& config) const -> description {
        static_cast<void>(config);
        return about();
    }

    /// The request that takes the browser to the provider; usually oauth.hpp's authorization() with
    /// additions.
    virtual auto authorize(authorize_input in) const -> op<request> {
        return missing<request>(std::move(in));
    }
    /// The code of the callback for tokens.
    virtual auto exchange(exchange_input in) const -> op<tokens> {
        return missing<tokens>(std::move(in));
    }
    /// Stored tokens for fresh ones.
    virtual auto refresh(refresh_input in) const -> op<tokens> {
        return missing<tokens>(std::move(in));
    }
    /// Whose account it is.
    virtual auto profile(profile_input in) const -> op<tenon::profile> {
        return missing<tenon::profile>(std::move(in));
    }
    /// Ends stored tokens at the provider.
    virtual auto revoke(revoke_input in) const -> op<revoked> {
        return missing<revoked>(std::move(in));
    }

    /// What a person filled in to connect without a redirect: whether the provider takes it, and
    /// whose it is.
    virtual auto validate(validate_input in) const -> op<tokens> {
        return missing<tokens>(std::move(in));
    }

  private:
    template <class T>
    static auto missing(operation_input) -> op<T> {
        co_return failure(category::unsupported, "this provider does not have the operation");
    }
};

/// The operations that a provider's class overrides, as bits.
template <class P>
constexpr auto operations_of() noexcept -> std::uint64_t {
    std::uint64_t bits = operation_bit(TENON_OP_DESCRIBE);
    const auto add = [&bits](bool defined, std::uint32_t kind) {
        if (defined) {
            bits |= operation_bit(kind);
        }
    };
    add(!std::is_same_v<decltype(&P::authorize), decltype(&provider::authorize)>,
        TENON_OP_AUTHORIZE);
    add(!std::is_same_v<decltype(&P::exchange), decltype(&provider::exchange)>, TENON_OP_EXCHANGE);
    add(!std::is_same_v<decltype(&P::refresh), decltype(&provider::refresh)>, TENON_OP_REFRESH);
    add(!std::is_same_v<decltype(&P::profile), decltype(&provider::profile)>, TENON_OP_PROFILE);
    add(!std::is_same_v<decltype(&P::revoke), decltype(&provider::revoke)>, TENON_OP_REVOKE);
    add(!std::is_same_v<decltype(&P::validate), decltype(&provider::validate)>, TENON_OP_VALIDATE);
    return bits;
}

}  // namespace tenon

#endif
