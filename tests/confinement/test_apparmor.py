"""The AppArmor rules for Samba are taken by AppArmor's own parser, in the profiles of Debian's package."""

import tempfile
import unittest
from pathlib import Path

from support import apparmor
from support.apparmor import PROFILES, Profile


class Rules(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="apparmor.")))
        apparmor.install(self.directory)

    def test_the_parser_compiles_each_profile(self) -> None:
        for name in PROFILES:
            with self.subTest(name):
                apparmor.parse(self.directory, name, "--skip-kernel-load", "--skip-cache")

    def test_without_ours_there_is_no_profile_for_the_helper(self) -> None:
        self.assertIn("smbd//twinlock-smb-map", apparmor.parse(self.directory, "usr.sbin.smbd", "--names"))
        (self.directory / "local/usr.sbin.smbd").unlink()
        self.assertEqual("smbd\n", apparmor.parse(self.directory, "usr.sbin.smbd", "--names"))

    def test_the_parser_notices_a_mistake(self) -> None:
        rules = self.directory / "abstractions/twinlock"
        rules.write_text(rules.read_text().replace("  /etc/twinlock/ r,\n", "  /etc/twinlock/ q,\n", 1))
        with self.assertRaises(AssertionError):
            apparmor.parse(self.directory, "usr.sbin.smbd", "--skip-kernel-load", "--skip-cache")

    def test_keys_and_configuration_are_only_read(self) -> None:
        profile = Profile(apparmor.parse(self.directory, "usr.sbin.smbd", "--preprocess"), "smbd")
        for path in ("/etc/twinlock/key", "/etc/twinlock/twinlock.conf", "/run/twinlock/key"):
            self.assertEqual({"r"}, profile.allowed(path))
        self.assertEqual(set(), profile.allowed("/etc/twinlock/key.twinlock-new"))
