"""su, sudo and login with one auth line behind the password."""

import unittest
from pathlib import Path

from support import accounts, sandbox, syslog, twinlock
from support.accounts import ALICE, BOB
from support.command import CONFIG_FILE
from support.terminal_program import Outcome, StillAsking, run, sudo

WHO = "echo I am $(id -un)"
SUDOERS = Path("/etc/sudoers")


class AtTheTerminal(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        syslog.collected()
        twinlock.run("init")

    def setUp(self) -> None:
        accounts.install()
        twinlock.remove_everybody()
        self.phones = {account: twinlock.enrol(account.name) for account in (ALICE, BOB)}
        twinlock.clear_audit()

    def configure(self, text: str) -> None:
        self.addCleanup(CONFIG_FILE.write_text, CONFIG_FILE.read_text())
        CONFIG_FILE.write_text(text)

    def assert_became(self, name: str, outcome: Outcome) -> None:
        self.assertEqual((0, f"I am {name}\n"), (outcome.status, outcome.output), syslog.collected().text())

    def assert_refused(self, outcome: Outcome) -> None:
        self.assertNotEqual(0, outcome.status)
        self.assertNotIn("I am", outcome.output)

    def assert_audited(self, *expected: tuple[str, str, str]) -> None:
        lines = twinlock.audit_lines()
        self.assertEqual(list(expected), [(line["service"], line["user"], line["verdict"]) for line in lines])
        self.assertLessEqual({line["address"] for line in lines}, {"local"})


class Su(AtTheTerminal):
    """From alice to bob: su asks for bob's password, so the code is bob's too."""

    def su(self, code: str, *, password: str = BOB.password, command: str = WHO,
           environment: dict[str, str] | None = None) -> Outcome:
        answers = {"Password: ": password, "Code: ": code}
        return run(ALICE, ["/bin/su", "bob", "-c", command], answers, environment)

    def test_the_other_accounts_password_and_code_get_in(self) -> None:
        outcome = self.su(self.phones[BOB].code())
        self.assert_became("bob", outcome)
        self.assertEqual(["Password: ", "Code: "], outcome.questions)
        self.assert_audited(("su", "bob", "accepted"))

    def test_the_callers_own_code_does_not(self) -> None:
        outcome = self.su(self.phones[ALICE].code())
        self.assert_refused(outcome)
        self.assertIn("Wrong code.", outcome.output)
        self.assert_audited(("su", "bob", "wrong_code"))

    def test_after_a_wrong_password_no_code_is_asked(self) -> None:
        outcome = self.su(self.phones[BOB].code(), password="wrong")
        self.assert_refused(outcome)
        self.assertEqual(["Password: "], outcome.questions)
        self.assertNotIn("ode", outcome.output)
        self.assert_audited()

    def test_to_somebody_without_a_phone_it_is_refused(self) -> None:
        twinlock.run("remove", "bob", "--yes")
        outcome = self.su("123456")
        self.assert_refused(outcome)
        self.assertIn("No phone is enrolled", outcome.output)

    def test_a_login_shell_is_asked_the_same(self) -> None:
        sandbox.install_pam_stack("su-l", "auth include su\naccount include su\npassword include su\nsession include su\n")
        answers = {"Password: ": BOB.password, "Code: ": self.phones[BOB].code()}
        outcome = run(ALICE, ["/bin/su", "-", "bob", "-c", WHO], answers)
        self.assert_became("bob", outcome)
        self.assertEqual(["Password: ", "Code: "], outcome.questions)

    def test_a_caller_who_looks_like_a_login_over_ssh_is_asked_the_same(self) -> None:
        """sshd's variables count where sshd has set them, which is not the caller's environment."""
        forged = {"SSH_CONNECTION": "127.0.0.1 1 127.0.0.1 22", "SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA",
                  "TWINLOCK_PROOF": "0" * 32}
        outcome = self.su(self.phones[BOB].code(), environment=forged)
        self.assert_became("bob", outcome)
        self.assertEqual(["Password: ", "Code: "], outcome.questions)

    def test_the_other_accounts_environment_has_nothing_of_ours(self) -> None:
        outcome = self.su(self.phones[BOB].code(), command="env")
        self.assertIn("HOME=/home/bob", outcome.output)
        self.assertNotIn("TWINLOCK", outcome.output)

    def test_root_is_asked_nothing_whatever_the_state_of_things(self) -> None:
        for state in ("as always", "disabled", "not enrolled", "broken"):
            with self.subTest(state):
                if state == "disabled":
                    twinlock.run("disable", "bob")
                elif state == "not enrolled":
                    twinlock.run("remove", "bob", "--yes")
                elif state == "broken":
                    self.configure("issuer = 1\n")
                outcome = run(None, ["/bin/su", "bob", "-c", WHO], {})
                self.assert_became("bob", outcome)
                self.assertEqual([], outcome.questions)


class Sudo(AtTheTerminal):
    def setUp(self) -> None:
        super().setUp()
        sudo()
        self.write_sudoers("alice ALL=(ALL:ALL) ALL")
        for remembered in Path("/run/sudo/ts").glob("*"):
            remembered.unlink()

    def write_sudoers(self, *lines: str) -> None:
        SUDOERS.unlink(missing_ok=True)
        SUDOERS.write_text("\n".join(["Defaults lecture=never, passwd_tries=1, !use_pty", *lines]) + "\n")
        SUDOERS.chmod(0o440)

    def sudo(self, code: str, *, password: str = ALICE.password, command: str = f"sudo sh -c '{WHO}'") -> Outcome:
        answers = {"password for alice: ": password, "Code: ": code}
        return run(ALICE, ["/bin/sh", "-c", command], answers)

    def assert_asked_once(self, outcome: Outcome) -> None:
        self.assertEqual(["[sudo] password for alice: ", "Code: "], outcome.questions)

    def test_the_callers_password_and_code_get_in(self) -> None:
        outcome = self.sudo(self.phones[ALICE].code())
        self.assert_became("root", outcome)
        self.assert_asked_once(outcome)
        self.assert_audited(("sudo", "alice", "accepted"))

    def test_a_wrong_code_does_not(self) -> None:
        outcome = self.sudo(self.phones[ALICE].wrong_code())
        self.assert_refused(outcome)
        self.assert_audited(("sudo", "alice", "wrong_code"))

    def test_after_a_wrong_password_no_code_is_asked(self) -> None:
        outcome = self.sudo(self.phones[ALICE].code(), password="wrong")
        self.assert_refused(outcome)
        self.assertEqual(["[sudo] password for alice: "], outcome.questions)
        self.assert_audited()

    def test_while_sudo_remembers_it_asks_nothing_and_uses_up_nothing(self) -> None:
        outcome = self.sudo(self.phones[ALICE].code(), command=f"sudo true && sudo -n sh -c '{WHO}'")
        self.assert_became("root", outcome)
        self.assert_asked_once(outcome)
        self.assert_audited(("sudo", "alice", "accepted"))

    def test_when_it_has_forgotten_it_asks_for_a_new_code(self) -> None:
        code = self.phones[ALICE].code()
        self.assert_became("root", self.sudo(code))
        outcome = self.sudo(code, command=f"sudo -k sh -c '{WHO}'")
        self.assert_refused(outcome)
        self.assert_asked_once(outcome)
        self.assert_audited(("sudo", "alice", "accepted"), ("sudo", "alice", "replayed"))

    def test_nopasswd_in_sudoers_asks_nothing_as_before(self) -> None:
        self.write_sudoers("alice ALL=(ALL:ALL) NOPASSWD: ALL")
        outcome = self.sudo("never asked")
        self.assert_became("root", outcome)
        self.assertEqual([], outcome.questions)

    def test_root_is_asked_nothing(self) -> None:
        self.write_sudoers("root ALL=(ALL:ALL) ALL")
        outcome = run(None, [sudo(), "-u", "bob", "sh", "-c", WHO], {})
        self.assert_became("bob", outcome)
        self.assertEqual([], outcome.questions)

    def test_its_environment_has_nothing_of_ours(self) -> None:
        outcome = self.sudo(self.phones[ALICE].code(), command="sudo env")
        self.assertIn("SUDO_USER=alice", outcome.output)
        self.assertNotIn("TWINLOCK", outcome.output)

    def test_with_pam_rhost_it_is_refused_and_the_log_says_why(self) -> None:
        """The option that the comment in the shipped file warns of: it hands over a name instead of an address."""
        self.write_sudoers("Defaults pam_rhost", "alice ALL=(ALL:ALL) ALL")
        self.assert_refused(self.sudo(self.phones[ALICE].code()))
        self.assertTrue(syslog.collected().wait_for("refused: PAM_RHOST: is not a numeric address"))


class Login(AtTheTerminal):
    """The console. What alice's shell would do stands in her .profile, for nobody types it here."""

    def setUp(self) -> None:
        super().setUp()
        profile = ALICE.home / ".profile"
        profile.write_text(f"{WHO}; env; exit 0\n")
        self.addCleanup(profile.unlink)

    def log_in(self, code: str, *, password: str = ALICE.password, name: str = "alice") -> Outcome:
        return run(None, ["/bin/login", name], {"Password: ": password, "Code: ": code})

    def test_password_and_code_get_in(self) -> None:
        outcome = self.log_in(self.phones[ALICE].code())
        self.assertEqual(["Password: ", "Code: "], outcome.questions)
        self.assertIn("I am alice\n", outcome.output)
        self.assertNotIn("TWINLOCK", outcome.output)
        self.assert_audited(("login", "alice", "accepted"))

    def test_a_wrong_code_does_not_and_is_told_so(self) -> None:
        with self.assertRaises(StillAsking) as refused:
            self.log_in(self.phones[ALICE].wrong_code())
        self.assertEqual(["Password: ", "Code: "], refused.exception.questions[:2])
        self.assertIn("Wrong code.", refused.exception.seen)
        self.assert_audited(("login", "alice", "wrong_code"))

    def test_after_a_wrong_password_no_code_is_asked(self) -> None:
        with self.assertRaises(StillAsking) as refused:
            self.log_in(self.phones[ALICE].code(), password="wrong")
        self.assertNotIn("Code: ", refused.exception.questions)
        self.assert_audited()
