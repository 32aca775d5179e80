#!/usr/bin/env python3
"""The gates themselves: each planted violation is caught, and the lawful neighbour of it is not."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
import include_gate  # noqa: E402
import length_gate  # noqa: E402
import readme_gate  # noqa: E402


class Tree(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        (self.root / "host").mkdir()

    def plant(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


class Includes(Tree):
    def problems(self, path, line):
        self.plant(path, "// a comment\n" + line + "\n")
        problems = include_gate.check(self.root)[1]
        (self.root / path).unlink()
        return problems

    def refused(self, path, line, because):
        problems = self.problems(path, line)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(f"{path}:2: ", problems[0])
        self.assertIn(because, problems[0])

    def allowed(self, path, line):
        self.assertEqual(self.problems(path, line), [])

    def test_a_lower_floor_does_not_look_up(self):
        self.refused("host/base/a.cpp", '#include "crypto/hash.hpp"', "includes go down only")
        self.refused("host/store/b.cpp", '#  include "api/routes.hpp"', "includes go down only")
        self.refused("host/oauth/c.hpp", "#include <app/wiring.hpp>", "includes go down only")

    def test_rooms_of_one_floor_do_not_see_each_other(self):
        self.refused("host/http/a.cpp", '#include "net/client.hpp"', "rooms of one floor")
        self.refused("host/provider/a.cpp", '#include "store/grants.hpp"', "rooms of one floor")

    def test_a_floor_sees_itself_and_all_below(self):
        self.allowed("host/api/a.cpp", '#include "api/routes.hpp"\n#include "oauth/token.hpp"\n#include "base/error.hpp"')

    def test_includes_are_rooted(self):
        self.refused("host/http/a.cpp", '#include "session.hpp"', 'rooted at host/: "http/session.hpp"')
        self.refused("host/http/b.cpp", '#include "../base/error.hpp"', "rooted at host/")

    def test_a_room_without_a_floor_is_refused(self):
        self.refused("host/util/a.cpp", "#include <string>", "has no floor")

    def test_third_party_headers_stay_on_their_floor(self):
        for line, room, owner in (
            ("#include <openssl/evp.h>", "store", "host/crypto"),
            ("#include <pqxx/pqxx>", "api", "host/store"),
            ("#include <sqlite3.h>", "app", "host/store"),
            ("#include <boost/beast/http.hpp>", "net", "host/http"),
            ("#include <boost/asio/ssl/context.hpp>", "net", "host/http"),
            ("#include <curl/curl.h>", "oauth", "host/net"),
            ("#include <boost/dll/shared_library.hpp>", "app", "host/provider"),
        ):
            self.refused(f"host/{room}/planted.cpp", line, owner)
            self.allowed(f"{owner}/lawful.cpp", line)

    def test_an_unknown_third_party_header_needs_a_floor(self):
        self.refused("host/app/a.cpp", "#include <folly/Range.h>", "no floor owns")

    def test_the_standard_library_and_posix_are_free(self):
        self.allowed("host/base/a.cpp", "#include <vector>\n#include <sys/wait.h>\n#include <unistd.h>")

    def test_the_plugin_abi_ends_at_provider(self):
        self.refused("host/store/a.cpp", "#include <tenon/plugin.h>", "ends at host/provider")
        self.refused("host/base/a.cpp", "#include <tenon/plugin.h>", "ends at host/provider")
        self.allowed("host/oauth/a.cpp", "#include <tenon/descriptor.h>")
        self.allowed("host/provider/a.cpp", "#include <tenon/plugin.h>")

    def test_a_plugin_sees_only_plugin_api(self):
        self.refused("plugins/acme/a.cpp", '#include "base/error.hpp"', "only plugin-api")
        self.refused("plugins/acme/a.cpp", "#include <nlohmann/json.hpp>", "only plugin-api")
        self.refused("plugins/acme/a.cpp", "#include <sqlite3.h>", "only plugin-api")
        self.plant("plugins/other/quirk.hpp", "")
        self.refused("plugins/acme/a.cpp", '#include "../other/quirk.hpp"', "outside its folder")
        self.plant("plugins/acme/quirk.hpp", "")
        self.allowed("plugins/acme/a.cpp", '#include "quirk.hpp"\n#include <tenon/plugin.hpp>\n#include <string>')

    def test_plugin_api_includes_nothing_of_the_host(self):
        self.refused("plugin-api/include/tenon/a.hpp", '#include "base/error.hpp"', "nothing but itself")
        self.allowed("plugin-api/include/tenon/a.hpp", '#include "tenon/base.h"\n#include <stdint.h>')

    def test_an_empty_tree_is_no_success(self):
        gate = [sys.executable, str(HERE / "include_gate.py"), str(self.root)]
        self.assertEqual(subprocess.run(gate, capture_output=True, check=False).returncode, 1)


class Lengths(Tree):
    def setUp(self):
        super().setUp()
        self.plant(length_gate.EXAMPLE, "x\n" * 60)

    def test_the_example_for_authors_has_at_most_60_lines(self):
        self.assertEqual(length_gate.check(self.root, {}), [])
        self.plant(length_gate.EXAMPLE, "x\n" * 61)
        self.assertIn("61 lines, more than 60", length_gate.check(self.root, {})[0])
        (self.root / length_gate.EXAMPLE).unlink()
        self.assertIn("is not there", length_gate.check(self.root, {})[0])

    def test_a_file_of_301_lines_is_refused_and_one_of_300_is_not(self):
        self.plant("plugins/acme/long.cpp", "x\n" * 301)
        self.plant("plugins/acme/short.cpp", "x\n" * 300)
        problems = length_gate.check(self.root, {})
        self.assertEqual(len(problems), 1)
        self.assertIn("plugins/acme/long.cpp: 301 lines", problems[0])

    def test_an_exception_holds_as_long_as_it_is_needed(self):
        self.plant("plugins/acme/long.cpp", "x\n" * 301)
        self.assertEqual(length_gate.check(self.root, {"plugins/acme/long.cpp": "a table"}), [])
        self.plant("plugins/acme/long.cpp", "x\n")
        self.assertIn("no longer needs", length_gate.check(self.root, {"plugins/acme/long.cpp": "a table"})[0])

    def test_each_room_has_a_short_readme(self):
        self.plant("host/base/a.cpp", "")
        self.assertIn("no README.md", length_gate.check(self.root, {})[0])
        self.plant("host/base/README.md", "x\n" * 16)
        self.assertIn("16 lines", length_gate.check(self.root, {})[0])
        self.plant("host/base/README.md", "x\n" * 15)
        self.assertEqual(length_gate.check(self.root, {}), [])


class Readmes(Tree):
    def problems(self, text):
        self.plant("README.md", text)
        return readme_gate.check(self.root, self.root)[1]

    def test_a_command_that_fails_is_told_with_its_line(self):
        problems = self.problems("text\n\n```sh run\ntrue\nls nothing-of-that-name\n```\n")
        self.assertIn("README.md:3: it failed", problems[0])
        self.assertIn("nothing-of-that-name", problems[0])

    def test_files_are_there_for_the_commands_behind_them(self):
        text = "```cpp file=acme/a.cpp\nint a;\n```\n```sh run\ngrep -x 'int a;' acme/a.cpp\ntest -d build/dev\n```\n"
        self.assertEqual(self.problems(text), [])
        self.assertFalse((self.root / "acme").exists())

    def test_a_block_of_code_that_nobody_runs_is_refused(self):
        self.assertIn("says none of", self.problems("```cpp\nint a;\n```\n")[0])
        self.assertEqual(self.problems("```\nan illustration\n```\n"), [])

    def test_a_configuration_is_given_to_the_binary(self):
        self.plant("bin/tenon", "#!/bin/sh\ngrep -q right readme.yaml && test -n \"$NAME\"\n")
        (self.root / "bin/tenon").chmod(0o755)
        self.assertEqual(self.problems("```yaml config\nright: ${NAME}\n```\n"), [])
        self.assertIn("it failed", self.problems("```yaml config\nwrong: ${NAME}\n```\n")[0])

    def test_another_test_must_exist(self):
        self.plant("host/CMakeLists.txt", "add_test(NAME known COMMAND x)")
        self.assertEqual(self.problems("```sh by=known\nx\n```\n```sh by=host/CMakeLists.txt\nx\n```\n"), [])
        self.assertIn("no test unknown", self.problems("```sh by=unknown\nx\n```\n")[0])


if __name__ == "__main__":
    unittest.main()
