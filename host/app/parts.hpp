// What several verbs need: settings read, data directory made, database opened.
#pragma once

#include "base/catalogue.hpp"
#include "base/config.hpp"
#include "base/result.hpp"
#include "provider/registry.hpp"
#include "store/database.hpp"

#include <memory>
#include <string>

namespace tenon::host {

// Opens the configured database and, where `migrate` says so, applies what is pending. Errors: as
// open_database and migrate_up; conflict where migrations are pending and may not be applied.
enum class migrations { apply, as_configured, leave };
[[nodiscard]] auto open_configured(const settings& values, migrations how)
    -> result<std::unique_ptr<database>>;

// The data directory, made where it is missing, for its owner only. Error: internal.
[[nodiscard]] auto make_data_dir(const settings& values) -> result<void>;

// One process at a time on an embedded database's directory: the lock is held as long as this
// lives.
class directory_lock {
  public:
    directory_lock() = default;
    ~directory_lock();
    directory_lock(directory_lock&& other) noexcept;
    auto operator=(directory_lock&& other) noexcept -> directory_lock&;

    // Error: conflict, somebody else has it.
    [[nodiscard]] static auto take(const std::string& data_dir) -> result<directory_lock>;

  private:
    int descriptor_ = -1;
};

// Plugins beside the binary, the operator's, and each provider's section; a section whose name is
// the catalogue's gets its entry.
// Error: invalid_request, an entry of the catalogue's that can't be read.
[[nodiscard]] auto registry_options_of(const settings& values, const catalogue& known)
    -> result<registry_options>;

// The configured catalogue, or the one beside the binary; an empty one where none is installed.
// Errors: load_catalogue's.
[[nodiscard]] auto catalogue_of(const settings& values) -> result<catalogue>;

}  // namespace tenon::host
