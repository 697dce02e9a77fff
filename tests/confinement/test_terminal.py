"""What su, sudo, login and the command do with twinlock's files is what the SELinux module lets their domains do."""

import os
import shutil
import unittest
from pathlib import Path

from support import accounts, paths, selinux, syslog, system_calls, twinlock
from support.accounts import ALICE, BOB
from support.command import CONFIG_FILE
from support.selinux_scenario import RULES, WithPolicy, fresh_start, needs_by, permissions_on
from support.terminal_program import run, sudo
from support.system_calls import Need

PROGRAMS = {"su": "su", "sudo": "sudo", "login": "login"}


class AtTheTerminal(WithPolicy, unittest.TestCase):
    """All of them are children of this process."""

    debian = selinux.STRICT

    @classmethod
    def setUpClass(cls) -> None:
        syslog.collected()
        cls.compile(Path(cls.enterClassContext(selinux.work_directory())))

    def setUp(self) -> None:
        accounts.install()
        twinlock.run("init")
        twinlock.remove_everybody()
        self.phone = twinlock.enrol("alice")
        CONFIG_FILE.write_text(RULES)

    def needs_of_logging_in(self, program: str, account: accounts.Account | None, *command: str | Path) -> set[Need]:
        answers = {"assword: ": ALICE.password, "password for alice: ": ALICE.password, "Code: ": self.phone.code()}
        with fresh_start(), system_calls.attached(os.getpid(), PROGRAMS, "") as end:
            outcome = run(account, command, answers)
            trace = end()
        self.assertEqual(0, outcome.status, syslog.collected().text())
        needs = needs_by(trace, program)
        self.assertIn("lock", permissions_on("/var/lib/twinlock/users/alice", needs))
        return needs

    def test_su(self) -> None:
        needs = self.needs_of_logging_in("su", BOB, "/bin/su", "alice", "-c", "true")
        self.assert_covered(needs, "sysadm_su_t", "staff_su_t", "user_su_t")

    def test_sudo(self) -> None:
        sudoers = Path("/etc/sudoers")
        sudoers.unlink(missing_ok=True)
        sudoers.write_text("Defaults lecture=never, !use_pty\nalice ALL=(ALL:ALL) ALL\n")
        sudoers.chmod(0o440)
        needs = self.needs_of_logging_in("sudo", ALICE, sudo(), "true")
        domains = self.policy.with_attribute("sudodomain")
        self.assertLessEqual({"sysadm_sudo_t", "staff_sudo_t"}, domains)
        self.assert_covered(needs, *domains)

    def test_login(self) -> None:
        profile = ALICE.home / ".profile"
        profile.write_text("exit 0\n")
        self.addCleanup(profile.unlink)
        self.assert_covered(self.needs_of_logging_in("login", None, "/bin/login", "alice"), "local_login_t")

    def needs_of_command(self, *arguments: str, stdin: str = "") -> set[Need]:
        trace = system_calls.traced([paths.COMMAND, *arguments], {"twinlock": "twinlock"}, stdin)
        return needs_by(trace, "twinlock")

    def test_the_command_of_a_confined_administrator_and_of_a_timer(self) -> None:
        for tree in system_calls.TREES:
            shutil.rmtree(tree, ignore_errors=True)
        needs = self.needs_of_command("init")
        for arguments in (("enrol", "alice", "--secret-stdin", "--no-confirm"), ("disable", "alice"), ("key", "rotate"),
                          ("sweep",), ("recovery", "alice"), ("remove", "alice", "--yes")):
            needs |= self.needs_of_command(*arguments, stdin="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n")
        self.assertLessEqual({"create", "rename"}, permissions_on("/etc/twinlock/key.twinlock-new", needs))
        self.assertIn("unlink", permissions_on("/var/lib/twinlock/users/alice", needs))
        self.assert_covered(needs, "sysadm_t", "initrc_t")
