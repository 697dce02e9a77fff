"""The Debian packages, from outside: what lintian says, what is in them, and that they come out the same each time."""

import hashlib
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import packages, paths

MODULE = "/usr/lib/x86_64-linux-gnu/security/pam_twinlock.so"
NAMES = ("libpam-twinlock", "twinlock")
# Directories below packaging/ all of whose files are installed.
INSTALLED = ("systemd", "tmpfiles.d", "logrotate.d", "pam.d", "sshd_config.d", "samba", "clients", "nagios", "apparmor")


def needed(file: Path) -> set[str]:
    """The libraries that it loads."""
    said = subprocess.run(["readelf", "--dynamic", "--wide", file], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", said))


def sums(kind: str) -> dict[str, str]:
    files = (packages.BUILT / kind).glob("*.deb")
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


class Packages(unittest.TestCase):
    def test_lintian_finds_nothing(self) -> None:
        changes = list((packages.BUILT / "current").glob("*.changes"))
        self.assertEqual(1, len(changes))
        done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0",
                               "--display-info", *changes], capture_output=True, text=True, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        print(done.stdout)

    def test_come_out_the_same_elsewhere(self) -> None:
        first = sums("current")
        self.assertEqual(4, len(first), first)  # with the debug symbols of both
        self.assertEqual(first, sums("again"))

    def test_tell_nothing_of_where_they_were_built(self) -> None:
        for name in (*NAMES, *(f"{name}-dbgsym" for name in NAMES)):
            with tempfile.TemporaryDirectory() as directory:
                root = packages.unpack(packages.deb(name), Path(directory))
                for file in filter(Path.is_file, root.rglob("*")):
                    self.assertNotIn(str(packages.BUILT).encode(), file.read_bytes(), file)

    def test_each_file_is_roots_and_nobody_elses_to_write(self) -> None:
        for name in NAMES:
            for path, member in packages.members(packages.deb(name)).items():
                with self.subTest(path):
                    self.assertEqual((0, 0), (member.uid, member.gid))
                    program = path.startswith(("/usr/bin/", "/usr/libexec/")) or path.endswith((".sh", ".command"))
                    usual = 0o777 if member.issym() else 0o755 if member.isdir() or program else 0o644
                    self.assertEqual(usual, member.mode)

    def test_hold_all_that_the_tree_offers(self) -> None:
        held = {path for name in NAMES for path in packages.members(packages.deb(name))}
        names = {Path(path).name.removesuffix(".gz") for path in held}
        for directory in INSTALLED:
            for file in (paths.PACKAGING / directory).glob("*"):
                self.assertIn(file.name, names)
        for page in (paths.SOURCE / "man").glob("*.[0-9]"):
            self.assertIn(f"/usr/share/man/man{page.suffix[1:]}/{page.name}.gz", held)
        for path in (MODULE, "/usr/bin/twinlock", "/usr/libexec/twinlock/open", "/usr/libexec/twinlock/smb-map",
                     "/lib/systemd/system/twinlock-sweep.timer", "/usr/share/bash-completion/completions/twinlock",
                     "/usr/share/zsh/vendor-completions/_twinlock", "/usr/share/fish/vendor_completions.d/twinlock.fish"):
            self.assertIn(path, held)

    def test_no_file_is_in_both(self) -> None:
        module, command = (packages.members(packages.deb(name)) for name in NAMES)
        self.assertEqual([], [path for path in module.keys() & command.keys() if not module[path].isdir()])
        self.assertIn(MODULE, module)
        self.assertEqual("same", packages.field(packages.deb("libpam-twinlock"), "Multi-Arch"))

    def test_bring_no_stack_and_nothing_secret(self) -> None:
        for name in NAMES:
            for path in packages.members(packages.deb(name)):
                self.assertFalse(path.startswith(("/etc/pam.d", "/etc/twinlock", "/etc/ssh", "/etc/samba", "/usr/share/pam",
                                                  "/var")), path)

    def test_the_command_wants_the_module_of_the_same_build(self) -> None:
        version = packages.field(packages.deb("twinlock"), "Version")
        self.assertIn(f"libpam-twinlock (= {version})", packages.field(packages.deb("twinlock"), "Depends"))


class Runtime(unittest.TestCase):
    """TWINLOCK_STATIC_RUNTIME: what a login runs brings its C++ library along; with OFF it loads the system's."""

    CPP = {"libstdc++.so.6", "libgcc_s.so.1"}

    def libraries(self, kind: str, name: str, path: str) -> set[str]:
        with tempfile.TemporaryDirectory() as directory:
            return needed(packages.unpack(packages.deb(name, kind), Path(directory)) / path.lstrip("/"))

    def test_is_linked_into_the_module(self) -> None:
        for name, path in (("libpam-twinlock", MODULE), ("twinlock", "/usr/libexec/twinlock/smb-map")):
            self.assertEqual(set(), self.CPP & self.libraries("current", name, path))
        self.assertNotIn("libstdc++6", packages.field(packages.deb("libpam-twinlock"), "Depends"))

    def test_is_the_systems_where_the_distribution_wants_that(self) -> None:
        for name, path in (("libpam-twinlock", MODULE), ("twinlock", "/usr/libexec/twinlock/smb-map")):
            self.assertIn("libstdc++.so.6", self.libraries("shared", name, path))
        self.assertIn("libstdc++6", packages.field(packages.deb("libpam-twinlock", "shared"), "Depends"))

    def test_both_export_the_modules_functions_alone(self) -> None:
        for kind in ("current", "shared"):
            with tempfile.TemporaryDirectory() as directory:
                module = packages.unpack(packages.deb("libpam-twinlock", kind), Path(directory)) / MODULE.lstrip("/")
                said = subprocess.run(["nm", "--dynamic", "--defined-only", module], capture_output=True, text=True, check=True)
                names = {line.split()[-1] for line in said.stdout.splitlines()}
            self.assertLessEqual({"pam_sm_authenticate", "pam_sm_acct_mgmt"}, names)
            self.assertEqual(set(), {name for name in names if not name.startswith("pam_sm_")})
