#include "support/simulator/stage.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 8> kind_names{"delay",
                                                     "status",
                                                     "html_200",
                                                     "truncated_json",
                                                     "reset_before_read",
                                                     "reset_after_read",
                                                     "close_mid_body",
                                                     "wrong_iss"};

void spoil_issuer(sim_response& response) {
    for (auto& [name, value] : response.headers) {
        if (name != "Location") {
            continue;
        }
        const auto at = value.find("iss=");
        if (at == std::string::npos) {
            value += "&iss=https%3A%2F%2Fother.invalid";
        } else {
            const auto end = std::min(value.find_first_of("&#", at), value.size());
            value.replace(at, end - at, "iss=https%3A%2F%2Fother.invalid");
        }
    }
}

auto plain_status(const fault& struck) -> sim_response {
    auto response = json_answer(struck.status, {{"error", "temporarily_unavailable"}});
    if (struck.retry_after_s > 0) {
        response.headers.emplace_back("Retry-After", std::to_string(struck.retry_after_s));
    }
    return response;
}

// What the fault makes of an answer that was given.
void spoil(stage_answer& answer, const fault& struck) {
    switch (struck.kind) {
        case fault_kind::delay: answer.delay = std::chrono::milliseconds(struck.delay_ms); break;
        case fault_kind::status: answer.response = plain_status(struck); break;
        case fault_kind::html_200:
            answer.response =
                html_answer(200, "<html><body>Please sign in to this network</body></html>");
            break;
        case fault_kind::truncated_json:
            answer.response.body.resize(answer.response.body.size() / 2);
            break;
        case fault_kind::reset_before_read:
        case fault_kind::reset_after_read: answer.end = ending::reset; break;
        case fault_kind::close_mid_body: answer.end = ending::mid_body; break;
        case fault_kind::wrong_iss: spoil_issuer(answer.response); break;
    }
}

auto no_content() -> sim_response {
    return {204, {}, {}};
}

}  // namespace

auto fault_from_json(const json& text) -> std::optional<fault> {
    const auto* const kind = std::ranges::find(kind_names, text.value("kind", std::string()));
    if (kind == kind_names.end()) {
        return std::nullopt;
    }
    fault read;
    read.kind = static_cast<fault_kind>(kind - kind_names.begin());
    read.path = text.value("path", std::string("/"));
    read.times = text.value("times", std::int64_t{1});
    read.delay_ms = text.value("delay_ms", std::int64_t{0});
    read.status = text.value("status", std::uint32_t{503});
    read.retry_after_s = text.value("retry_after_s", std::int64_t{0});
    read.served = text.value("served", false);
    return read;
}

stage::stage(std::unique_ptr<simulator> actor) : actor_(std::move(actor)) {}

auto stage::take_fault(const std::string& path, bool before_read) -> std::optional<fault> {
    const auto struck = std::ranges::find_if(faults_, [&](const fault& each) {
        return path.starts_with(each.path) &&
               (each.kind == fault_kind::reset_before_read) == before_read;
    });
    if (struck == faults_.end()) {
        return std::nullopt;
    }
    auto taken = *struck;
    if (--struck->times <= 0) {
        faults_.erase(struck);
    }
    return taken;
}

auto stage::takes_reset(const std::string& path) -> bool {
    const std::scoped_lock lock(mutex_);
    return !path.starts_with("/_control/") && take_fault(path, true).has_value();
}

auto stage::handle(const sim_request& request, time_point now) -> stage_answer {
    const std::scoped_lock lock(mutex_);
    stage_answer answer;
    if (request.path.starts_with("/_control/")) {
        answer.response = control(request, now);
        return answer;
    }
    ++requests_[request.path];
    const auto struck = take_fault(request.path, false);
    if (!struck || struck->kind != fault_kind::status || struck->served) {
        answer.response = actor_->handle(request, now + shift_);
    }
    if (recording_) {
        recorded_.push_back({request, answer.response});
    }
    if (struck) {
        spoil(answer, *struck);
    }
    return answer;
}

