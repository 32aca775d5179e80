// plugin.hpp: the one exported function, and the trampolines from the ABI's function pointers to a
// provider.
#ifndef TENON_SDK_PLUGIN_HPP
#define TENON_SDK_PLUGIN_HPP

#include <tenon/plugin.h>
#include <tenon/sdk/descriptor_arrays.hpp>
#include <tenon/sdk/machine.hpp>
#include <tenon/sdk/provider.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <tuple>
#include <utility>

namespace tenon {

/// A provider as the ABI sees it.
class registration {
  public:
    registration(const provider& object, std::uint64_t operations)
        : object_(&object), operations_(operations), descriptor_(object.about(), operations) {
        abi_.struct_size = sizeof(abi_);
        abi_.self = this;
        abi_.descriptor = descriptor_.get();
        abi_.op_begin = &begin;
        abi_.op_step = &step;
        abi_.op_destroy = &destroy;
        abi_.get_extension = &extension;
    }
    registration(const registration&) = delete;
    auto operator=(const registration&) -> registration& = delete;
    ~registration() = default;

    auto abi() const noexcept -> const tenon_provider* { return &abi_; }

  private:
    // Nothing but a status leaves a plugin's function: whatever `work` throws ends here.
    template <class Work>
    static auto guarded(Work&& work) noexcept -> tenon_status {
        try {
            return work();
        } catch (const std::bad_alloc&) {
            return TENON_NOMEM;
        } catch (...) {
            return TENON_INTERNAL;
        }
    }

    // Writes no further than the host's struct reaches, and leaves the size as the host set it.
    static auto write_action(const tenon_action& from, tenon_action* to) noexcept -> tenon_status {
        constexpr std::size_t body = offsetof(tenon_action, kind);
        if (to->struct_size < offsetof(tenon_action, sleep_ms) + sizeof(to->sleep_ms)) {
            return TENON_INVALID;
        }
        const std::size_t size = std::min<std::size_t>(to->struct_size, sizeof(from));
        std::memcpy(
            reinterpret_cast<char*>(to) + body, reinterpret_cast<const char*>(&from) + body,
            size - body
        );
        return TENON_OK;
    }

    static auto describing(const provider& object, values config) -> op<description> {
        co_return object.describe(config);
    }

    template <class T>
    auto machine_for(op<T> coroutine) const -> std::unique_ptr<machine> {
        return std::make_unique<machine_of<T>>(std::move(coroutine), operations_);
    }

    auto create(const tenon_op_input& in) const -> std::unique_ptr<machine> {
        if (in.kind >= 64 || (operations_ & operation_bit(in.kind)) == 0) {
            return nullptr;
        }
        switch (in.kind) {
            case TENON_OP_DESCRIBE: return machine_for(describing(*object_, values(in.config)));
            case TENON_OP_AUTHORIZE: return machine_for(object_->authorize(authorize_input(in)));
            case TENON_OP_EXCHANGE: return machine_for(object_->exchange(exchange_input(in)));
            case TENON_OP_REFRESH: return machine_for(object_->refresh(refresh_input(in)));
            case TENON_OP_PROFILE: return machine_for(object_->profile(profile_input(in)));
            case TENON_OP_REVOKE: return machine_for(object_->revoke(revoke_input(in)));
            case TENON_OP_VALIDATE: return machine_for(object_->validate(validate_input(in)));
            default: return nullptr;
        }
    }

    static auto begin(
        const tenon_provider* provider, const tenon_op_input* input, tenon_op** op,
        tenon_action* action
    ) noexcept -> tenon_status {
        if (provider == nullptr || input == nullptr || op == nullptr || action == nullptr) {
            return TENON_INVALID;
        }
        *op = nullptr;
        return guarded([&]() -> tenon_status {
            const auto* const self = static_cast<const registration*>(provider->self);
            std::unique_ptr<machine> made = self->create(read_sized(input));
            if (!made) {
                return TENON_UNSUPPORTED;
            }
            made->begin();
            const tenon_status written = write_action(made->next(), action);
            if (written == TENON_OK) {
                *op = reinterpret_cast<tenon_op*>(made.release());
            }
            return written;
        });
    }

    static auto step(tenon_op* op, const tenon_reply* reply, tenon_action* action) noexcept
        -> tenon_status {
        if (op == nullptr || reply == nullptr || action == nullptr) {
            return TENON_INVALID;
        }
        return guarded([&]() -> tenon_status {
            auto* const running = reinterpret_cast<machine*>(op);
            const tenon_status stepped = running->step(read_sized(reply));
            return stepped == TENON_OK ? write_action(running->next(), action) : stepped;
        });
    }

    static void destroy(tenon_op* op) noexcept { delete reinterpret_cast<machine*>(op); }

    static auto extension(const tenon_provider*, tenon_str) noexcept -> const void* {
        return nullptr;
    }

    const provider* object_;
    std::uint64_t operations_;
    descriptor_arrays descriptor_;
    tenon_provider abi_ = {};
};

/// A provider and its registration.
template <class P>
struct registered_provider {
    P object;
    registration abi{object, operations_of<P>()};
};

/// A plugin of these providers, in the order in which they are named.
template <class... Providers>
class plugin_of {
  public:
    plugin_of() {
        abi_.struct_size = sizeof(abi_);
        abi_.abi_minor = TENON_ABI_MINOR;
        abi_.magic = TENON_PLUGIN_MAGIC;
        abi_.providers = pointers_.data();
        abi_.provider_count = pointers_.size();
    }
    plugin_of(const plugin_of&) = delete;
    auto operator=(const plugin_of&) -> plugin_of& = delete;
    ~plugin_of() = default;

    /// Null if memory ran out or about() threw: then there is no plugin.
    static auto entry() noexcept -> const tenon_plugin* {
        try {
            static const plugin_of only;
            return &only.abi_;
        } catch (...) {
            return nullptr;
        }
    }

  private:
    std::tuple<registered_provider<Providers>...> entries_;
    std::array<const tenon_provider*, sizeof...(Providers)> pointers_{
        std::get<registered_provider<Providers>>(entries_).abi.abi()...};
    tenon_plugin abi_ = {};
};

}  // namespace tenon

/// Defines the plugin's entry. Once in a library, at namespace level: TENON_PLUGIN(acme) or
/// TENON_PLUGIN(acme, acme_eu).
#define TENON_PLUGIN(...)                                                       \
    extern "C" TENON_EXPORT auto tenon_plugin_entry_v1()->const tenon_plugin* { \
        return ::tenon::plugin_of<__VA_ARGS__>::entry();                        \
    }                                                                           \
    static_assert(true, "a semicolon follows")

#endif
