"""The scripts of both kinds of packages that keep a module in place while a PAM stack names it, and records at removal."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import packages, paths

PAM = Path("/etc/pam.d")
LINE = "auth required pam_twinlock.so\n"
DATA = ("/etc/twinlock/key", "/var/lib/twinlock/users/alice", "/var/log/twinlock/audit.log", "/run/twinlock/smb/1")


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["/bin/sh", "-c", script, "script", *arguments], capture_output=True, text=True, check=False)


class Removal(unittest.TestCase):
    """Of the module. Every test runs the script of the .deb and that of the .rpm."""

    def setUp(self) -> None:
        for former in (*PAM.iterdir(), *Path("/etc/ssh/sshd_config.d").iterdir(), *Path("/etc/samba").iterdir()):
            former.unlink()
        (PAM / "cron").write_text("auth required pam_unix.so\n")
        preun = subprocess.run(["rpm", "--query", "--queryformat", "%{PREUN}", "--package", packages.rpm("pam_twinlock")],
                               capture_output=True, text=True, check=True).stdout
        prerm = packages.control_file(packages.deb("libpam-twinlock"), "prerm")
        self.removals = {"deb": (prerm, "remove"), "rpm": (preun, "0")}
        self.upgrades = {"deb": (prerm, "upgrade"), "rpm": (preun, "1")}

    def assert_passes(self) -> None:
        for kind, removal in self.removals.items():
            with self.subTest(kind):
                done = run(*removal)
                self.assertEqual((0, ""), (done.returncode, done.stderr))

    def assert_refused(self, *stacks: str) -> None:
        for kind, removal in self.removals.items():
            with self.subTest(kind):
                done = run(*removal)
                self.assertEqual(1, done.returncode)
                for word in (*stacks, "NOT removed", "twinlock setup undo"):
                    self.assertIn(word, done.stderr)

    def test_passes_where_no_stack_names_the_module(self) -> None:
        self.assert_passes()

    def test_is_refused_while_a_stack_names_it(self) -> None:
        (PAM / "sshd").write_text(f"# comment\n{LINE}")
        (PAM / "samba").write_text("account [success=1 \\\n  default=ignore] /usr/lib/security/pam_twinlock.so debug\n")
        self.assert_refused("/etc/pam.d/sshd", "/etc/pam.d/samba")

    def test_is_refused_for_the_one_file_of_old(self) -> None:
        conf = Path("/etc/pam.conf")
        conf.write_text(f"sshd {LINE}")
        self.addCleanup(conf.unlink)
        self.assert_refused("/etc/pam.conf")

    def test_is_refused_while_sshd_or_smbd_are_told_to_run_our_programs(self) -> None:
        drop_ins = {"samba/twinlock.conf": "/etc/samba", "sshd_config.d/20-twinlock-open.conf": "/etc/ssh/sshd_config.d"}
        for drop_in, directory in drop_ins.items():
            shutil.copy(paths.PACKAGING / drop_in, directory)
        self.assert_refused("/etc/samba/twinlock.conf", "/etc/ssh/sshd_config.d/20-twinlock-open.conf")

    def test_takes_no_comment_and_no_spare_copy_for_a_stack(self) -> None:
        (PAM / "sshd").write_text(f"#{LINE}auth required pam_unix.so # not pam_twinlock.so\n")
        for kind, copy in (("deb", "sshd.dpkg-old"), ("rpm", "sshd.rpmsave")):
            (PAM / copy).write_text(LINE)
            with self.subTest(kind):
                self.assertEqual(0, run(*self.removals[kind]).returncode)
            (PAM / copy).unlink()

    def test_never_stands_in_the_way_of_an_upgrade(self) -> None:
        (PAM / "sshd").write_text(LINE)
        for kind, upgrade in self.upgrades.items():
            with self.subTest(kind):
                self.assertEqual(0, run(*upgrade).returncode)


    def test_the_command_stays_too(self) -> None:
        """`twinlock setup undo` is the way out. The same lines, before what debhelper and systemd's macros add."""
        preun = subprocess.run(["rpm", "--query", "--queryformat", "%{PREUN}", "--package", packages.rpm("twinlock")],
                               capture_output=True, text=True, check=True).stdout
        (PAM / "sshd").write_text(LINE)
        self.assertEqual(*((paths.PACKAGING / f"debian/{name}.prerm").read_text() for name in ("libpam-twinlock", "twinlock")))
        for script, action in ((packages.control_file(packages.deb("twinlock"), "prerm"), "remove"), (preun, "0")):
            self.assertEqual(1, run(script, action).returncode)


class Records(unittest.TestCase):
    def setUp(self) -> None:
        self.postrm = packages.control_file(packages.deb("libpam-twinlock"), "postrm")
        for path in map(Path, DATA):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    def test_outlive_a_removal(self) -> None:
        for action in ("remove", "upgrade", "abort-install"):
            self.assertEqual(0, run(self.postrm, action).returncode)
        self.assertEqual([], [path for path in DATA if not Path(path).exists()])

    def test_go_with_a_purge(self) -> None:
        self.assertEqual(0, run(self.postrm, "purge").returncode)
        self.assertEqual([], [path for path in DATA if Path(path).parent.exists()])
        self.assertTrue(Path("/var/lib").is_dir())

    def test_a_purge_follows_no_link(self) -> None:
        run(self.postrm, "purge")
        with tempfile.TemporaryDirectory() as elsewhere:
            Path(elsewhere, "file").touch()
            Path("/var/lib/twinlock").symlink_to(elsewhere)
            self.assertEqual(0, run(self.postrm, "purge").returncode)
            self.assertFalse(Path("/var/lib/twinlock").is_symlink())
            self.assertTrue(Path(elsewhere, "file").exists())

    def test_no_script_of_a_package_makes_keys_or_touches_a_stack(self) -> None:
        for name in ("libpam-twinlock", "twinlock"):
            held = subprocess.run(["dpkg-deb", "--ctrl-tarfile", packages.deb(name)], capture_output=True, check=True).stdout
            self.assertNotIn(b"twinlock init", held)
            self.assertNotIn(b"pam-auth-update", held)
