"""twinlock sessions, revoke and sweep where nobody is connected. With connections: tests/e2e/test_smb_sessions.py."""

import os
import subprocess
import time
from pathlib import Path

from support import virtual_time
from support.accounts import ALICE
from support.command import (AUDIT_LOG, CONFIG, DONE, NOT_FOUND, NOT_PERMITTED, STORE, USAGE, USERS, CommandScenario, Done,
                             run)
from support.twinlock import audit_lines, clear_audit, enrol, leases, run_json

SESSIONS = Path("/run/twinlock/sessions")
HOME, ELSEWHERE = "192.0.2.7", "198.51.100.7"
NOBODY = {"cut": [], "also_cut": [], "remaining": []}


def started(pid: int) -> str:
    """Field 22 of proc(5), stat."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


class LiveScenario(CommandScenario):
    def setUp(self) -> None:
        super().setUp()
        for path in SESSIONS.glob("*"):
            path.unlink()

    def assert_quiet(self, done: Done, output: str = "") -> None:
        self.assertEqual((DONE, output, ""), (done.status, done.output, done.messages))

    def connect(self, user: str = "alice", basis: str = "login") -> "subprocess.Popen[bytes]":
        """A process that looks like a connection. It ends when it is asked to."""
        process = subprocess.Popen(["sleep", "600"])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        run("sessions")  # makes the directory
        file = SESSIONS / f"{process.pid}.1"
        file.write_text("\n".join([started(process.pid), str(int(time.time())), "samba", HOME, basis, user, ""]))
        file.chmod(0o600)
        return process


class Sessions(LiveScenario):
    def test_nobody(self) -> None:
        self.assert_quiet(run("sessions"), "Nobody is connected.\n")
        self.assertEqual([], run_json("sessions"))
        self.assertEqual([], run_json("sessions", "alice"))

    def test_as_a_table(self) -> None:
        process = self.connect()
        done = run("sessions", prefix=["env", "TZ=UTC"])
        self.assertRegex(done.output, r"\AUSER +SERVICE +ADDRESS +PID +SINCE\n"
                                      rf"alice +samba +192\.0\.2\.7 +{process.pid} +\d{{4}}-\d\d-\d\d \d\d:\d\d\n\Z")

    def test_what_is_damaged_is_passed_over(self) -> None:
        process = self.connect()
        for name in ("1.1", "x", f"{os.getpid()}.1", f"{process.pid}.2"):
            (SESSIONS / name).touch(0o600)
            (SESSIONS / name).write_bytes(b"\xff\n" * 7)
        self.assertEqual(["alice"], [row["user"] for row in run_json("sessions")])

    def test_an_empty_name_is_not_everybody(self) -> None:
        self.assert_fails(USAGE, "sessions", "")

    def test_only_root_may(self) -> None:
        for words in (["sessions"], ["revoke", "alice"], ["sweep"]):
            self.assert_status(NOT_PERMITTED, run(*words, prefix=["setpriv", f"--reuid={ALICE.uid}", "--clear-groups"]))

    def test_a_broken_configuration_is_named(self) -> None:
        with self.config("broken"):
            for words in (["sessions"], ["revoke", "alice"], ["sweep"]):
                self.assert_fails(CONFIG, *words)


class Revoke(LiveScenario):
    def setUp(self) -> None:
        super().setUp()
        enrol("alice")
        for address in (HOME, ELSEWHERE):
            run_json("lease", "grant", "alice", "--address", address)
        clear_audit()

    def test_ends_the_leases_everywhere(self) -> None:
        self.assertEqual({"user": "alice", "revoked": 2, **NOBODY}, run_json("revoke", "alice"))
        self.assertEqual([], leases("alice"))
        self.assertEqual([("revoke", "alice", None, "0 cut")],
                         [(line["event"], line["user"], line["address"], line["detail"]) for line in audit_lines()])

    def test_or_at_one_address(self) -> None:
        self.assert_quiet(run("revoke", "alice", "--address", HOME), "1 lease ended\n")
        self.assertEqual([ELSEWHERE], [lease["address"] for lease in leases("alice")])

    def test_needs_no_record_to_cut_a_connection(self) -> None:
        process = self.connect("bob")
        answer = run_json("revoke", "bob")
        self.assertEqual((0, ["bob"]), (answer["revoked"], [row["user"] for row in answer["cut"]]))
        process.wait(timeout=20)

    def test_a_record_that_cannot_be_read_keeps_no_connection_open(self) -> None:
        process = self.connect()
        (USERS / "alice").write_bytes(b"")
        done = self.assert_status(STORE, run("revoke", "alice"))
        self.assertIn(str(USERS / "alice"), done.messages)
        self.assertIn("cut alice's connection: samba from 192.0.2.7", done.output)
        process.wait(timeout=20)

    def test_nobody(self) -> None:
        self.assertEqual("user carol: is not enrolled", self.assert_fails(NOT_FOUND, "revoke", "carol"))

    def test_an_address_that_is_none(self) -> None:
        for address in ("", "files.example.com", "192.0.2.0/24"):
            with self.subTest(address):
                done = run("revoke", "alice", "--address", address)
                self.assert_status(USAGE, done)
        self.assertEqual(2, len(leases("alice")))


class Sweep(LiveScenario):
    def sweep(self, moment: int) -> Done:
        return run("sweep", prefix=virtual_time.prefix(moment))

    def test_nothing_to_do_says_nothing(self) -> None:
        self.assert_quiet(run("sweep"))
        self.assertEqual({**NOBODY, "stashes": 0, "sealed": 0}, run_json("sweep"))
        self.assertFalse(AUDIT_LOG.exists())

    def test_what_lives_by_its_login_goes_on(self) -> None:
        process = self.connect()
        self.assert_quiet(run("sweep"))
        self.assertIsNone(process.poll())

    def test_what_lives_by_a_lease_ends_with_it(self) -> None:
        enrol("alice")
        run_json("lease", "grant", "alice", "--address", HOME)
        process = self.connect(basis="lease")
        self.assert_quiet(run("sweep"))
        run_json("lease", "revoke", "alice", "--address", HOME)
        self.assertIn(f"(pid {process.pid})", self.assert_status(DONE, run("sweep")).output)
        process.wait(timeout=20)

    def test_a_record_that_cannot_be_read_cuts_nobody_and_is_named(self) -> None:
        process = self.connect(basis="lease")
        (USERS / "alice").write_bytes(b"")
        done = self.assert_status(STORE, run("sweep"))
        self.assertIn(str(USERS / "alice"), done.messages)
        self.assertIsNone(process.poll())
