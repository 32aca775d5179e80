#!/usr/bin/env python3
"""clang-tidy on sources, TENON_JOBS at once; what was clean and has not changed since is not looked at again.

tidy.py ROOT [SECONDS] < sources, a path a line. ROOT/build/tsan is built: its compiler's database says how each source
is compiled, ninja's what it includes. It is looked at without what is precompiled: what it does not include itself is an error.
A source is clean for as long as it, all of this tree that it includes, and
.clang-tidy are the same; that is kept in ROOT/build/tsan/tidy. With SECONDS no file is begun later, and each that is left out is named.
Exit code 1 if anything was found.
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
PRECOMPILED = re.compile(r" -Winvalid-pch| -Xclang (-fno-pch-timestamp|-include-pch -Xclang \S+|-include -Xclang \S+)")


def included(build):
    """Of each object of the build, the files that it was made of."""
    listed = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True, check=True)
    files = {}
    for block in listed.stdout.split("\n\n"):
        head, *lines = block.splitlines() or [""]
        files[head.split(":")[0]] = [line.strip() for line in lines]
    return files


def state_of(root, build, source, command, files):
    """A digest of what the verdict on a source depends on."""
    state = hashlib.sha256(command.encode())
    for folder in (root / source).parents:
        rules = folder / ".clang-tidy"
        if folder.is_relative_to(root) and rules.is_file():
            state.update(rules.read_bytes())
    for file in sorted({(build / file).resolve() for file in files}):
        if file.is_relative_to(root) and not file.name.startswith("cmake_pch") and file.is_file():
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


def look(root, commands, scope, source):
    """What clang-tidy has against a source; nothing if it is clean. commands: the folder of a compiler's database."""
    command = ["clang-tidy-16", "-load", str(scope), "-p", str(commands), "--quiet", source]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    lines = run.stdout.splitlines()
    # The analyzer takes what Asio awaits in for uninitialized, and reports it inside its headers: those are not ours.
    theirs = [line for line in lines if line.startswith("/usr/include/") and FOUND.search(line)]
    ours = [line for line in lines if not line.startswith("/usr/include/") and FOUND.search(line)]
    clean = run.returncode == 0 or (run.returncode == 1 and theirs and not ours)
    return "" if clean else run.stdout or run.stderr


def main(root, seconds):
    build = root / "build" / "tsan"
    kept = build / "tidy"
    kept.mkdir(exist_ok=True)
    wanted = set(sys.stdin.read().split())
    files = included(build)
    scope = made_scope(build)
    todo = []
    database = json.loads((build / "compile_commands.json").read_text())
    for entry in database:
        entry["command"] = PRECOMPILED.sub("", entry["command"])
    commands = kept / "commands"
    commands.mkdir(exist_ok=True)
    (commands / "compile_commands.json").write_text(json.dumps(database))
    for entry in database:
        source = os.path.relpath(entry["file"], root)
        object_file = re.search(r" -o (\S+)", entry["command"]).group(1)
        if source in wanted:
            wanted.remove(source)
            mark = kept / source.replace("/", "%")
            state = state_of(root, build, source, entry["command"], [entry["file"], *files.get(object_file, [])])
            if not mark.is_file() or mark.read_text() != state:
                todo.append((source, mark, state))
    print(f"clang-tidy on {len(todo)} files; not built, and left out: {len(wanted)}", flush=True)
    until = time.monotonic() + seconds

    def visit(task):
        source, mark, state = task
        if time.monotonic() > until:
            print(f"clang-tidy: no time left for {source}", flush=True)
            return True
        against = look(root, commands, scope, source)
        if against:
            print(against, flush=True)
            return False
        mark.write_text(state)
        return True

    with concurrent.futures.ThreadPoolExecutor(int(os.environ["TENON_JOBS"])) as pool:
        return 0 if all(list(pool.map(visit, todo))) else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), float(sys.argv[2]) if len(sys.argv) > 2 else float("inf")))
