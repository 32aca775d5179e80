// The table of routes, and how one is found.
#pragma once

#include "http/request.hpp"
#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// Answers in place, or says false to have the coroutine asked instead (the response is cleared
// again). It must not block, and runs on the connection's strand. The hot path: no coroutine, no
// allocation of ours.
using fast_handler = std::function<bool(const request&, response&)>;
// Answers whenever it can. It owns the request. When the host drains and its grace has passed, it
// is cancelled.
using async_handler = std::function<boost::asio::awaitable<response>(request)>;

// What the body of a request may be. A body that isn't wanted is read within the limit and ignored.
enum class body_rule {
    none,
    json,  // application/json or application/…+json; otherwise 415
    form,  // application/x-www-form-urlencoded; otherwise 415
};

struct route {
    std::string method;   // GET also answers HEAD
    std::string pattern;  // `/api/integrations/token/:provider/:accountId`; `:name` is one segment,
                          // never empty
    std::string name;     // for metrics and openapi: `token`
    body_rule body = body_rule::none;
    async_handler run;               // may be empty if `fast` always answers
    fast_handler fast = {};          // tried first, where there is one
    std::size_t max_body_bytes = 0;  // 0: the server's limit
};

class router {
  public:
    // Throws std::invalid_argument, naming the pattern, for a route that is there twice, a pattern
    // that doesn't begin with `/`, or one with neither handler: bugs, found at the start.
    explicit router(std::vector<route> routes);
    ~router();
    router(router&&) noexcept;
    auto operator=(router&&) noexcept -> router&;

    enum class outcome { found, no_such_path, no_such_method };
    struct match {
        outcome how = outcome::no_such_path;
        const route* found = nullptr;  // lives as long as the router
        std::string_view allow = {};   // for 405 and OPTIONS: `GET, HEAD, POST, OPTIONS`
    };
    // Looks by `request.method` and `request.segments`, and fills `params` and `route`. A path that
    // begins with
    // `/api/v1/` is found as `/api/`. Literal segments win over parameters. No allocation beyond
    // the parameters.
    [[nodiscard]] auto find(request& asked) const -> match;

    // All routes, in the order given: openapi.json is made from it.
    [[nodiscard]] auto routes() const noexcept -> const std::vector<route>&;

  private:
    struct table;
    std::unique_ptr<table> table_;
};

}  // namespace tenon::host
