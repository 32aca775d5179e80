#!/usr/bin/env python3
"""Includes go down the floors only, and a third-party header lives on one floor.

include_gate.py ROOT checks every source below ROOT/host, ROOT/plugin-api and ROOT/plugins, and names each include
that breaks the house's rules with what to do instead. Exit code 1 if there is any.
"""

import pathlib
import re
import sys

# A room may include itself and the rooms of lower floors; never another room of its own floor.
FLOORS = {
    "base": 0,
    "crypto": 1,
    "http": 2, "net": 2, "provider": 2, "redis": 2, "store": 2,
    "oauth": 3,
    "api": 4, "backup": 4,
    "app": 5, "conformance": 5,
}  # fmt: skip

# Third-party headers by the longest prefix that matches, and the rooms that may see them; None: every room.
THIRD_PARTY = {
    "boost/": None,
    "nlohmann/": None,
    "boost/asio/ssl": {"http"},
    "boost/beast": {"http"},
    "boost/dll": {"provider"},
    "openssl/": {"crypto"},
    "openssl/ssl.h": {"crypto", "http"},  # what asio::ssl leaves to be set by hand
    "pqxx/": {"store"},
    "SQLiteCpp/": {"store"},
    "sqlite3.h": {"store"},
    "libpq-fe.h": {"store"},
    "curl/": {"net"},
    "hiredis/": {"redis"},
    "spdlog/": {"base"},
    "fmt/": {"base"},
    "yaml-cpp/": {"base"},
    "CLI/": {"app", "conformance"},
    "prometheus/": {"api"},
    "catch2/": set(),
    "rapidcheck": set(),
}

# Single files that may break a rule, each with its reason.
EXCEPTIONS = {
    ("host/base/asio.cpp", "boost/asio/ssl/impl/src.hpp"): "the one translation unit of Asio's own code",
}

SYSTEM_FOLDERS = {"sys", "linux", "netinet", "arpa", "net", "asm"}
SOURCES = {".c", ".h", ".cpp", ".hpp", ".ipp", ".cc", ".hh"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')


def owners_of(header):
    """The rooms that may include a third-party header (None: all), in a tuple that is empty for other headers."""
    known = [prefix for prefix in THIRD_PARTY if header.startswith(prefix)]
    return (THIRD_PARTY[max(known, key=len)],) if known else ()


def is_standard(header):
    """C, C++ and POSIX headers: without a folder, or in one of the system's."""
    folder, _, rest = header.partition("/")
    return not rest or folder in SYSTEM_FOLDERS


def third_party_problem(room, header):
    known = owners_of(header)
    if not known:
        if is_standard(header):
            return None
        return f"no floor owns <{header}>: give it one in THIRD_PARTY of tests/gates/include_gate.py"
    owners = known[0]
    if owners is None or room in owners:
        return None
    place = " or ".join(sorted(f"host/{owner}" for owner in owners)) or "the tests"
    return f"<{header}> belongs to {place}: go through its interface"


def host_problem(room, header):
    """What is wrong with a host room's include of `header`, or None."""
    first = header.partition("/")[0]
    if first in FLOORS:
        if first == room or FLOORS[first] < FLOORS[room]:
            return None
        if FLOORS[first] == FLOORS[room]:
            return f"{room} and {first} are rooms of one floor and never see each other: meet in base or above"
        return f"{room} (F{FLOORS[room]}) looks up at {first} (F{FLOORS[first]}): includes go down only"
    if first == "tenon":
        return None if FLOORS[room] > 2 or room == "provider" else "the plugin ABI ends at host/provider"
    return third_party_problem(room, header)


def plugin_problem(header, local):
    """A plugin sees plugin-api, the standard library and its own files."""
    ours = header.startswith("tenon/") or local
    if ours or (is_standard(header) and not owners_of(header)):
        return None
    return f"a plugin sees only plugin-api, not {header}"


def api_problem(header, local):
    ours = header.startswith(("tenon/", "tenon-testing/")) or local
    if ours or (is_standard(header) and not owners_of(header)):
        return None
    return f"plugin-api includes nothing but itself and the standard library, not {header}"


def problem_of(path, quote, header, directory):
    """What is wrong with one include of the file at `path` (relative to the root), or None."""
    top, room = path.parts[0], path.parts[1]
    if (path.as_posix(), header) in EXCEPTIONS:
        return None
    local = quote == '"' and (directory / header).is_file()
    if top == "plugin-api":
        return api_problem(header, local)
    if top == "plugins":
        outside = local and ".." in pathlib.PurePath(header).parts
        return "a plugin includes nothing outside its folder by path" if outside else plugin_problem(header, local)
    if room not in FLOORS:
        return f"host/{room} has no floor: give it one in tests/gates/include_gate.py"
    if quote == '"' and header.partition("/")[0] not in {*FLOORS, "tenon"}:
        return f'includes are rooted at host/: "{room}/{header}"' if ".." not in header else "includes are rooted at host/"
    return host_problem(room, header)


def includes_of(file):
    for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
        if found := INCLUDE.match(line):
            yield number, found[1], found[2]


def check(root):
    problems = []
    seen = 0
    for top in ("host", "plugin-api", "plugins"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in SOURCES or len(file.relative_to(root).parts) < 3:
                continue
            seen += 1
            path = file.relative_to(root)
            for number, quote, header in includes_of(file):
                if why := problem_of(path, quote, header, file.parent):
                    problems.append(f"{path}:{number}: {why}")
    return seen, problems


def main():
    root = pathlib.Path(sys.argv[1])
    seen, problems = check(root)
    print("\n".join(problems) if problems else f"{seen} files: includes go down only")
    if seen == 0:
        print(f"no sources below {root}: is that the root of the repository?")
    return 1 if problems or seen == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
