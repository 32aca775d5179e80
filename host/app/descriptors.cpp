#include "app/descriptors.hpp"

#include "base/log.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace tenon::host {
namespace {

// For all that is no client's connection: the database, plugins, requests to providers, refusals.
constexpr rlim_t usual_reserve = 512;

}  // namespace

void fit_descriptors(settings& values) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (limit.rlim_cur < limit.rlim_max && ::setrlimit(RLIMIT_NOFILE, &raised) == 0) {
        limit = raised;
    }
    const auto most = limit.rlim_cur - std::min(usual_reserve, limit.rlim_cur / 2);
    if (limit.rlim_cur == RLIM_INFINITY || values.limits.connections <= most) {
        return;
    }
    values.limits.connections = static_cast<std::size_t>(most);
    log(log_level::warn,
        "limits.connections is lowered to what the system's limit of open files allows: raise that "
        "one (`ulimit -n`, LimitNOFILE=)",
        {{log_key::count, values.limits.connections}});
}

}  // namespace tenon::host
