"""The grammar of the command line, what goes where, and what happens when the output cannot be written."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import accounts, command, paths
from support.command import CONFIG_FILE, DONE, NOT_FOUND, STORE, USAGE, USERS, CommandScenario, run
from support.totp import Phone
from support.twinlock import enrol, run_json

COMMANDS = ("init", "config check", "enrol", "enroll", "list", "show", "check", "unlock", "remove")


class Grammar(CommandScenario):
    def assert_usage(self, *arguments: command.Argument) -> None:
        self.assertIn("command line: ", self.assert_fails(USAGE, *arguments))

    def test_exactly_one_command_a_call(self) -> None:
        enrol("alice")
        for line in ("", "config", "list list", "list show alice", "show alice list", "config check list",
                     "remove alice --yes remove bob", "unlock alice bob", "list init"):
            with self.subTest(line):
                self.assert_usage(*line.split())
        self.assertEqual(["alice"], [user["user"] for user in run_json("list")])

    def test_what_there_is_not_is_refused_by_name(self) -> None:
        for line, name in (("nope", "nope"), ("nope --yes", "nope"), ("list --nope", "--nope"),
                           ("--nope list", "--nope"), ("list -x", "-x"), ("--yes list", "--yes"), ("li", "li"), ("enrol alice --lab x", "--lab"),
                           ("LIST", "LIST"), ("list alice", "alice"), ("help", "help")):
            with self.subTest(line):
                self.assertIn(name, self.assert_fails(USAGE, *line.split()))
        self.assert_usage("")

    def test_what_is_needed_must_be_there(self) -> None:
        for line in ("show", "enrol", "check --service sshd", "remove --yes", "unlock", "list --config", "show --"):
            with self.subTest(line):
                self.assert_usage(*line.split())

    def test_an_option_is_given_once(self) -> None:
        self.assert_usage("list", "--config", str(CONFIG_FILE), "--config", str(CONFIG_FILE))

    def test_options_stand_anywhere(self) -> None:
        enrol("alice")
        other = str(CONFIG_FILE)
        for line in (f"show alice --json --config {other}", f"show --json alice --config {other}",
                     f"--json show --config {other} alice", f"--json --config {other} show alice",
                     f"--config={other} show --json alice", f"show --config={other} alice --json"):
            with self.subTest(line):
                self.assertEqual("alice", self.assert_status(DONE, run(*line.split())).json()["user"])
        for line in ("--json config check", "config --json check", "config check --json"):
            with self.subTest(line):
                self.assertEqual(0, run(*line.split()).json()["rules"])

    def test_options_of_a_command_stand_before_it_too(self) -> None:
        for line in ("--label x --no-confirm enrol alice --json", "--no-confirm --json enrol --label=x alice"):
            with self.subTest(line):
                self.setUp()
                self.assert_status(DONE, run(*line.split()))
                self.assertEqual("x", run_json("show", "alice")["tokens"][0]["label"])

    def test_two_dashes_end_the_options(self) -> None:
        for name in ("--json", "--yes", "-h", "--"):
            with self.subTest(name):
                self.assert_status(DONE, run("enrol", "--allow-unknown", "--no-confirm", "--json", "--", name))
                self.assertEqual(name, run("show", "--json", "--", name).json()["user"])
                self.assert_status(USAGE, run("remove", "--", name, "--yes"))
                self.assert_status(DONE, run("remove", "--yes", "--", name))

    def test_users_may_be_named_like_commands(self) -> None:
        for name in ("list", "enrol", "config", "help"):
            with self.subTest(name):
                self.assertEqual(f"user {name}: is not enrolled", self.assert_fails(NOT_FOUND, "show", name))

    def test_an_empty_value_is_a_value(self) -> None:
        self.assert_fails(USAGE, "check", "--address=", "alice")
        self.assert_fails(command.CONFIG, "list", "--config=")

    def test_control_characters_and_bytes_that_are_no_text_are_not_repeated(self) -> None:
        for arguments in ([b"\x1b[31m\xff"], [b"list", b"--\x1b[31m"], [b"list", b"--config", b"/\x1b[31m\n\xff"],
                          [b"show", b"\xff\xc2\x9b31m"], [b"enrol", b"\xff\xc2\x9b31m"]):
            with self.subTest(arguments):
                plain, as_json = run(*arguments), run("--json", *arguments)
                self.assertTrue(plain.messages.replace("\n", "").isprintable(), ascii(plain.messages))
                self.assertEqual(as_json.status, as_json.error()["status"])
                self.assertEqual(1, as_json.messages.count("\n"))


class HelpAndVersion(unittest.TestCase):
    """They need neither root nor a configuration."""

    def assert_prints(self, text: str, *arguments: str) -> None:
        done = run(*arguments, prefix=["setpriv", "--reuid", "alice", "--regid", "alice", "--clear-groups"])
        self.assertEqual((DONE, ""), (done.status, done.messages))
        self.assertIn(text, done.output)

    def test_help_names_every_command(self) -> None:
        for words in COMMANDS:
            self.assert_prints(words.split()[0], "--help")
        self.assert_prints("check", "config", "--help")

    def test_each_command_has_help(self) -> None:
        for words in COMMANDS:
            for option in ("--help", "-h"):
                with self.subTest(f"{words} {option}"):
                    self.assert_prints("Usage: twinlock ", *words.split(), option)

    def test_version(self) -> None:
        self.assert_prints("twinlock 0.1.0\n", "--version")
        self.assert_prints("twinlock 0.1.0\n", "list", "--version")


class AnotherConfiguration(CommandScenario):
    def test_is_used_for_everything(self) -> None:
        directory = Path(self.enterContext(tempfile.TemporaryDirectory(dir="/run")))
        config = directory / "twinlock.conf"
        config.write_text(f'[store]\nurl = "file:{directory}/users"\nkey_file = "{directory}/key"\n'
                          f'run_dir = "{directory}/run"\nstate_dir = "{directory}/state"\n[audit]\nfile = "{directory}/log/audit.log"\n')
        self.assert_status(DONE, run("init", "--config", config))
        enrol("alice", "--config", str(config))
        self.assertEqual([], run_json("list"))
        self.assertEqual(1, len(run_json("list", "--config", str(config))))
        self.assertEqual(["alice"], os.listdir(directory / "users"))
        self.assertIn('"event":"enrol"', (directory / "log/audit.log").read_text())

    def test_may_belong_to_whoever_runs_it(self) -> None:
        # So that everything can be tried without root. Then, too, nobody else may look into the process.
        home = accounts.ALICE.home
        as_alice = ["setpriv", "--reuid", "alice", "--regid", "alice", "--clear-groups"]
        config = home / "twinlock.conf"
        config.write_text(f'[store]\nurl = "file:{home}/users"\nkey_file = "{home}/key"\nrun_dir = "{home}/run"\n'
                          f'state_dir = "{home}/state"\n[audit]\nfile = "{home}/log/audit.log"\n')
        os.chown(config, accounts.ALICE.uid, accounts.ALICE.uid)
        self.assert_status(DONE, run("init", "--config", config, prefix=as_alice))
        with subprocess.Popen([*as_alice, paths.COMMAND, "enrol", "alice", "--config", config], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdin and process.stdout
            next(line for line in process.stdout if line.startswith("Scan"))
            # What is there belongs to the user of the process, or to root where it cannot be dumped (proc(5)).
            self.assertIn(f"Uid:\t{accounts.ALICE.uid}\t", Path(f"/proc/{process.pid}/status").read_text())
            self.assertEqual(0, Path(f"/proc/{process.pid}/environ").stat().st_uid)
            process.stdin.close()


class WhereTheOutputGoesNowhere(CommandScenario):
    LINES = ("list", "show alice", "check alice", "unlock alice", "config check", "init", "--help", "--version",
             "remove bob --yes", "enrol carol --no-confirm")

    def setUp(self) -> None:
        super().setUp()
        for user in ("alice", "bob"):
            self.phone = enrol(user)

    def assert_each_fails_with(self, why: str, **circumstances: object) -> None:
        for line in self.LINES:
            for form in ([], ["--json"]):
                with self.subTest(line, form=form):
                    self.setUp()
                    done = run(*form, *line.split(), stdin="123456\n", **circumstances)  # type: ignore[arg-type]
                    self.assert_status(STORE, done)
                    said = json.loads(done.messages)["error"]["why"] if form else done.messages
                    self.assertIn(why, said)

    def test_a_full_disk(self) -> None:
        with open("/dev/full", "wb") as full:
            self.assert_each_fails_with("cannot be written (No space left on device)", stdout=full)

    def test_a_closed_output(self) -> None:
        self.assert_each_fails_with("cannot be written (Bad file descriptor)", before=lambda: os.close(1))

    def test_a_pipe_that_nobody_reads(self) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        self.addCleanup(os.close, writer)
        self.assert_each_fails_with("cannot be written (Broken pipe)", stdout=writer)

    def test_without_a_place_for_messages_the_status_still_tells(self) -> None:
        def close_all() -> None:
            for descriptor in (0, 1, 2):
                os.close(descriptor)

        for before in (lambda: os.close(2), close_all):
            self.assertEqual(NOT_FOUND, run("show", "carol2", before=before).status)
        self.assertEqual(STORE, run("check", "alice", before=close_all).status)

    def test_a_full_disk_under_the_records_keeps_nothing_half(self) -> None:
        directory = Path(self.enterContext(tempfile.TemporaryDirectory(dir="/run")))
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12k,mode=700", "tmpfs", directory], check=True)
        self.addCleanup(subprocess.run, ["umount", directory], check=True)
        phone = Phone()
        with self.config(f'[store]\nurl = "file:{directory}"\n'):
            done = run("enrol", "alice", "--secret-stdin", stdin=f"{phone.secret}\n{phone.code()}\n")
            self.assert_status(STORE, done)
            self.assertIn("No space left on device", done.messages)
            self.assertEqual([], run_json("list"))
            self.assertEqual([], os.listdir(directory))
