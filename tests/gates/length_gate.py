#!/usr/bin/env python3
"""A source has at most 300 lines; each room of host/ begins with a README of at most 15. The provider that shows authors how little is
needed has at most 60.

length_gate.py ROOT names each file that is longer. A longer file needs an exception with its reason here, and an
exception that is no longer needed fails as well. Exit code 1 if there is any.
"""

import pathlib
import sys

LIMIT = 300
README_LIMIT = 15
EXAMPLE = "plugin-api/examples/cpp/acme.cpp"
EXAMPLE_LIMIT = 60
TOPS = ("host", "plugin-api", "plugins", "tests", "migrations", "config")
SOURCES = {".c", ".h", ".cpp", ".hpp", ".ipp", ".py", ".sh", ".cmake"}

# path: reason
EXCEPTIONS = {}


def sources(root):
    for top in TOPS:
        for file in sorted((root / top).rglob("*")):
            if (file.suffix in SOURCES or file.name == "CMakeLists.txt") and file.is_file():
                yield file
    if (root / "dev").is_file():
        yield root / "dev"


def lines_of(file):
    return len(file.read_text(errors="replace").splitlines())


def length_problems(root, exceptions):
    too_long = {}
    for file in sources(root):
        if (count := lines_of(file)) > LIMIT:
            too_long[file.relative_to(root).as_posix()] = count
    for path, count in too_long.items():
        if path not in exceptions:
            yield f"{path}: {count} lines, more than {LIMIT}: one idea a file"
    for path in exceptions:
        if path not in too_long:
            yield f"{path}: an exception that it no longer needs: take it out of tests/gates/length_gate.py"


def readme_problems(root):
    for room in sorted(path for path in (root / "host").iterdir() if path.is_dir() and any(path.iterdir())):
        readme = room / "README.md"
        if not readme.is_file():
            yield f"host/{room.name}: no README.md that says what it owns and what it never does"
        elif (count := lines_of(readme)) > README_LIMIT:
            yield f"host/{room.name}/README.md: {count} lines, more than {README_LIMIT}"


def example_problems(root):
    example = root / EXAMPLE
    if not example.is_file():
        yield f"{EXAMPLE}: is not there"
    elif (count := lines_of(example)) > EXAMPLE_LIMIT:
        yield f"{EXAMPLE}: {count} lines, more than {EXAMPLE_LIMIT}: a plain provider needs no more"


def check(root, exceptions=None):
    exceptions = EXCEPTIONS if exceptions is None else exceptions
    return [*length_problems(root, exceptions), *readme_problems(root), *example_problems(root)]


def main():
    root = pathlib.Path(sys.argv[1])
    problems = check(root)
    count = sum(1 for _ in sources(root))
    print("\n".join(problems) if problems else f"{count} files: none longer than {LIMIT} lines")
    return 1 if problems or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
