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
    auto done() -> tenon_result& {
        result_.struct_size = sizeof(result_);
        next_ = tenon_action{};
        next_.kind = TENON_ACTION_DONE;
        next_.result = &result_;
        return result_;
    }
    static auto grant(const tokens& from) -> tenon_grant;

    tenon_action next_ = {};
    request_view http_;
    call_view call_;
    tenon_result result_ = {};
    tenon_error error_ = {};
    tokens tokens_;
    std::vector<tenon_grant> grants_;
    std::vector<const tenon_grant*> grant_pointers_;
    std::vector<named_value> fields_;
    borrowed_values field_items_;
    std::optional<descriptor_arrays> descriptor_;
    std::optional<failure> failure_;
};

inline auto outbox::grant(const tokens& from) -> tenon_grant {
    tenon_grant made = {};
    made.struct_size = sizeof(made);
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
    tokens_ = std::move(what);
    grants_.push_back(grant(tokens_));
    for (const tokens& other : tokens_.others_) {
        grants_.push_back(grant(other));
    }
    grant_pointers_.reserve(grants_.size());
    for (const tenon_grant& made : grants_) {
        grant_pointers_.push_back(&made);
    }
    tenon_result& result = done();
    result.grants = grant_pointers_.data();
    result.grant_count = static_cast<std::uint32_t>(grant_pointers_.size());
}

inline void outbox::finish(request what, std::uint64_t) {
    const tenon_http_request* const authorize = http_.fill(std::move(what));
    done().authorize = authorize;
}

inline void outbox::finish(profile what, std::uint64_t) {
    fields_ = std::move(what.fields_);
    const tenon_kvs fields = field_items_.fill(fields_);
    done().fields = fields;
}

inline void outbox::finish(revoked, std::uint64_t) {
    done();
}

inline void outbox::finish(description what, std::uint64_t operations) {
    descriptor_.emplace(std::move(what), operations);
    done().descriptor = descriptor_->get();
}

inline void outbox::finish(failure why) {
    failure_.emplace(std::move(why));
    fields_.clear();
    for (const auto& [name, problem] : failure_->details) {
        fields_.push_back({name, {problem, 0}});
    }
    error_.struct_size = sizeof(error_);
    error_.category = static_cast<std::uint32_t>(failure_->category);
    error_.retry_after_ms = failure_->retry_after_ms;
    error_.http_status = failure_->http_status;
    error_.code = borrow(failure_->code);
    error_.message = borrow(failure_->message);
    error_.details = field_items_.fill(fields_);
    next_ = tenon_action{};
    next_.kind = TENON_ACTION_FAIL;
    next_.error = &error_;
}

}  // namespace tenon

#endif
