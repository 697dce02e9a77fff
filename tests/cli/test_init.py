"""twinlock init makes what is missing of configuration, key file and directories, and replaces nothing."""

import os
import shutil
import tempfile
import tomllib
import unittest
from pathlib import Path

from support import command
from support.command import NO, NOT_PERMITTED, STORE, USAGE, Done, run

MADE = {
    "/etc/twinlock": 0o755,
    "/etc/twinlock/twinlock.conf": 0o644,
    "/etc/twinlock/key": 0o600,
    "/var/lib/twinlock": 0o755,
    "/var/lib/twinlock/users": 0o700,
    "/var/log/twinlock": 0o750,
    "/run/twinlock": 0o700,
}
REPORTED = [path for path in MADE if path != "/etc/twinlock"]


def ownership(path: str | Path) -> tuple[int, int, int]:
    status = os.lstat(path)
    return status.st_uid, status.st_gid, status.st_mode & 0o7777


def snapshot(path: Path) -> tuple[bytes, int, int, int]:
    """Content, inode, and when content and attributes last changed."""
    status = path.lstat()
    return path.read_bytes(), status.st_ino, status.st_mtime_ns, status.st_ctime_ns


def issuer_in(config: Path) -> str:
    return str(tomllib.loads(config.read_text())["issuer"])


