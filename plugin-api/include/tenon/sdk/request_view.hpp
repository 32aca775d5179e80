// request_view.hpp: a request or call as the ABI's structs. For the SDK itself.
#ifndef TENON_SDK_REQUEST_VIEW_HPP
#define TENON_SDK_REQUEST_VIEW_HPP

#include <tenon/operation.h>
#include <tenon/sdk/request.hpp>

#include <utility>
#include <vector>

namespace tenon {

/// Values in the ABI's form: point into the list that they were made from.
class borrowed_values {
  public:
    auto fill(const std::vector<named_value>& from) -> tenon_kvs {
        items_.clear();
        items_.reserve(from.size());
        for (const named_value& item : from) {
            items_.push_back(tenon_kv{
                borrow(item.name), borrow(item.value.text), item.value.flags, 0});
        }
        return tenon_kvs{items_.data(), items_.size()};
    }

  private:
    std::vector<tenon_kv> items_;
};

/// A request and its arrays.
class request_view {
  public:
    auto fill(request what) -> const tenon_http_request* {
        what_ = std::move(what);
        made_ = tenon_http_request{};
        made_.struct_size = sizeof(made_);
        made_.flags = what_.flags_;
        made_.method = borrow(what_.method_);
        made_.url = borrow(what_.url_);
        made_.path_params = path_.fill(what_.path_);
        made_.query = query_.fill(what_.query_);
        made_.form = form_.fill(what_.form_);
        made_.json = json_.fill(what_.json_);
        made_.headers = headers_.fill(what_.headers_);
        made_.body = borrow(what_.body_);
        made_.timeout_ms = what_.timeout_ms_;
        made_.max_body_bytes = what_.max_body_bytes_;
        return &made_;
    }

  private:
    request what_ = request("", "");
    borrowed_values path_, query_, form_, json_, headers_;
    tenon_http_request made_ = {};
};

/// A call of a host service and its arrays.
class call_view {
  public:
    auto fill(call what) -> const tenon_call* {
        what_ = std::move(what);
        made_.struct_size = sizeof(made_);
        made_.id = borrow(what_.id_);
        made_.args = args_.fill(what_.args_);
        return &made_;
    }

  private:
    call what_ = call("");
    borrowed_values args_;
    tenon_call made_ = {};
};

}  // namespace tenon

#endif