void stage::record() {
    const std::scoped_lock lock(mutex_);
    recording_ = true;
}

auto stage::recorded() -> std::vector<scene> {
    const std::scoped_lock lock(mutex_);
    return recorded_;
}

void stage::inject(fault struck) {
    const std::scoped_lock lock(mutex_);
    faults_.push_back(std::move(struck));
}

void stage::advance(std::chrono::milliseconds by) {
    const std::scoped_lock lock(mutex_);
    shift_ += by;
}

void stage::reset() {
    const std::scoped_lock lock(mutex_);
    actor_->reset();
    faults_.clear();
    requests_.clear();
}

auto stage::configure(const json& values) -> std::string {
    const std::scoped_lock lock(mutex_);
    return apply_settings(actor_->settings(), values);
}

auto stage::configuration() -> json {
    const std::scoped_lock lock(mutex_);
    return settings_to_json(actor_->settings());
}

auto stage::count() -> counters {
    const std::scoped_lock lock(mutex_);
    return actor_->count();
}

auto stage::requests() -> std::map<std::string, std::uint64_t> {
    const std::scoped_lock lock(mutex_);
    return requests_;
}

auto stage::mint(std::int64_t first, std::int64_t count, time_point now) -> json {
    const std::scoped_lock lock(mutex_);
    return mint_locked(first, count, now);
}

auto stage::mint_locked(std::int64_t first, std::int64_t count, time_point now) -> json {
    json minted = json::array();
    for (std::int64_t i = 0; i < count; ++i) {
        auto one = actor_->mint("u" + std::to_string(first + i), now + shift_);
        if (one.is_null()) {
            break;
        }
        minted.push_back(std::move(one));
    }
    return minted;
}

auto stage::control(const sim_request& request, time_point now) -> sim_response {
    const auto what = request.path.substr(std::string_view("/_control/").size());
    if (request.method == "GET" && what == "counters") {
        auto body = actor_->count().to_json();
        body["requests"] = requests_;
        return json_answer(200, body);
    }
    if (request.method == "GET" && what == "config") {
        return json_answer(200, settings_to_json(actor_->settings()));
    }
    if (request.method == "DELETE" && what == "fault") {
        faults_.clear();
        return no_content();
    }
    const auto body =
        request.body.empty() ? json::object() : json::parse(request.body, nullptr, false);
    if (request.method != "POST" || !body.is_object()) {
        return json_answer(
            400, {{"error", "GET counters or config, DELETE fault, or POST a JSON object"}}
        );
    }
    try {
        return control_post(what, body, now);
    } catch (const json::exception& problem) {
        return json_answer(400, {{"error", problem.what()}});
    }
}

auto stage::control_post(const std::string& what, const json& body, time_point now)
    -> sim_response {
    if (what == "fault") {
        auto struck = fault_from_json(body);
        if (!struck) {
            return json_answer(
                400, {{"error", "kind must be one of these"}, {"kinds", kind_names}}
            );
        }
        faults_.push_back(std::move(*struck));
    } else if (what == "clock") {
        shift_ += std::chrono::milliseconds(body.at("advance_ms").get<std::int64_t>());
    } else if (what == "config") {
        if (auto problem = apply_settings(actor_->settings(), body); !problem.empty()) {
            return json_answer(400, {{"error", problem}});
        }
    } else if (what == "reset") {
        actor_->reset();
        faults_.clear();
        requests_.clear();
    } else if (what == "mint") {
        const auto first = body.value("first", std::int64_t{1});
        return json_answer(
            200, {{"grants", mint_locked(first, body.value("count", std::int64_t{1}), now)}}
        );
    } else {
        return json_answer(404, {{"error", "fault, clock, config, counters, reset, mint"}});
    }
    return no_content();
}

}  // namespace tenon::sim
