#!/usr/bin/env python3
"""What `./dev run` prints is true: its steps are run as they are printed, and a second start keeps the data.

demo_gate.py COMMAND... starts COMMAND (./dev run, or tests/support/demo.sh BUILD_DIR), runs the steps that it prints,
stops it as Ctrl-C does, and starts it again. Exit code 1 if anything is not as it says.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

LAST_LINE = "The demo provider"
SECOND_START = 30  # seconds: where all is there already, nothing is installed and nothing compiled


def require(condition, what):
    if not condition:
        raise AssertionError(what)


class Demo:
    """One life of the command, from its first line to its end."""

    def __init__(self, command, var, ports):
        variables = {**os.environ, "TENON_VAR": var, "TENON_PORT": str(ports[0]), "TENON_DEMO_PORT": str(ports[1])}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=variables, start_new_session=True
        )
        self.text = ""
        for line in self.process.stdout:
            self.text += line
            if line.startswith(LAST_LINE):
                break
        require(LAST_LINE in self.text, f"it ended before it was ready:\n{self.text}")
        # What it says later must not fill the pipe.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        self.url = re.search(r"Tenon runs on (\S+?),", self.text)[1]
        self.provider = re.search(rf"{LAST_LINE} \((\S+)\)", self.text)[1]
        self.key = re.search(r"The first API key .*: (\S+)", self.text)[1]

    def commands(self):
        """The lines to copy: those indented by two spaces."""
        return [line[2:] for line in self.text.splitlines() if re.match(r"  \S", line)]

    def stop(self):
        """Ctrl-C: the terminal sends it to the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(60)
        for address in (self.url, self.provider):
            require(not answers(address), f"{address} still answers after Ctrl-C")


def answers(url):
    host, port = url.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port)), 5).close()
        return True
    except OSError:
        return False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def shell(lines):
    script = "set -eu -o pipefail\n" + "\n".join(lines)
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=120, check=False)
    print(done.stdout, end="")
    require(done.returncode == 0, f"a step failed:\n{script}\n{done.stdout}{done.stderr}")
    return done.stdout


def check_steps(demo):
    out = shell(demo.commands())
    for expected in (
        r'"authUrl"', r"status=connected", r'"isConnected":\s*true', r'"accessToken":\s*"', r'"accountId":\s*"u1"',
        r'"success":\s*true.*"expiresAt"', r'"revocations"',
    ):  # fmt: skip
        require(re.search(expected, out), f"the steps did not print {expected}:\n{out}")


def check_second_start(command, var, ports, first):
    begun = time.monotonic()
    demo = Demo(command, var, ports)
    taken = time.monotonic() - begun
    try:
        require(taken < SECOND_START, f"the second start took {taken:.0f} s, expected less than {SECOND_START}")
        require(demo.key == first.key, "the second start has another API key")
        require(demo.url == first.url, "the second start has another address")
        definitions = demo.commands()[:2]
        out = shell([*definitions, "tenon GET status"])
        require(re.search(r'"providerAccountId":\s*"u1"', out), f"the second start lost the connection:\n{out}")
    finally:
        demo.stop()


def main():
    command = sys.argv[1:]
    ports = (free_port(), free_port())
    with tempfile.TemporaryDirectory() as var:
        demo = Demo(command, var, ports)
        try:
            check_steps(demo)
            connect = demo.commands()
            shell(connect[:5])  # once more, for the second start to find
        finally:
            demo.stop()
        check_second_start(command, var, ports, demo)
        taken = socket.socket()
        taken.bind(("127.0.0.1", ports[0]))
        taken.listen()
        again = Demo(command, var, ports)
        again.stop()
        require(f"Port {ports[0]} is taken" in again.text, f"a port that is taken was not said:\n{again.text}")
    print("what ./dev run prints is true")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as problem:
        sys.exit(f"demo_gate: {problem}")
