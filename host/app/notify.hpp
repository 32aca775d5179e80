// systemd's notification protocol (sd_notify(3)), where there is a service manager that listens.
#pragma once

#include <string_view>

namespace tenon::host {

// Sends one datagram to $NOTIFY_SOCKET; nothing where that is not set. Never fails: nobody depends
// on it but the manager.
void notify_service_manager(std::string_view state) noexcept;

}  // namespace tenon::host
