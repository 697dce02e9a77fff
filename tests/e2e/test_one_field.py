"""One field for password and code (`split`), in the prompt of keyboard-interactive and in the password method."""

import subprocess

from support import ssh_client, twinlock
from support.accounts import ALICE
from support.scenario import SshScenario
from support.ssh_client import Outcome


class OneField(SshScenario):
    def setUp(self) -> None:
        super().setUp()
        self.use_pam_stack(lambda shipped: shipped, "sshd.one-field")

    def type(self, field: str) -> Outcome:
        return self.log_in("never asked", password=field, options=["LogLevel=INFO"])

    def test_the_password_with_the_code_behind_it_gets_in(self) -> None:
        outcome = self.log_in("never asked", password=ALICE.password + self.phone.code())
        self.assert_let_in(outcome)
        self.assertEqual(["Password: "], outcome.questions())
        self.assert_audited(("login", "alice", "accepted"))
        self.assertEqual(1, len(twinlock.leases("alice")))

    def test_a_wrong_code_is_refused_and_told_so(self) -> None:
        outcome = self.type(ALICE.password + self.phone.wrong_code())
        self.assert_refused(outcome)
        self.assertIn("Wrong code.", outcome.output)
        self.assert_audited(("login", "alice", "wrong_code"))

    def test_behind_a_wrong_password_a_code_is_not_looked_at(self) -> None:
        for code in (self.phone.wrong_code(), self.phone.code()):
            outcome = self.type(f"wrong{code}")
            self.assert_refused(outcome)
            self.assertNotIn("ode", outcome.output.replace("keyboard-interactive", ""))
        self.assert_audited()
        self.assert_let_in(self.log_in("", password=ALICE.password + self.phone.code()))

    def test_the_password_alone_is_refused_without_another_question(self) -> None:
        outcome = self.type(ALICE.password)
        self.assert_refused(outcome)
        self.assertEqual(["Password: "], outcome.questions())
        self.assert_audited(("login", "alice", "wrong_code"))

    def test_the_password_alone_is_enough_where_a_rule_asks_no_code(self) -> None:
        self.configure('[[rule]]\nname = "alice"\nusers = ["alice"]\naction = "exempt"\n')
        self.assert_let_in(self.log_in("never asked"))
        self.clear_logs()
        self.assert_refused(self.type("wrong"))

    def test_a_code_alone_is_refused(self) -> None:
        self.assert_refused(self.type(self.phone.code()))
        self.assert_audited()


class PasswordMethod(SshScenario):
    """sshd answers every question of the stack with the one field that the client sends."""

    sshd_options = ["PasswordAuthentication yes", "AuthenticationMethods password keyboard-interactive:pam"]

    def type(self, field: str) -> subprocess.CompletedProcess[str]:
        options = ["PreferredAuthentications=password"]
        arguments = ssh_client.arguments(self.server.port, "alice", options)
        return subprocess.run(["sshpass", "-p", field, "ssh", *arguments, "echo logged in"], text=True,
                              capture_output=True, timeout=60)

    def assert_gets_in(self, done: subprocess.CompletedProcess[str]) -> None:
        self.assertEqual((0, "logged in\n"), (done.returncode, done.stdout), done.stderr + self._logs())

    def assert_does_not(self, done: subprocess.CompletedProcess[str]) -> None:
        self.assertNotEqual(0, done.returncode, self._logs())
        self.assertEqual("", done.stdout)
        self.assertEqual([], twinlock.leases("alice"))

    def use_one_field(self) -> None:
        self.use_pam_stack(lambda shipped: shipped, "sshd.one-field")

    def test_the_password_with_the_code_behind_it_gets_in_and_earns_a_lease(self) -> None:
        self.use_one_field()
        self.assert_gets_in(self.type(ALICE.password + self.phone.code()))
        self.assertEqual(1, len(twinlock.leases("alice")))

    def test_nothing_less_gets_in(self) -> None:
        self.use_one_field()
        code = self.phone.code()
        for field in (ALICE.password, ALICE.password + self.phone.wrong_code(), f"wrong{code}", code):
            with self.subTest(field):
                self.assert_does_not(self.type(field))
        self.assert_gets_in(self.type(ALICE.password + code))  # none of these has used it up

    def test_the_stack_with_two_prompts_refuses_whatever_the_field_holds(self) -> None:
        for field in (ALICE.password, ALICE.password + self.phone.code()):
            with self.subTest(field):
                self.assert_does_not(self.type(field))