class Init(unittest.TestCase):
    def setUp(self) -> None:
        for directory in ("/etc/twinlock", "/var/lib/twinlock", "/var/log/twinlock", "/run/twinlock"):
            shutil.rmtree(directory, ignore_errors=True)
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory(dir="/run")))

    def init(self, *arguments: command.Argument, umask: int = 0o022) -> Done:
        done = run("init", *arguments, before=lambda: void(os.umask(umask)))
        self.assertEqual(("", 0), (done.messages, done.status))
        return done

    def assert_made(self) -> None:
        self.assertEqual({path: (0, 0, mode) for path, mode in MADE.items()}, {path: ownership(path) for path in MADE})

    def test_makes_everything_on_a_fresh_machine(self) -> None:
        self.assertEqual({"made": REPORTED, "kept": []}, {key: in_order(paths) for key, paths in
                                                          self.init("--json").json().items()})
        self.assert_made()
        self.assertEqual("File server", issuer_in(command.CONFIG_FILE))
        self.assertEqual(0, run("config", "check").status)
        self.assertEqual("[]\n", run("list", "--json").output)

    def test_modes_do_not_depend_on_a_strict_umask(self) -> None:
        self.init(umask=0o077)
        self.assert_made()

    def test_modes_do_not_depend_on_a_lax_umask(self) -> None:
        self.init(umask=0)
        self.assert_made()

    def test_a_second_run_changes_nothing(self) -> None:
        self.init("--issuer", "First")
        files = [command.CONFIG_FILE, Path("/etc/twinlock/key")]
        before = [snapshot(file) for file in files]
        self.assertEqual({"made": [], "kept": REPORTED}, {key: in_order(paths) for key, paths in
                                                          self.init("--issuer", "Second", "--json").json().items()})
        self.assertEqual(before, [snapshot(file) for file in files])
        self.assert_made()

    def test_says_line_by_line_what_it_did(self) -> None:
        self.init()
        Path("/etc/twinlock/key").unlink()
        self.assertEqual({"made  /etc/twinlock/key"} | {f"kept  {path}" for path in REPORTED if "key" not in path},
                         set(self.init().output.splitlines()))

    def test_makes_only_what_is_missing(self) -> None:
        self.init()
        key = Path("/etc/twinlock/key")
        before = snapshot(command.CONFIG_FILE)
        former_key = key.read_bytes()
        key.unlink()
        shutil.rmtree("/run/twinlock")
        self.assertEqual({"/etc/twinlock/key", "/run/twinlock"}, set(self.init("--json").json()["made"]))
        self.assertEqual(before, snapshot(command.CONFIG_FILE))
        self.assertNotEqual(former_key, key.read_bytes())
        self.assert_made()

    def test_every_machine_gets_keys_of_its_own(self) -> None:
        self.init("--config", self.write_config("one"))
        self.init("--config", self.write_config("two"))
        self.assertNotEqual((self.directory / "one/key").read_bytes(), (self.directory / "two/key").read_bytes())

    def test_takes_an_issuer_with_odd_characters(self) -> None:
        for issuer in ('a "quoted" \\ name', "Straße & Söhne 🗝", "'''", "#[x]", "%41+ =/?", "x" * 64):
            with self.subTest(issuer):
                command.CONFIG_FILE.unlink(missing_ok=True)
                self.init("--issuer", issuer)
                self.assertEqual(issuer, issuer_in(command.CONFIG_FILE))

    def test_refuses_an_issuer_that_apps_cannot_show_and_makes_nothing(self) -> None:
        for issuer in (b"", b"a:b", b"x" * 65, b"line\nbreak", b"\x1b[31mred", b"not utf-8: \xff"):
            with self.subTest(issuer):
                done = run("init", b"--issuer=" + issuer)
                self.assertEqual(USAGE, done.status, done.messages)
                self.assertIn("--issuer: ", done.messages)
                self.assertFalse(Path("/etc/twinlock").exists())

    def test_makes_the_configuration_where_it_is_told_to(self) -> None:
        config = self.directory / "deep/er/other.conf"
        self.init("--config", config)
        self.assertEqual((0, 0, 0o644), ownership(config))
        self.assertEqual((0, 0, 0o755), ownership(config.parent))
        self.assertFalse(command.CONFIG_FILE.exists())
        self.assertEqual((0, 0, 0o600), ownership("/etc/twinlock/key"))

    def write_config(self, name: str, slash: str = "") -> Path:
        """A configuration whose paths all lie in a directory of that name, which is not there yet."""
        place = self.directory / name
        config = self.directory / f"{name}.conf"
        config.write_text(f'[store]\nurl = "file:{place}/records/all{slash}"\nkey_file = "{place}/key"\n'
                          f'run_dir = "{place}/run{slash}"\nstate_dir = "{place}/state{slash}"\n[audit]\nfile = "{place}/log/audit.log"\n')
        return config

    def test_makes_what_a_given_configuration_names(self) -> None:
        config = self.write_config("elsewhere")
        before = snapshot(config)
        self.init("--config", config, umask=0o077)
        self.assertEqual(before, snapshot(config))
        place = self.directory / "elsewhere"
        modes = {"": 0o755, "key": 0o600, "records": 0o755, "records/all": 0o700, "run": 0o700,
                 "state": 0o755, "log": 0o750}
        self.assertEqual({name: (0, 0, mode) for name, mode in modes.items()},
                         {name: ownership(place / name) for name in modes})
        self.assertFalse(command.CONFIG_FILE.exists())

    def test_slashes_at_the_end_of_directories_make_no_difference(self) -> None:
        self.init("--config", self.write_config("slashes", slash="//"))
        place = self.directory / "slashes"
        self.assertEqual([(0, 0, 0o700)] * 2, [ownership(place / name) for name in ("records/all", "run")])

    def test_an_audit_log_that_is_only_syslog_needs_no_directory(self) -> None:
        config = self.directory / "syslog.conf"
        config.write_text('[audit]\nfile = ""\n')
        self.init("--config", config)
        self.assertFalse(Path("/var/log/twinlock").exists())

    def test_needs_an_absolute_path(self) -> None:
        done = run("init", "--config", "twinlock.conf")
        self.assertEqual(USAGE, done.status, done.messages)
        self.assertIn("twinlock: --config: is not an absolute path", done.messages)

    def test_reports_a_directory_that_others_can_read(self) -> None:
        self.init()
        Path("/var/lib/twinlock/users").chmod(0o755)
        done = run("init")
        self.assertEqual(STORE, done.status, done.messages)
        self.assertIn("/var/lib/twinlock/users", done.messages)

    def test_makes_no_new_key_where_records_need_a_lost_one(self) -> None:
        self.init()
        key = Path("/etc/twinlock/key")
        kept = key.read_bytes()
        self.assertEqual(0, run("enrol", "alice", "--no-confirm").status)
        key.unlink()
        done = run("init")
        self.assertEqual((NO, ""), (done.status, done.output))
        self.assertIn("twinlock: /etc/twinlock/key: is missing, and /var/lib/twinlock/users holds records", done.messages)
        self.assertFalse(key.exists())
        key.write_bytes(kept)
        key.chmod(0o600)
        self.init()
        self.assertEqual(0, run("show", "alice").status)

    def test_does_not_follow_a_link_in_place_of_the_key(self) -> None:
        Path("/etc/twinlock").mkdir()
        target = self.directory / "target"
        Path("/etc/twinlock/key").symlink_to(target)
        self.assertEqual(STORE, run("init").status)
        self.assertFalse(target.exists())

    def test_only_root_can_do_it(self) -> None:
        done = run("init", prefix=["setpriv", "--reuid", "alice", "--regid", "alice", "--clear-groups"])
        self.assertEqual(NOT_PERMITTED, done.status, done.messages)
        self.assertIn("twinlock: /etc/twinlock: cannot be made (Permission denied)\n  run it as root", done.messages)
        self.assertFalse(Path("/etc/twinlock").exists())


def void(_: object) -> None:
    return None


def in_order(paths: list[str]) -> list[str]:
    """As in REPORTED; others at the end."""
    return sorted(paths, key=lambda path: REPORTED.index(path) if path in REPORTED else len(REPORTED))
