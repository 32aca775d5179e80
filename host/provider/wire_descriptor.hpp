// A descriptor on the wire.
#pragma once

#include "provider/descriptor.hpp"
#include "provider/wire_abi.hpp"

namespace tenon::host {

void put_descriptor(wire_writer& to, const descriptor& about);

// In the ABI's form: read_descriptor judges it as one that a plugin hands out in memory. Not to be
// copied or moved: it points into itself and into the message.
class wire_descriptor {
  public:
    explicit wire_descriptor(wire_reader& from);
    wire_descriptor(const wire_descriptor&) = delete;
    auto operator=(const wire_descriptor&) -> wire_descriptor& = delete;

    [[nodiscard]] auto get() const -> const tenon_descriptor* { return &about_; }

  private:
    void read_texts(wire_reader& from);
    void read_modes(wire_reader& from);
    void read_lists(wire_reader& from);
    void read_field(wire_reader& from, tenon_field& to);

    tenon_descriptor about_{};
    tenon_refresh_policy refresh_{};
    wire_lists lists_;
    wire_array<tenon_origin> origins_;
    wire_array<tenon_scope> scopes_;
    wire_array<tenon_slot> slots_;
    wire_array<tenon_field> config_fields_, connect_fields_, credential_fields_;
};

}  // namespace tenon::host
