"""The stage of the end-to-end tests: a real sshd with the shipped PAM stack, alice enrolled, bob and carol not."""

import tempfile
import unittest
from collections.abc import Callable, Sequence
from pathlib import Path

from support import accounts, sandbox, sshd, syslog, twinlock
from support.accounts import ALICE, Account
from support.command import CONFIG_FILE
from support.ssh_client import Outcome, log_in


class SshScenario(unittest.TestCase):
    sshd_options: Sequence[str] = ()  # beyond the shipped drop-in, over which they win

    server: sshd.Sshd

    @classmethod
    def setUpClass(cls) -> None:
        syslog.collected()
        twinlock.run("init")
        cls.server = cls.enterClassContext(sshd.Sshd(cls.sshd_options))

    def setUp(self) -> None:
        twinlock.remove_everybody()
        self.phone = twinlock.enrol("alice")
        self.clear_logs()

    def clear_logs(self) -> None:
        syslog.collected().clear()
        self.server.log.clear()
        twinlock.clear_audit()

    def log_in(self, code: str, account: Account = ALICE, *, password: str | None = None,
               command: str = "echo logged in", options: Sequence[str] = ()) -> Outcome:
        answers = {"Password: ": account.password if password is None else password, "Code: ": code}
        return log_in(self.server, account.name, answers, command, options)

    def use_pam_stack(self, change: Callable[[str], str], name: str = "sshd") -> None:
        """Changes the text of a shipped stack and uses it until the end of this test."""
        self.addCleanup(sandbox.install_pam_stack, "sshd", sandbox.shipped_pam_stack())
        sandbox.install_pam_stack("sshd", change(sandbox.shipped_pam_stack(name)))

    def configure(self, text: str) -> None:
        """What twinlock.conf says until the end of this test."""
        self.addCleanup(CONFIG_FILE.write_text, CONFIG_FILE.read_text())
        CONFIG_FILE.write_text(text)

    def new_key(self, account: Account = ALICE) -> Path:
        """A private key that the account's authorized_keys lists."""
        directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        accounts.authorize_key(account, sshd.make_key(directory / "key"))
        return directory / "key"

    def assert_let_in(self, outcome: Outcome) -> None:
        self.assertEqual((0, "logged in\n"), (outcome.status, outcome.output), self._logs())

    def assert_refused(self, outcome: Outcome) -> None:
        self.assertEqual(255, outcome.status, self._logs())
        self.assertNotIn("logged in", outcome.output)
        self.assertEqual([], syslog.collected().matching("session opened"), self._logs())

    def assert_audited(self, *expected: tuple[str, str, str]) -> None:
        """Exactly these (event, user, verdict) since the logs were cleared, all of them over sshd from here."""
        lines = twinlock.audit_lines()
        self.assertEqual(list(expected), [(line["event"], line["user"], line["verdict"]) for line in lines])
        self.assertLessEqual({(line["service"], line["address"]) for line in lines}, {("sshd", "127.0.0.1")})

    def _logs(self) -> str:
        return f"\nsshd:\n{self.server.log.text()}\nsyslog:\n{syslog.collected().text()}"
