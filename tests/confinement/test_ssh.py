"""What logins over SSH do with twinlock's files is what the SELinux module lets sshd do, and no error of ours."""

from pathlib import Path

from support import accounts, selinux, system_calls
from support.accounts import ALICE
from support.scenario import SshScenario
from support.selinux_scenario import RULES, WithPolicy, fresh_start, needs_by, permissions_on
from support.system_calls import Need, Trace


class Ssh(WithPolicy, SshScenario):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.compile(Path(cls.enterClassContext(selinux.work_directory())))

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(accounts.install)
        accounts.make_group("twinlock-open", ALICE)
        self.configure(RULES)

    def traced_logins(self) -> Trace:
        with fresh_start(), system_calls.attached(self.server.pid, {"sshd": "sshd", "open": "open"}, "sshd") as end:
            self.assertEqual(0, self.log_in(self.phone.code(), command="open").status, self._logs())
            self.assertEqual(255, self.log_in(self.phone.wrong_code()).status)
            return end()

    def test_logins(self) -> None:
        trace = self.traced_logins()
        with self.subTest("sshd"):
            self.check_sshd(needs_by(trace, "sshd"))
        with self.subTest("the forced command"):
            self.check_open(needs_by(trace, "open"))

    def check_sshd(self, needs: set[Need]) -> None:
        """First that the trace has seen what a login is about."""
        self.assertEqual({"getattr", "open", "read", "write", "lock"},
                         permissions_on("/var/lib/twinlock/users/alice", needs))
        self.assertEqual({"getattr", "open", "read"}, permissions_on("/etc/twinlock/key", needs))
        self.assertLessEqual({"create", "append", "lock"}, permissions_on("/var/log/twinlock/audit.log", needs))
        self.assertIn("create", permissions_on("/run/twinlock", needs))
        self.assertIn("nlmsg_read", permissions_on("", needs))
        self.assert_covered(needs, "sshd_t", "sshd_session_t")

    def check_open(self, needs: set[Need]) -> None:
        """It runs as the user and reads the configuration alone."""
        self.assertEqual({"/etc/twinlock", "/etc/twinlock/twinlock.conf"},
                         {need.path for need in needs if system_calls.is_ours(need.path)})
        self.assert_covered(needs, "user_t", "staff_t", "unconfined_t")
