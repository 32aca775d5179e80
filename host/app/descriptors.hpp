// The files and sockets that the system lets this process have open.
#pragma once

#include "base/config.hpp"

namespace tenon::host {

// Raises the soft limit to the hard one, and lowers limits.connections below it where it would not
// do: connections that nobody has authenticated must not leave the database and the providers
// without descriptors. What was lowered is said on the log.
void fit_descriptors(settings& values);

}  // namespace tenon::host
