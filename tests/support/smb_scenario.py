"""The stage of the SMB tests: a real smbd with the shipped drop-in and PAM stack, alice enrolled, bob and carol not."""

import time
import unittest
from collections.abc import Callable, Sequence
from typing import Any

from support import sandbox, smbd, syslog, twinlock
from support.accounts import ALICE, Account
from support.command import CONFIG_FILE
from support.smb_client import REFUSED, Outcome, smbclient

HOME, ELSEWHERE = "127.0.0.41", "127.0.0.42"
FOR_IMPACKET = ("server min protocol = SMB3_00",)  # it does not speak 3.1.1, the only one that the drop-in allows


class SmbScenario(unittest.TestCase):
    smb_options: Sequence[str] = ()  # behind the shipped drop-in, over which they win

    server: smbd.Smbd

    @classmethod
    def setUpClass(cls) -> None:
        syslog.collected()
        twinlock.run("init")
        cls.server = cls.enterClassContext(smbd.Smbd(cls.smb_options))

    def setUp(self) -> None:
        self.wait_until_nobody_is_listed()
        twinlock.remove_everybody()
        self.phone = twinlock.enrol("alice")
        self.clear_logs()

    def clear_logs(self) -> None:
        syslog.collected().clear()
        self.server.log.clear()
        twinlock.clear_audit()

    def log_in(self, name: str | bytes, *, account: Account = ALICE, password: str | None = None, source: str = HOME,
               **options: Any) -> Outcome:
        """With smbclient, under the name as typed and with the account's password."""
        return smbclient(self.server, name, account.password if password is None else password, source=source, **options)

    def with_code(self, code: str | None = None, name: str = "alice") -> str:
        return f"{name}+{self.phone.code() if code is None else code}"

    def configure(self, text: str) -> None:
        """What twinlock.conf says until the end of this test."""
        self.addCleanup(CONFIG_FILE.write_text, CONFIG_FILE.read_text())
        CONFIG_FILE.write_text(text)

    def use_pam_stack(self, change: Callable[[str], str]) -> None:
        """Changes the text of the shipped stack until the end of this test."""
        self.addCleanup(sandbox.install_pam_stack, "samba", sandbox.shipped_pam_stack("samba"))
        sandbox.install_pam_stack("samba", change(sandbox.shipped_pam_stack("samba")))

    def assert_let_in(self, outcome: Outcome) -> None:
        self.assertEqual(0, outcome.status, outcome.output + self._logs())

    def assert_refused(self, outcome: Outcome) -> None:
        """As after a wrong password: nobody is told that it was right."""
        self.assertEqual((1, REFUSED), (outcome.status, outcome.nt_status), outcome.output + self._logs())

    def assert_audited(self, *expected: tuple[str, str]) -> None:
        """Exactly these (user, verdict) since the logs were cleared, all of them logins over SMB."""
        lines = twinlock.audit_lines()
        self.assertEqual(list(expected), [(line["user"], line["verdict"]) for line in lines])
        self.assertLessEqual({(line["event"], line["service"]) for line in lines}, {("login", "samba")})

    def wait_until_nobody_is_listed(self) -> None:
        """A process of smbd's lives on for a moment when its socket is closed already."""
        deadline = time.monotonic() + 20
        while listed := twinlock.run_json("sessions"):
            self.assertLess(time.monotonic(), deadline, listed)

    def failures(self, user: str = "alice") -> int:
        """How many guesses are counted against the user's tokens."""
        return sum(token["failures"] for token in twinlock.run_json("show", user)["tokens"])

    def _logs(self) -> str:
        return f"\nsmbd:\n{self.server.log.text()}\nsyslog:\n{syslog.collected().text()}"
