#include "api/page_parameters.hpp"

#include "http/request.hpp"

#include <charconv>

namespace tenon::host {

auto page_of(const request& from, std::size_t usual) -> result<page_parameters> {
    page_parameters page;
    page.limit = usual;
    page.cursor = from.query_value("cursor").value_or("");
    if (const auto text = from.query_value("limit")) {
        const auto* const end = text->data() + text->size();
        const auto [stop, problem] = std::from_chars(text->data(), end, page.limit);
        if (problem != std::errc{} || stop != end || page.limit == 0 || page.limit > largest_page) {
            auto wrong = fail(errc::invalid_request, "limit must be a number from 1 to 500.");
            wrong.details.push_back({"limit", "a number from 1 to 500"});
            return wrong;
        }
    }
    return page;
}

}  // namespace tenon::host
