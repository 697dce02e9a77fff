"""`./dev release-check` finds each thing that a tree needs before it is a release. Its builds are tests/packages/test_deb.py's."""

import re
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from support import paths

COPIED = ("CMakeLists.txt", "NEWS.md", "packaging", "man")


class ReleaseCheck(unittest.TestCase):
    """A small repository with what the check reads, which is a release until a test changes it."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.tree = Path(directory.name)
        for name in COPIED:
            source = paths.SOURCE / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, self.tree / name)
        self.replace("NEWS.md", r"^## (\S+).*", r"## \1 (2026-11-27)")
        self.replace("packaging/debian/changelog", r"\) \w+;", ") unstable;")
        self.git("init", "--quiet")
        self.commit()

    def replace(self, file: str, pattern: str, by: str) -> None:
        """The first match."""
        path = self.tree / file
        changed, count = re.subn(pattern, by, path.read_text(), count=1, flags=re.MULTILINE)
        self.assertEqual(1, count, pattern)
        path.write_text(changed)

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", "-c", "user.name=test", "-c", "user.email=test@example.com", *arguments], cwd=self.tree,
                       check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "test")

    def check(self) -> tuple[int, str]:
        done = subprocess.run([self.tree / "packaging/check-release", "--quick"], capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    def assert_complaint(self, words: str) -> None:
        self.commit()
        status, said = self.check()
        self.assertEqual(1, status)
        self.assertEqual(1, said.count("release-check:"), said)
        self.assertRegex(said, words)

    def test_a_release_passes(self) -> None:
        self.assertEqual((0, ""), self.check())

    def test_every_file_names_the_same_version(self) -> None:
        for file, pattern, by in (("packaging/debian/changelog", r"\([\d.]+-", "(9.9-"),
                                  ("packaging/rpm/twinlock.spec", r"^(Version: +).*", r"\g<1>9.9"),
                                  ("packaging/rpm/twinlock.spec", r"^(\* .*) - .*", r"\1 - 9.9-1"),
                                  ("NEWS.md", r"^## \S+", "## 9.9")):
            with self.subTest(file=file, pattern=pattern):
                former = (self.tree / file).read_text()
                self.replace(file, pattern, by)
                self.assert_complaint(f"{file}.* says '9.9'")
                (self.tree / file).write_text(former)

    def test_news_and_changelog_are_dated(self) -> None:
        self.replace("NEWS.md", r"\(2026-11-27\)", "(not released yet)")
        self.assert_complaint("NEWS.md has no day")
        self.replace("NEWS.md", r"\(not released yet\)", "(2026-11-27)")
        self.replace("packaging/debian/changelog", "unstable", "UNRELEASED")
        self.assert_complaint("UNRELEASED")

    def test_manuals_are_dated(self) -> None:
        year = time.gmtime().tm_year
        for date, words in ((f"January 1, {year + 2}", "yet to come"), ("$Mdocdate$", "no date"),
                            (f"March 1, {year - 1}", "changed long after")):
            with self.subTest(date):
                self.replace("man/twinlock.8", r"^\.Dd .*", f".Dd {date}")
                self.assert_complaint(f"man/twinlock.8: .*{words}")

    def test_all_is_committed(self) -> None:
        (self.tree / "new").touch()
        status, said = self.check()
        self.assertEqual(1, status)
        self.assertIn("not committed", said)

    def test_the_version_is_not_out_already(self) -> None:
        version = re.search(r"VERSION ([\d.]+) LANG", (self.tree / "CMakeLists.txt").read_text())
        assert version
        self.git("tag", f"v{version[1]}")
        self.assertEqual(0, self.check()[0])
        self.assert_complaint("is another commit already")
