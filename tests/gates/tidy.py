#!/usr/bin/env python3
"""clang-tidy on sources, TENON_JOBS at once; what was clean and has not changed since is not looked at again.

tidy.py ROOT [SECONDS] < sources, a path a line. ROOT/build/tidy is configured: its compiler's database says how each source is
compiled, alone and with nothing precompiled: what it does not include itself is an error.
A source is clean for as long as it, all of this tree that it includes, and .clang-tidy are the same; that is kept in
ROOT/build/tidy/clean. With SECONDS no file is begun later, and each that is left out is named. Exit code 1 if anything was found.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

FOUND = re.compile(r": (error|warning):")


def included(build, command):
    """What a source is made of, beside the system's headers; nothing if it can't be compiled."""
    asked = re.sub(r" -o \S+ -c ", " -MM ", command)
    told = subprocess.run(asked, shell=True, cwd=build, capture_output=True, text=True, check=False).stdout
    return [word for word in told.replace("\\\n", " ").split()[1:]]


def state_of(root, build, source, commands):
    """A digest of what the verdict on a source depends on: it is compiled by each of the commands."""
    state = hashlib.sha256("\n".join(commands).encode())
    for folder in (root / source).parents:
        rules = folder / ".clang-tidy"
        if folder.is_relative_to(root) and rules.is_file():
            state.update(rules.read_bytes())
    files = {root / source}.union(*(included(build, command) for command in commands))
    for file in sorted({(build / file).resolve() for file in files}):
        if file.is_relative_to(root) and file.is_file():
            state.update(f"{file.relative_to(root)}\n".encode())
            state.update(file.read_bytes())
    return state.hexdigest()


def made_scope(build):
    """tidy_scope.cpp, as clang-tidy can load it."""
    source = pathlib.Path(__file__).with_name("tidy_scope.cpp")
    made = build / "tidy_scope.so"
    if not made.is_file() or made.stat().st_mtime < source.stat().st_mtime:
        asked = ["clang++-16", "-print-resource-dir"]  # LLVM/lib/clang/16
        resources = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
        headers = pathlib.Path(resources).parents[2] / "include"
        flags = ["-std=c++17", "-fno-rtti", "-fPIC", "-shared", "-O1"]
        subprocess.run(["clang++-16", *flags, "-isystem", headers, source, "-o", made], check=True)
    return made


def look(root, build, scope, source):
    """What clang-tidy has against a source; nothing if it is clean."""
    command = ["clang-tidy-16", "-load", str(scope), "-p", str(build), "--quiet", source]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    lines = run.stdout.splitlines()
    # The analyzer takes what Asio awaits in for uninitialized, and reports it inside its headers: those are not ours.
    theirs = [line for line in lines if line.startswith("/usr/include/") and FOUND.search(line)]
    ours = [line for line in lines if not line.startswith("/usr/include/") and FOUND.search(line)]
    clean = run.returncode == 0 or (run.returncode == 1 and theirs and not ours)
    return "" if clean else run.stdout or run.stderr


def main(root, seconds):
    build = root / "build" / "tidy"
    kept = build / "clean"
    kept.mkdir(exist_ok=True)
    wanted = set(sys.stdin.read().split())
    scope = made_scope(build)
    commands = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        commands.setdefault(os.path.relpath(entry["file"], root), []).append(entry["command"])
    todo = sorted(wanted & commands.keys())
    left_out = sorted(wanted - commands.keys())
    print(f"clang-tidy on {len(todo)} files", *(f"not built, and left out: {source}" for source in left_out), sep="\n", flush=True)
    until = time.monotonic() + seconds

    def visit(source):
        if time.monotonic() > until:
            print(f"clang-tidy: no time left for {source}", flush=True)
            return True
        mark = kept / source.replace("/", "%")
        state = state_of(root, build, source, commands[source])
        if mark.is_file() and mark.read_text() == state:
            return True
        against = look(root, build, scope, source)
        if against:
            print(against, flush=True)
            return False
        mark.write_text(state)
        return True

    with concurrent.futures.ThreadPoolExecutor(int(os.environ["TENON_JOBS"])) as pool:
        return 0 if all(list(pool.map(visit, todo))) else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), float(sys.argv[2]) if len(sys.argv) > 2 else float("inf")))
