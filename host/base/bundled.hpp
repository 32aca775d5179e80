// The providers that come with the host: their variables count without a section in the file.
#pragma once

#include <array>
#include <string_view>

namespace tenon::host {

inline constexpr std::array bundled_providers = std::to_array<std::string_view>({
    "asana",
    "discord",
    "facebook",
    "github",
    "google",
    "instagram",
    "jira",
    "linear",
    "linkedin",
    "microsoft",
    "notion",
    "onlyfans",
    "reddit",
    "salesforce",
    "slack",
    "tiktok",
    "x",
});

}  // namespace tenon::host
