// The command line's verbs beside `serve`. Each adds itself to the parser and does its work when it
// was chosen.
#pragma once

#include "base/config.hpp"
#include "base/result.hpp"

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace tenon::host {

// What the chosen verb does; set by the parser's callbacks, run after parsing.
struct chosen_verb {
    std::string config;  // --config
    std::function<result<void>(const settings&)> run;
    // In place of `run`: of the verb that looks at a configuration, be it refused.
    std::function<result<void>(const examined_settings&)> examine;
};

void add_config_verb(CLI::App& app, chosen_verb& chosen);
void add_migrate_verb(CLI::App& app, chosen_verb& chosen);
void add_keyring_verb(CLI::App& app, chosen_verb& chosen);
void add_org_verb(CLI::App& app, chosen_verb& chosen);
void add_audit_verb(CLI::App& app, chosen_verb& chosen);
void add_backup_verbs(CLI::App& app, chosen_verb& chosen);  // `backup` and `restore`
void add_key_verb(CLI::App& app, chosen_verb& chosen);
void add_plugin_verb(CLI::App& app, chosen_verb& chosen);
void add_plugin_new_verb(CLI::App& plugin, chosen_verb& chosen);  // `new`, below `plugin`
// Below `plugin`.
void add_record_verb(CLI::App& plugin, chosen_verb& chosen);

}  // namespace tenon::host
