// outbox.hpp: the one action that an operation wants next, as the ABI's structs. For the SDK
// itself.
//
// What is handed out stays valid until the next call on the operation: so it lies here, in the
// operation.
#ifndef TENON_SDK_OUTBOX_HPP
#define TENON_SDK_OUTBOX_HPP

#include <tenon/operation.h>
#include <tenon/sdk/descriptor_arrays.hpp>
#include <tenon/sdk/failure.hpp>
#include <tenon/sdk/outcomes.hpp>
#include <tenon/sdk/request_view.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace tenon {

class outbox {
  public:
    void want(request what) {
        next_ = tenon_action{};
        next_.kind = TENON_ACTION_HTTP;
        next_.http = http_.fill(std::move(what));
    }
    void want(call what) {
        next_ = tenon_action{};
        next_.kind = TENON_ACTION_CALL;
        next_.call = call_.fill(std::move(what));
    }
    void want(pause what) {
        next_ = tenon_action{};
        next_.kind = TENON_ACTION_SLEEP;
        next_.sleep_ms = what.ms;
    }

    /// The outcome of an operation; `operations`: those that the provider's class defines.
    void finish(tokens what, std::uint64_t operations);
    void finish(request what, std::uint64_t operations);
    void finish(profile what, std::uint64_t operations);
    void finish(revoked what, std::uint64_t operations);
    void finish(description what, std::uint64_t operations);
    void finish(failure why);

    auto next() const noexcept -> const tenon_action& { return next_; }

  private:
    // What an operation ends with. Made when it does: thousands that wait do not carry it along.
    struct ending {
        tenon_result result = {};
        tenon_error error = {};
        tokens granted;
        std::vector<tenon_grant> grants;
        std::vector<const tenon_grant*> grant_pointers;
        std::vector<named_value> fields;
        borrowed_values field_items;
        std::optional<descriptor_arrays> descriptor;
        std::optional<failure> why;
    };

    auto end() -> ending& {
        ending_ = std::make_unique<ending>();
        return *ending_;
    }
    auto done(ending& with) -> tenon_result& {
        with.result.struct_size = sizeof(with.result);
        next_ = tenon_action{};
        next_.kind = TENON_ACTION_DONE;
        next_.result = &with.result;
        return with.result;
    }
    static auto grant(const tokens& from) -> tenon_grant;

    tenon_action next_ = {};
    request_view http_;
    call_view call_;
    std::unique_ptr<ending> ending_;
};

inline auto outbox::grant(const tokens& from) -> tenon_grant {
    tenon_grant made = {};
    made.struct_size = sizeof(made);
    if (from.is_template_) {
        made.flags = TENON_GRANT_TEMPLATE;
    }
    made.slot = borrow(from.slot_);
    made.account_id = borrow(from.account_id_);
    made.access_token = borrow(from.access_token_);
    made.refresh_token = borrow(from.refresh_token_);
    made.id_token = borrow(from.id_token_);
    made.token_type = borrow(from.token_type_);
    made.scope = borrow(from.scope_);
    made.base_url = borrow(from.base_url_);
    made.metadata_json = borrow(from.metadata_);
    made.expires_at_ms = from.expires_at_ms_;
    made.refresh_expires_at_ms = from.refresh_expires_at_ms_;
    made.refresh_not_before_ms = from.refresh_not_before_ms_;
    return made;
}

inline void outbox::finish(tokens what, std::uint64_t) {
    ending& with = end();
    with.granted = std::move(what);
    with.grants.push_back(grant(with.granted));
    for (const tokens& other : with.granted.others_) {
        with.grants.push_back(grant(other));
    }
    with.grant_pointers.reserve(with.grants.size());
    for (const tenon_grant& made : with.grants) {
        with.grant_pointers.push_back(&made);
    }
    tenon_result& result = done(with);
    result.grants = with.grant_pointers.data();
    result.grant_count = static_cast<std::uint32_t>(with.grant_pointers.size());
}

inline void outbox::finish(request what, std::uint64_t) {
    const tenon_http_request* const authorize = http_.fill(std::move(what));
    done(end()).authorize = authorize;
}

inline void outbox::finish(profile what, std::uint64_t) {
    ending& with = end();
    with.fields = std::move(what.fields_);
    done(with).fields = with.field_items.fill(with.fields);
}

inline void outbox::finish(revoked, std::uint64_t) {
    done(end());
}

inline void outbox::finish(description what, std::uint64_t operations) {
    ending& with = end();
    with.descriptor.emplace(std::move(what), operations);
    done(with).descriptor = with.descriptor->get();
}

inline void outbox::finish(failure why) {
    ending& with = end();
    with.why.emplace(std::move(why));
    for (const auto& [name, problem] : with.why->details) {
        with.fields.push_back({name, {problem, 0}});
    }
    with.error.struct_size = sizeof(with.error);
    with.error.category = static_cast<std::uint32_t>(with.why->category);
    with.error.retry_after_ms = with.why->retry_after_ms;
    with.error.http_status = with.why->http_status;
    with.error.code = borrow(with.why->code);
    with.error.message = borrow(with.why->message);
    with.error.details = with.field_items.fill(with.fields);
    next_ = tenon_action{};
    next_.kind = TENON_ACTION_FAIL;
    next_.error = &with.error;
}

}  // namespace tenon

#endif
