"""The stage of the module's tests: a machine with twinlock set up, alice enrolled, bob and carol not."""

import contextlib
import fcntl
import os
import re
import struct
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support import accounts, pam, syslog, twinlock
from support.pam import Answer, Code, Outcome, Step
from support.totp import Phone

CONFIG = Path("/etc/twinlock/twinlock.conf")
KEY_FILE = Path("/etc/twinlock/key")
USERS = Path("/var/lib/twinlock/users")
ADDRESS = "192.0.2.7"  # of the client, where a test says nothing else
AUDIT_LOG = Path("/var/log/twinlock/audit.log")


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """The file in the hands of another process: no other lock on it is granted."""
    set_lock_of_open_file = 37  # F_OFD_SETLK, which Python has no name for
    with path.open("r+b") as file:
        whole_file = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        fcntl.fcntl(file, set_lock_of_open_file, whole_file)
        yield


class PamScenario(unittest.TestCase):
    config = ""  # what twinlock.conf says before each test

    @classmethod
    def setUpClass(cls) -> None:
        syslog.collected()
        twinlock.run("init")

    def setUp(self) -> None:
        accounts.install()
        self.configure(self.config)
        self.addCleanup(self.configure, "")  # for the next class to begin with
        for record in USERS.iterdir():
            record.unlink()
        self._never_to_be_logged: set[str] = set(re.findall(r"[0-9a-f]{64}", KEY_FILE.read_text()))
        self.addCleanup(self._assert_logs_hold_no_secret)
        self.phone = self.enrol("alice")
        self.clear_logs()

    def configure(self, text: str) -> None:
        CONFIG.write_text(text)

    def enrol(self, user: str, *options: str) -> Phone:
        phone = twinlock.enrol(user, *options)
        self._never_to_be_logged.add(phone.secret)
        return phone

    def attempt(self, user: str | bytes | None, *answers: Answer, **scenario: Any) -> Outcome:
        self._never_to_be_logged |= {a.strip() for a in answers if isinstance(a, str) and len(a.strip()) >= 6}
        return pam.attempt(user, *answers, **scenario)

    def ssh(self, user: str, *answers: Answer, then: tuple[Step, ...] = (), **scenario: Any) -> Outcome:
        """An attempt as sshd makes it: over keyboard-interactive, up to `account`."""
        steps = [pam.IN_SSHD, "authenticate", "account", *then]
        return self.attempt(user, *answers, steps=steps, **scenario)

    def prove(self, code: str, **scenario: Any) -> str:
        """The nonce of a login that gave a code."""
        outcome = self.attempt("alice", code, steps=[pam.IN_SSHD, "authenticate"], **scenario)
        self.assertEqual(Code.SUCCESS, outcome.code("authenticate"))
        nonce = outcome.variable("TWINLOCK_PROOF")
        assert nonce
        return nonce

    def account(self, nonce: str | None, user: str = "alice", **scenario: Any) -> Outcome:
        steps = [pam.IN_SSHD, *([pam.proof(nonce)] if nonce is not None else []), "account"]
        return self.attempt(user, steps=steps, **scenario)

    def assert_not_admitted(self, outcome: Outcome) -> None:
        self.assertEqual(Code.PERM_DENIED, outcome.code("account"))

    def open_session(self, nonce: str | None, *before: Step, user: str = "alice", **scenario: Any) -> Outcome:
        steps = [pam.IN_SSHD, *([pam.proof(nonce)] if nonce is not None else []), *before, "open_session"]
        return self.attempt(user, steps=steps, **scenario)

    def clear_logs(self) -> None:
        syslog.collected().clear()
        twinlock.clear_audit()

    def syslog_lines(self) -> list[str]:
        """What the module has written to syslog up to now."""
        return syslog.collected().matching(r"pam_twinlock\(\w+:\w+\): ")

    def complaints(self) -> list[str]:
        """The refusals among them, from the thing that they are about on."""
        return [line.partition("refused: ")[2] for line in self.syslog_lines() if "refused: " in line]

    def verdicts(self) -> list[tuple[str, str]]:
        """(event, verdict) of each audit line."""
        return [(line["event"], line["verdict"]) for line in twinlock.audit_lines()]

    def token(self, user: str = "alice") -> Any:
        return twinlock.run_json("show", user)["tokens"][0]

    def assert_refused(self, outcome: Outcome, verdict: str | None = None) -> None:
        """PAM_AUTH_ERR and a delay; `verdict` is that of the last audit line."""
        self.assertEqual(Code.AUTH_ERR, outcome.code("authenticate"))
        self.assertGreater(outcome.delays[0], 0)
        if verdict:
            self.assertEqual(("login", verdict), [v for v in self.verdicts() if v[0] == "login"][-1])

    def assert_accepted(self, outcome: Outcome) -> None:
        self.assertTrue(outcome.let_in, f"{outcome}\n{AUDIT_LOG.read_text()}{self.syslog_lines()}")

    def assert_one_complaint(self, *parts: str) -> None:
        """Exactly one, which begins with the first part and holds the others."""
        complaints = self.complaints()
        self.assertEqual(1, len(complaints), complaints)
        self.assertTrue(complaints[0].startswith(parts[0]), complaints)
        for part in parts[1:]:
            self.assertIn(part, complaints[0])

    def _assert_logs_hold_no_secret(self) -> None:
        logs = syslog.collected().text() + AUDIT_LOG.read_text()
        for secret in self._never_to_be_logged:
            self.assertIsNone(re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", logs), "a secret is in the logs")
