#include "integration/world_config.hpp"

#include "support/postgres.hpp"

#include <map>
#include <string_view>
#include <vector>

namespace tenon::test {
namespace {

const std::map<std::string, std::vector<std::string>> origins{
    {"instagram",
     {"https://www.instagram.com", "https://api.instagram.com", "https://graph.instagram.com"}},
    {"tiktok", {"https://www.tiktok.com", "https://open.tiktokapis.com"}},
    {"asana", {"https://app.asana.com"}},
    {"facebook", {"https://www.facebook.com", "https://graph.facebook.com"}},
    {"jira", {"https://auth.atlassian.com", "https://api.atlassian.com"}},
    {"linear", {"https://linear.app", "https://api.linear.app"}},
    {"notion", {"https://api.notion.com"}},
    {"salesforce", {"https://{host}.salesforce.com", "https://{instance}.salesforce.com"}},
    {"slack", {"https://slack.com"}},
    {"discord", {"https://discord.com"}},
    {"github", {"https://github.com", "https://api.github.com"}},
    {"onlyfans", {"https://app.onlyfansapi.com"}},
    {"linkedin", {"https://www.linkedin.com", "https://api.linkedin.com"}},
    {"microsoft", {"https://login.microsoftonline.com", "https://graph.microsoft.com"}},
    {"reddit", {"https://www.reddit.com", "https://oauth.reddit.com"}},
    {"x", {"https://x.com", "https://api.x.com"}},
    {"google",
     {"https://accounts.google.com", "https://oauth2.googleapis.com",
      "https://openidconnect.googleapis.com", "https://www.googleapis.com"}},
};

auto provider_section(const world_options& options, const std::string& name, const std::string& url)
    -> std::string {
    std::string text = "  " + name + ":\n";
    if (options.provider != "onlyfans") {  // its users bring their credentials along
        text += "    client_id: demo-client\n    client_secret: " + options.client_secret + "\n";
    }
    if (options.provider == "oidc") {
        text += "    plugin: oauth2\n    issuer: " + url + "\n";
        text += "    scopes: [openid, profile, email, offline_access]\n";
    } else {
        text += "    origins:\n";
        for (const auto& origin : origins.at(options.provider)) {
            text += "      \"" + origin + "\": \"" + url + "\"\n";
        }
    }
    if (options.provider == "reddit") {
        text += "    reddit_user: demo_operator\n";
    }
    std::string more = options.provider_config;
    constexpr std::string_view mark = "{provider}";
    for (auto at = more.find(mark); at != std::string::npos; at = more.find(mark)) {
        more.replace(at, mark.size(), url);
    }
    return text + more;
}

}  // namespace

auto to_host_options(
    const world_options& options, const std::string& name, const std::string& url,
    const std::string& database
) -> host_options {
    host_options made;
    made.disk_megabytes = options.disk_megabytes;
    made.config = "bootstrap_api_key: " + std::string(operator_key) + "\nlog: {level: trace}\n";
    made.config +=
        "rate_limits: {callbacks_per_minute: " + std::to_string(options.callbacks_per_minute) +
        ", connect_per_15_minutes: " + std::to_string(options.connects_per_15_minutes) +
        ", reads_per_second: " + std::to_string(options.reads_per_second) + "}\n";
    if (!database.empty()) {
        const auto& role = options.service_role;
        made.config +=
            "database: \"" + postgres_url(database, role.empty() ? "tenon" : role) + "\"\n";
        made.config += role.empty() ? "" : "auto_migrate: false\n";
        made.variables.emplace_back("TOKEN_ENCRYPTION_KEY", encryption_key);
    }
    made.config += options.config;
    made.config += "providers:\n" + provider_section(options, name, url);
    return made;
}

}  // namespace tenon::test
