"""The QR codes of an enrolment, read back by an independent scanner, and what becomes of their files."""

import os
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

from support import paths
from support.app import App, scan, scan_screen
from support.command import DONE, NO, STORE, CommandScenario, Done, run
from support.totp import Phone
from support.twinlock import run_json


class QrScenario(CommandScenario):
    def setUp(self) -> None:
        super().setUp()
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory(dir="/run")))
        self.png = self.directory / "alice.png"
        self.svg = self.directory / "alice.svg"


class OnTheTerminal(QrScenario):
    def drawing(self, *options: str) -> tuple[str, str]:
        """What stands above the key, and the key."""
        output = self.assert_status(DONE, run("enrol", "alice", "--no-confirm", *options)).output
        drawing, rest = output.split("\nKey: ")
        return drawing, rest.split("\n")[0]

    def assert_scans(self, *options: str) -> None:
        drawing, key = self.drawing(*options)
        app = App.from_uri(scan_screen(drawing, self.directory / "screen.pgm"))
        self.assertEqual((key, "File server:alice", "File server"), (app.secret, app.label, app.issuer))

    def test_half_blocks_are_usual(self) -> None:
        self.assert_scans()
        self.assertIn("▀", self.drawing()[0])

    def test_ascii(self) -> None:
        self.assert_scans("--qr", "ascii")
        self.assertTrue(self.drawing("--qr", "ascii")[0].isascii())

    def test_none(self) -> None:
        self.assertEqual("", self.drawing("--qr", "none")[0])

    def test_json_alone_draws_nothing(self) -> None:
        self.assertEqual("", run("enrol", "alice", "--no-confirm", "--json").messages)


class ImageFiles(QrScenario):
    def enrol(self, *options: str | Path) -> Done:
        return run("enrol", "alice", "--json", "--png", self.png, "--svg", self.svg, *options)

    def assert_no_files(self) -> None:
        self.assertEqual([], list(self.directory.iterdir()))

    def test_hold_the_same_as_the_output(self) -> None:
        uri = self.assert_status(DONE, self.enrol("--no-confirm")).json()["uri"]
        self.assertEqual(uri, scan(self.png))
        subprocess.run(["rsvg-convert", "-o", self.directory / "from-svg.png", self.svg], check=True)
        self.assertEqual(uri, scan(self.directory / "from-svg.png"))

    def test_show_the_codes_that_the_server_accepts(self) -> None:
        self.enrol("--no-confirm", "--digits", "8", "--period", "60", "--algorithm", "sha256")
        app = App.from_uri(scan(self.png))
        self.assertEqual(8, len(app.code()))
        self.assertEqual({"verdict": "accepted"}, run_json("check", "alice", stdin=app.code() + "\n"))

    def test_carry_an_issuer_and_a_user_with_odd_characters(self) -> None:
        with self.config('issuer = "Straße & Söhne? 100%"\n'):
            run("enrol", "DOMAIN\\jürgen m", "--allow-unknown", "--no-confirm", "--png", self.png)
        app = App.from_uri(scan(self.png))
        self.assertEqual(("Straße & Söhne? 100%", "Straße & Söhne? 100%:DOMAIN\\jürgen m"), (app.issuer, app.label))

    def test_are_for_root_alone_whatever_the_umask(self) -> None:
        run("enrol", "alice", "--no-confirm", "--png", self.png, "--svg", self.svg, before=lambda: set_umask(0))
        for file in (self.png, self.svg):
            status = file.stat()
            self.assertEqual((0, 0, stat.S_IFREG | 0o600), (status.st_uid, status.st_gid, status.st_mode))

    def test_are_kept_when_the_first_code_is_right(self) -> None:
        phone = Phone()
        done = run("enrol", "alice", "--secret-stdin", "--png", self.png, stdin=f"{phone.secret}\n{phone.code()}\n")
        self.assert_status(DONE, done)
        self.assertEqual(phone.secret, App.from_uri(scan(self.png)).secret)

    def test_are_removed_when_it_is_not(self) -> None:
        phone = Phone()
        done = run("enrol", "alice", "--secret-stdin", "--png", self.png, "--svg", self.svg,
                   stdin=f"{phone.secret}\n{phone.wrong_code()}\n")
        self.assert_status(NO, done)
        self.assert_no_files()

    def test_are_removed_when_there_is_no_input_at_all(self) -> None:
        # No descriptor of our own may take the place of the closed one: it would be waited for without end.
        done = run("enrol", "alice", "--png", self.png, before=lambda: os.close(0))
        self.assert_status(NO, done)
        self.assertIn("not confirmed: no code came", done.messages)
        self.assert_no_files()

    def test_are_removed_when_the_command_is_ended_while_it_waits(self) -> None:
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest(ending):
                with subprocess.Popen([paths.COMMAND, "enrol", "alice", "--png", self.png, "--svg", self.svg],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
                    assert process.stdout
                    next(line for line in process.stdout if line.startswith("Scan"))
                    self.assertTrue(self.png.exists() and self.svg.exists())
                    process.send_signal(ending)
                    self.assertEqual(-ending, process.wait(timeout=20))
                self.assert_no_files()
                self.assertEqual([], run_json("list"))

    def test_replace_nothing(self) -> None:
        self.svg.write_text("mine")
        said = self.assert_fails(NO, "enrol", "alice", "--no-confirm", "--png", self.png, "--svg", self.svg)
        self.assertEqual(f"{self.svg}: is there already and is not replaced", said)
        self.assertEqual("mine", self.svg.read_text())
        self.assertFalse(self.png.exists())
        self.assertEqual([], run_json("list"))

    def test_follow_no_link(self) -> None:
        for target in (self.directory / "target", Path("/dev/null"), self.directory):
            with self.subTest(target):
                self.png.symlink_to(target)
                self.assert_fails(NO, "enrol", "alice", "--no-confirm", "--png", self.png)
                self.assertEqual(target, self.png.readlink())
                self.png.unlink()
        self.assert_no_files()

    def test_cannot_be_one_and_the_same(self) -> None:
        self.assert_fails(NO, "enrol", "alice", "--no-confirm", "--png", self.png, "--svg", self.png)
        self.assert_no_files()

    def test_a_missing_directory_is_not_made(self) -> None:
        self.assert_fails(STORE, "enrol", "alice", "--no-confirm", "--png", self.directory / "sub/alice.png")
        self.assert_no_files()
        self.assertEqual([], run_json("list"))

    def test_one_that_does_not_fit_on_the_disk_leaves_nothing(self) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=8", "tmpfs", self.directory], check=True)
        self.addCleanup(subprocess.run, ["umount", self.directory], check=True)
        (self.directory / "full").write_bytes(b"x" * 4096)
        said = self.assert_fails(STORE, "enrol", "alice", "--no-confirm", "--png", self.png)
        self.assertEqual(f"{self.png}: cannot be written (No space left on device)", said)
        self.assertEqual(["full"], os.listdir(self.directory))
        self.assertEqual([], run_json("list"))


def set_umask(mask: int) -> None:
    os.umask(mask)
