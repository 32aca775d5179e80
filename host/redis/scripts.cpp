#include "redis/scripts.hpp"

namespace tenon::host {
namespace {

// The times of a window, the oldest first.
constexpr const char* slide = R"lua(
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local count, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local first = tonumber(redis.call('LINDEX', KEYS[1], 0))
while first and first + window <= now do
    redis.call('LPOP', KEYS[1])
    first = tonumber(redis.call('LINDEX', KEYS[1], 0))
end
if first and redis.call('LLEN', KEYS[1]) >= count then
    return first + window - now
end
redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
return 0
)lua";

// When the bucket will be full again.
constexpr const char* spend = R"lua(
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.1f', full), 'PX', math.ceil((full - now) / 1000) + 1)
return math.ceil(full - now)
)lua";

// A set that is sorted by the ends. What is over stands there as `-NAME`, until everybody has read
// it: also where its time was over anyway, for those who still wait for a trial of their own.
constexpr const char* tell = R"lua(
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local function put(name, till)
    redis.call('ZADD', KEYS[1], string.format('%.0f', till), name)
end
for i = 1, #ARGV, 2 do
    local name, span = ARGV[i], tonumber(ARGV[i + 1])
    if span > 0 then
        redis.call('ZREM', KEYS[1], '-' .. name)
        local had = tonumber(redis.call('ZSCORE', KEYS[1], name) or '0')
        put(name, math.max(had, now + math.min(span, 600000)))
    else
        redis.call('ZREM', KEYS[1], name)
        put('-' .. name, now + 10000)
    end
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -4097)
redis.call('PEXPIRE', KEYS[1], 600000)
local all, told = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES'), {}
for i = 1, #all, 2 do
    if string.sub(all[i], 1, 1) == '-' then
        told[i], told[i + 1] = string.sub(all[i], 2), '0'
    else
        told[i], told[i + 1] = all[i], string.format('%.0f', tonumber(all[i + 1]) - now)
    end
end
return told
)lua";

}  // namespace

auto text_of(redis_script which) -> const char* {
    switch (which) {
        case redis_script::slide: return slide;
        case redis_script::spend: return spend;
        case redis_script::tell: return tell;
    }
    return "";
}

}  // namespace tenon::host
