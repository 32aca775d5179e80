#include "support/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <barrier>
#include <cctype>
#include <exception>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

namespace tenon::test {
namespace {

struct curl_library {
    curl_library() { curl_global_init(CURL_GLOBAL_DEFAULT); }
};

struct slist {
    curl_slist* first = nullptr;
    slist() = default;
    ~slist() { curl_slist_free_all(first); }
    slist(const slist&) = delete;
    auto operator=(const slist&) -> slist& = delete;
    void add(const std::string& line) { first = curl_slist_append(first, line.c_str()); }
    // curl takes `Name:` as "leave it out", and `Name;` as "send it empty".
    void add(const std::string& name, const std::string& value) {
        add(value.empty() ? name + ';' : name + ": " + value);
    }
};

auto on_body(char* data, std::size_t /*one*/, std::size_t size, void* user) -> std::size_t {
    static_cast<http_response*>(user)->body.append(data, size);
    return size;
}

auto on_field(char* data, std::size_t /*one*/, std::size_t size, void* user) -> std::size_t {
    auto& response = *static_cast<http_response*>(user);
    std::string_view line(data, size);
    if (line.starts_with("HTTP/")) {
        response.fields.clear();  // of an interim answer (100 Continue)
        return size;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
        return size;
    }
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    auto value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) {
        value.remove_suffix(1);
    }
    response.fields.emplace_back(std::move(name), std::string(value));
    return size;
}

auto hex_digit(char c) -> int {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

auto decoded(std::string_view text) -> std::string {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
            hex_digit(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

}  // namespace

auto http_response::field(std::string_view name) const -> std::optional<std::string> {
    for (const auto& [key, value] : fields) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

auto http_response::json() const -> nlohmann::json {
    auto parsed = nlohmann::json::parse(body, nullptr, false);
    if (parsed.is_discarded()) {
        throw std::runtime_error("not JSON, with status " + std::to_string(status) + ": " + body);
    }
    return parsed;
}

struct http_client::state {
    std::string base;
    std::string url;  // of the exchange
    headers common;
    std::chrono::milliseconds deadline{30'000};
    witness seen;
    CURL* easy = nullptr;

    state(std::string base_url, headers common_headers)
        : base(std::move(base_url)), common(std::move(common_headers)) {
        static const curl_library library;
        easy = curl_easy_init();
        if (easy == nullptr) {
            throw std::runtime_error("libcurl can't be initialised");
        }
    }
    ~state() { curl_easy_cleanup(easy); }
    state(const state&) = delete;
    auto operator=(const state&) -> state& = delete;

    template <class Value>
    void set(CURLoption option, Value value) {
        if (const auto code = curl_easy_setopt(easy, option, value); code != CURLE_OK) {
            throw std::runtime_error(std::string("libcurl: ") + curl_easy_strerror(code));
        }
    }

    void set_exchange(const http_request& request, http_response& response) {
        url = request.path.starts_with('/') ? base + request.path : request.path;
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
        set(CURLOPT_NOBODY, request.method == "HEAD" ? 1L : 0L);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_PROXY, "");
        set(CURLOPT_PATH_AS_IS, 1L);
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(deadline.count()));
        set(CURLOPT_WRITEFUNCTION, &on_body);
        set(CURLOPT_WRITEDATA, &response);
        set(CURLOPT_HEADERFUNCTION, &on_field);
        set(CURLOPT_HEADERDATA, &response);
    }

    // The body must outlive the exchange. curl would claim that it is a form.
    void set_body(const http_request& request, slist& fields) {
        if (request.body.empty() && request.method != "POST" && request.method != "PUT") {
            return;
        }
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set(CURLOPT_POSTFIELDS, request.body.c_str());
        const auto is_type = [](const auto& field) { return field.first == "Content-Type"; };
        if (std::none_of(request.fields.begin(), request.fields.end(), is_type) &&
            std::none_of(common.begin(), common.end(), is_type)) {
            fields.add("Content-Type:");
        }
    }
};

http_client::http_client(std::string base, headers common)
    : state_(std::make_unique<state>(std::move(base), std::move(common))) {}
http_client::~http_client() = default;
http_client::http_client(http_client&&) noexcept = default;
auto http_client::operator=(http_client&&) noexcept -> http_client& = default;

auto http_client::send(const http_request& request) -> http_response {
    slist fields;
    fields.add("Expect:");
    for (const headers* list :
         std::initializer_list<const headers*>{&state_->common, &request.fields}) {
        for (const auto& [name, value] : *list) {
            fields.add(name, value);
        }
    }
    http_response response;
    curl_easy_reset(state_->easy);  // keeps the connection
    state_->set_body(request, fields);
    state_->set_exchange(request, response);
    state_->set(CURLOPT_HTTPHEADER, fields.first);
    if (const auto code = curl_easy_perform(state_->easy); code != CURLE_OK) {
        throw std::runtime_error(
            request.method + ' ' + request.path + ": " + curl_easy_strerror(code)
        );
    }
    long status = 0;
    curl_easy_getinfo(state_->easy, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    if (state_->seen) {
        state_->seen(request, response);
    }
    return response;
}

auto http_client::get(std::string path) -> http_response {
    return send({"GET", std::move(path), {}, {}});
}

auto http_client::del(std::string path) -> http_response {
    return send({"DELETE", std::move(path), {}, {}});
}

auto http_client::post(std::string path, const nlohmann::json& body) -> http_response {
    return send({"POST", std::move(path), {{"Content-Type", "application/json"}}, body.dump()});
}

void http_client::set_deadline(std::chrono::milliseconds deadline) {
    state_->deadline = deadline;
}

void http_client::set_common(headers common) {
    state_->common = std::move(common);
}

void http_client::set_witness(witness seen) {
    state_->seen = std::move(seen);
}

void http_client::disconnect() {
    auto fresh = std::make_unique<state>(state_->base, state_->common);
    fresh->deadline = state_->deadline;
    fresh->seen = std::move(state_->seen);
    state_ = std::move(fresh);
}

void at_once(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::barrier start(static_cast<std::ptrdiff_t>(count));
    std::vector<std::exception_ptr> problems(count);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < count; ++i) {
        threads.emplace_back([&, i] {
            start.arrive_and_wait();
            try {
                work(i);
            } catch (...) {
                problems[i] = std::current_exception();
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    for (const auto& problem : problems) {
        if (problem) {
            std::rethrow_exception(problem);
        }
    }
}

auto send_at_once(const std::string& base, const http_request& request, std::size_t count)
    -> std::vector<http_response> {
    std::vector<http_response> responses(count);
    at_once(count, [&](std::size_t i) { responses[i] = http_client(base).send(request); });
    return responses;
}

auto query_parameter(std::string_view url, std::string_view name) -> std::optional<std::string> {
    const auto question = url.find('?');
    if (question == std::string_view::npos) {
        return std::nullopt;
    }
    auto query = url.substr(question + 1);
    query = query.substr(0, query.find('#'));
    while (!query.empty()) {
        const auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const auto equals = pair.find('=');
        if (decoded(pair.substr(0, equals)) == name) {
            return equals == std::string_view::npos ? "" : decoded(pair.substr(equals + 1));
        }
    }
    return std::nullopt;
}

auto percent_encoded(std::string_view text) -> std::string {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto value = static_cast<unsigned char>(c);
        if (std::isalnum(value) != 0 ||
            std::string_view("-._~").find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += '%';
            out += digits[value >> 4U];
            out += digits[value & 15U];
        }
    }
    return out;
}

}  // namespace tenon::test
