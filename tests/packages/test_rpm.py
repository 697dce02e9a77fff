"""The RPM packages, as far as Debian can tell: installed into a root of their own, without scripts, which need Fedora."""

import bz2
import re
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import packages, paths

NAMES = ("pam_twinlock", "twinlock")
POLICY = "twinlock-selinux"
MODULE = "usr/lib64/security/pam_twinlock.so"


def said(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        directory = tempfile.TemporaryDirectory(dir="/run")
        cls.addClassCleanup(directory.cleanup)
        cls.root = Path(directory.name)
        said("rpm", "--root", cls.root, "--initdb")
        said("rpm", "--root", cls.root, "--install", "--nodeps", "--noscripts", *map(packages.rpm, (*NAMES, POLICY)))

    def files(self, *names: str) -> list[str]:
        listed = said("rpm", "--root", self.root, "--query", "--list", *(names or NAMES)).split("\n")
        return [path for path in listed if path]

    def test_rpm_finds_every_file_as_it_packed_it(self) -> None:
        done = subprocess.run(["rpm", "--root", self.root, "--verify", "--nodeps", "--noscripts", *NAMES, POLICY],
                              capture_output=True, text=True, check=False)
        self.assertEqual((0, ""), (done.returncode, done.stdout))

    def test_owners_and_modes(self) -> None:
        for path in self.files():
            status = (self.root / path.lstrip("/")).lstat()
            program = path.startswith(("/usr/bin/", "/usr/libexec/")) or path.endswith((".sh", ".command"))
            usual = 0o755 if program or stat.S_ISDIR(status.st_mode) else 0o644
            if "/.build-id" not in path:
                with self.subTest(path):
                    self.assertEqual((0, 0, oct(usual)), (status.st_uid, status.st_gid, oct(stat.S_IMODE(status.st_mode))))

    def test_hold_what_the_debian_packages_hold(self) -> None:
        """By name: the places differ, licences have directories of their own, and lintian's overrides stay behind."""
        debian = {Path(path).name.removesuffix(".gz") for name in ("libpam-twinlock", "twinlock")
                  for path, member in packages.members(packages.deb(name)).items() if not member.isdir()}
        ours = {Path(path).name.removesuffix(".gz") for path in self.files() if not (self.root / path.lstrip("/")).is_dir()}
        self.assertEqual(debian - {"changelog.Debian", "copyright", "changelog", "libpam-twinlock"},
                         ours - {"LICENSE"} - {name for name in ours if re.fullmatch("[0-9a-f]{38}", name)})

    def test_the_module_is_in_a_package_of_its_own(self) -> None:
        self.assertIn(f"/{MODULE}", self.files("pam_twinlock"))
        self.assertNotIn(f"/{MODULE}", self.files("twinlock"))
        required = said("rpm", "--root", self.root, "--query", "--requires", "twinlock")
        self.assertRegex(required, r"pam_twinlock\S* = \d")

    def test_bring_no_stack_and_nothing_secret(self) -> None:
        for path in self.files():
            self.assertFalse(path.startswith(("/etc/pam.d", "/etc/twinlock", "/etc/ssh", "/etc/samba", "/var")), path)

    def test_the_policy_is_a_compiled_module(self) -> None:
        """Compiled with Debian's policy here; how Fedora's takes it, only a Fedora can show."""
        interface, module = sorted(path for path in self.files(POLICY) if "/active/" not in path)
        self.assertTrue(interface.endswith("/twinlock.if"), interface)
        with tempfile.TemporaryDirectory() as directory:
            package, contexts = Path(directory, "twinlock.pp"), Path(directory, "contexts")
            package.write_bytes(bz2.decompress((self.root / module.lstrip("/")).read_bytes()))
            said("semodule_unpackage", package, Path(directory, "module"), contexts)
            self.assertIn("/etc/twinlock", contexts.read_text())

    def test_configuration_is_marked_so(self) -> None:
        marked = said("rpm", "--root", self.root, "--query", "--configfiles", *NAMES).split()
        self.assertEqual([path for path in self.files() if path.startswith("/etc/")],
                         [path for path in marked if path.startswith("/")])

    def test_the_command_runs_from_there(self) -> None:
        version = re.search(r"VERSION ([\d.]+)", (paths.SOURCE / "CMakeLists.txt").read_text().split("project", 1)[1])
        assert version
        self.assertEqual(f"twinlock {version[1]}\n", said(self.root / "usr/bin/twinlock", "--version"))


class Rpmlint(unittest.TestCase):
    CONFIG = paths.PACKAGING / "rpm/rpmlint.toml"

    def lint(self, *files: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["rpmlint", "--config", self.CONFIG, *files], capture_output=True, text=True, check=False)

    def test_finds_nothing(self) -> None:
        done = self.lint(*(packages.BUILT / "rpm").glob("*.rpm"), paths.PACKAGING / "rpm/twinlock.spec")
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertRegex(done.stdout, r"4 packages and 1 specfiles checked; 0 errors, 0 warnings")

    def test_would_find_something(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            spec = Path(directory, "twinlock.spec")
            spec.write_text((paths.PACKAGING / "rpm/twinlock.spec").read_text().replace("%{_libdir}", "/usr/lib"))
            self.assertRegex(self.lint(spec).stdout, "hardcoded-library-path in /usr/lib/security")
