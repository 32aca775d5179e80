// The rest of the route table: what operators, their machines and browsers ask the host itself.
#pragma once

#include "api/handlers/handlers.hpp"
#include "api/route_parts.hpp"

namespace tenon::host::route_parts {

inline constexpr std::array probe_routes{
    anybody(
        {.pattern = "/health",
         .name = "health",
         .summary = "How the host's parts are; 503 where one is down",
         .run = handlers::health,
         .response_schema = "Health",
         .down_schema = "Health",
         .query = health_query,
         .errors = list_errors}
    ),
    anybody(
        {.pattern = "/livez",
         .name = "livez",
         .summary = "The process answers",
         .run = handlers::livez,
         .response_schema = "Alive"}
    ),
    anybody(
        {.pattern = "/readyz",
         .name = "readyz",
         .summary = "The host can serve: a write to the database works",
         .run = handlers::readyz,
         .response_schema = "Alive",
         .errors = ready_errors}
    ),
    anybody(
        {.pattern = "/metrics",
         .name = "metrics",
         .summary = "Prometheus metrics; on the admin listener where there is one",
         .run = handlers::metrics,
         .media = "text/plain"}
    ),
    anybody(
        {.pattern = "/openapi.json",
         .name = "openapi",
         .summary = "This document",
         .run = handlers::openapi}
    ),
    anybody(
        {.pattern = "/",
         .name = "frontPage",
         .summary = "A page that lists the providers and connects one in the browser",
         .run = handlers::front_page,
         .media = html}
    ),
    route_spec{
        .method = "POST",
        .pattern = "/connect",
        .name = "beginFromPage",
        .summary = "That page's form",
        .limit = limit_rule::callback,
        .body = body_rule::form,
        .run = handlers::begin_from_page,
        .request_schema = "ConnectForm",
        .media = html,
        .errors = form_errors},
    anybody(
        {.pattern = "/connected",
         .name = "resultPage",
         .summary = "How a connect that began on that page ended",
         .run = handlers::result_page,
         .media = html,
         .query = result_query}
    )};

}  // namespace tenon::host::route_parts
