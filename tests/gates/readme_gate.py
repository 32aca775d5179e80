#!/usr/bin/env python3
"""What the READMEs tell people to type works.

readme_gate.py ROOT BUILD_DIR reads every README.md below ROOT. A fenced block that names a language says behind it how
it is kept true:

    ```sh run             executed by bash, in a scratch copy of the root in which build/dev is BUILD_DIR
    ```cpp file=a/b.cpp   written to that file of the scratch copy, for the `run` blocks behind it
    ```yaml config        a configuration that `tenon config check` takes, and none of its providers is misconfigured
    ```sh by=NAME         another test's business: NAME is a test of ctest's, or a path in the repository

A block without a language is an illustration. Exit code 1 if a block fails, or says none of these.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^```(.*)$")
SKIPPED = {"build", "var", ".git", "node_modules"}


class Block:
    def __init__(self, where, info):
        self.where = where
        self.language, _, self.how = info.strip().partition(" ")
        self.lines = []

    @property
    def text(self):
        return "\n".join(self.lines) + "\n"


def blocks_of(readme, name):
    """The fenced blocks that name a language, in order."""
    open_block = None
    for number, line in enumerate(readme.read_text().splitlines(), 1):
        if found := FENCE.match(line.strip()):
            if open_block is None:
                open_block = Block(f"{name}:{number}", found[1])
            else:
                if open_block.language:
                    yield open_block
                open_block = None
        elif open_block is not None:
            open_block.lines.append(line)
    if open_block is not None:
        raise ValueError(f"{open_block.where}: a block that never ends")


def readmes(root):
    for file in sorted(root.rglob("README.md")):
        if not SKIPPED.intersection(file.relative_to(root).parts):
            yield file


def scratch_copy(root, build, into):
    """A directory that looks like the root but can be written to: its entries are links."""
    for entry in root.iterdir():
        if entry.name not in SKIPPED:
            (into / entry.name).symlink_to(entry)
    (into / "build").mkdir()
    (into / "build" / "dev").symlink_to(build)


def known_tests(root):
    names = set()
    for file in root.rglob("CMakeLists.txt"):
        if not SKIPPED.intersection(file.relative_to(root).parts):
            names.update(re.findall(r"add_test\(\s*NAME\s+(\S+)", file.read_text()))
    return names


def failure_of(command, block, scratch, variables=None):
    environment = {**os.environ, **(variables or {})}
    done = subprocess.run(command, cwd=scratch, env=environment, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"it failed:\n{block.text}{done.stdout}{done.stderr}"


def problem_of(block, root, scratch, tests):
    """Does what the block says; what is wrong with it, or None."""
    key, _, value = block.how.partition("=")
    if key == "run":
        return failure_of(["bash", "-euo", "pipefail", "-c", block.text], block, scratch)
    if key == "config":
        (scratch / "readme.yaml").write_text(block.text)
        # Whatever it stands for: 64 hexadecimal digits are an encryption key too.
        variables = {name: "5a" * 32 for name in re.findall(r"\$\{(\w+)", block.text)}
        check = """build/dev/bin/tenon config check --config readme.yaml
            ! build/dev/bin/tenon plugin list --config readme.yaml 2>&1 | grep misconfigured"""
        return failure_of(["bash", "-euo", "pipefail", "-c", check], block, scratch, variables)
    if key == "file" and value:
        file = scratch / value
        if file.parent.resolve() != scratch.resolve() and root in file.parent.resolve().parents:
            return f"{value} would be written into the repository"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text)
        return None
    if key == "by" and value:
        return None if value in tests or (root / value).exists() else f"there is no test {value}"
    return f"```{block.language} says none of run, file=PATH, config and by=TEST"


def check(root, build):
    problems = []
    count = 0
    tests = known_tests(root)
    for readme in readmes(root):
        with tempfile.TemporaryDirectory() as place:
            scratch = pathlib.Path(place)
            scratch_copy(root, build, scratch)
            for block in blocks_of(readme, readme.relative_to(root)):
                count += 1
                if problem := problem_of(block, root, scratch, tests):
                    problems.append(f"{block.where}: {problem}")
                    break
    return count, problems


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    count, problems = check(root, build)
    print("\n".join(problems) if problems else f"{count} blocks of the READMEs are true")
    return 1 if problems or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
