#!/usr/bin/env python3
"""The ABI's headers of another minor version, and a plugin in C for them.

shift.py past|future INCLUDE PLUGIN.c OUT writes OUT/include/tenon/*.h and OUT/PLUGIN.c. `future`: each struct that may grow has grown by a
field that is not zero. `past`: the last fields of the structs are not there yet, nor does the plugin name them.
"""

import pathlib
import re
import sys

STRUCT = re.compile(r"(struct (tenon_\w+) \{\n)(.*?)(\n\} ?(?:tenon_\w+)?;)", re.DOTALL)
# The last fields of what a plugin fills in or reads, as far as plugins can do without them.
NOT_YET = {
    "tenon_field": "    tenon_strs choices;",
    "tenon_refresh_policy": "    uint32_t default_lifetime_s; ",
    "tenon_descriptor": "    tenon_strs quirks;",
    "tenon_http_request": "    uint32_t timeout_ms, max_body_bytes;",
    "tenon_op_input": "    tenon_str slot;",
    "tenon_grant": "    int64_t expires_at_ms,",
    "tenon_error": "    tenon_kvs details;",
    "tenon_action": "    uint32_t sleep_ms, reserved;",
    "tenon_reply": "    tenon_status call_status;",
    "tenon_provider": "    /* An optional ability",
}


def future_struct(found):
    head, _, body, tail = found.groups()
    return head + body + ("\n    uint64_t future_field;" if "struct_size" in body else "") + tail


def past_struct(found):
    head, name, body, tail = found.groups()
    if name in NOT_YET:
        body, cut, _ = body.partition(NOT_YET[name])
        if not cut:
            sys.exit(f"{name} has no field {NOT_YET[name].strip()}")
    return head + body.rstrip() + tail


def shifted_plugin(text, direction):
    if direction == "future":
        return text.replace(".struct_size = sizeof(", ".future_field = UINT64_MAX, .struct_size = sizeof(")
    return re.sub(r",\s*\.get_extension = \w+", "", text)


def main():
    direction, include, plugin, out = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
    replace = future_struct if direction == "future" else past_struct
    (out / "include" / "tenon").mkdir(parents=True, exist_ok=True)
    for header in sorted((include / "tenon").glob("*.h")):
        text = STRUCT.sub(replace, header.read_text())
        if direction == "future":
            text = re.sub(r"(TENON_ABI_MINOR )(\d+)u", lambda minor: f"{minor[1]}{int(minor[2]) + 1}u", text)
        (out / "include" / "tenon" / header.name).write_text(text)
    (out / plugin.name).write_text(shifted_plugin(plugin.read_text(), direction))


if __name__ == "__main__":
    main()
