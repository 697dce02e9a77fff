"""SECURITY.md names tests and commands that exist."""

import re
import subprocess
import unittest

from support import paths

TEXT = (paths.SOURCE / "SECURITY.md").read_text()


class SecurityPolicy(unittest.TestCase):
    def test_every_file_that_it_names_is_there(self) -> None:
        named = re.findall(r"`(tests/[\w/.]+)`", TEXT)
        self.assertGreater(len(named), 9)
        for name in named:
            self.assertTrue((paths.SOURCE / name).exists(), name)

    def test_every_command_of_dev_that_it_names_is_one(self) -> None:
        usage = subprocess.run([paths.SOURCE / "dev", "help"], capture_output=True, text=True, check=True).stdout
        named = re.findall(r"`\./dev (\w+)(?: (--\w+))?`", TEXT)
        self.assertIn(("test", "--sanitize"), named)
        for command, option in named:
            self.assertRegex(usage, rf"(?m)^  {command} .*{option}")

    def test_it_gives_no_address_to_write_to(self) -> None:
        """Reports go through the forge: an address would have to be somebody's."""
        self.assertNotRegex(TEXT, r"\S+@\S+\.\S+")
