"""Rules at a real login: an exempt rule spares the code, and nothing but the code."""

from support import twinlock
from support.scenario import SshScenario
from support.ssh_client import Outcome, with_key

EXEMPT = '[[rule]]\nname = "this desk"\nnetworks = ["127.0.0.1/32"]\naction = "exempt"\n'
DENY = '[[rule]]\nname = "nobody"\naction = "deny"\n'


class WithRule(SshScenario):
    def log_in_with_key(self, code: str = "never asked") -> Outcome:
        return self.log_in(code, options=[*with_key(self.new_key()), "LogLevel=INFO"])


class Exempt(WithRule):
    def setUp(self) -> None:
        super().setUp()
        self.configure(EXEMPT)

    def test_the_password_is_still_asked_and_the_code_is_not(self) -> None:
        outcome = self.log_in("never asked")
        self.assert_let_in(outcome)
        self.assertEqual(["Password: "], outcome.questions())
        self.assertEqual([], twinlock.leases("alice"))

    def test_a_wrong_password_is_refused(self) -> None:
        self.assert_refused(self.log_in("never asked", password="wrong"))

    def test_a_key_alone_is_not_enough_where_sshd_wants_the_password(self) -> None:
        outcome = self.log_in_with_key()
        self.assertEqual(["Password: "], outcome.questions())

    def test_a_disabled_user_is_refused_and_told_so(self) -> None:
        twinlock.run("disable", "alice")
        self.clear_logs()
        outcome = self.log_in("never asked", options=["LogLevel=INFO"])
        self.assert_refused(outcome)
        self.assertIn("This account is disabled here.", outcome.output)
        self.assert_audited(("login", "alice", "disabled"))


class ExemptWithKey(WithRule):
    """sshd is content with a key, or with nothing more than the PAM stack wants."""

    sshd_options = ["AuthenticationMethods any"]

    def setUp(self) -> None:
        super().setUp()
        self.configure(EXEMPT)

    def test_a_key_alone_gets_in_where_the_rule_asks_no_code(self) -> None:
        outcome = self.log_in_with_key()
        self.assertEqual(0, outcome.status, self._logs())
        self.assertEqual([], outcome.questions())
        self.assertEqual([], twinlock.leases("alice"))

    def test_neither_key_nor_password_does_not(self) -> None:
        outcome = self.log_in("never asked", password="")
        self.assert_refused(outcome)
        self.assertEqual(["Password: "], outcome.questions())

    def test_a_key_does_not_get_a_disabled_user_in(self) -> None:
        twinlock.run("disable", "alice")
        self.clear_logs()
        self.assert_refused(self.log_in_with_key())
        self.assert_audited(("account", "alice", "disabled"))


class ExemptWithKeyAndCode(WithRule):
    sshd_options = ["AuthenticationMethods publickey,keyboard-interactive:pam"]

    def test_the_key_is_still_asked_and_the_code_is_not(self) -> None:
        self.configure(EXEMPT)
        self.assertEqual(0, self.log_in_with_key().status, self._logs())
        self.clear_logs()
        self.assert_refused(self.log_in("never asked"))


class Deny(WithRule):
    def test_a_right_code_does_not_get_past_it(self) -> None:
        self.configure(DENY)
        self.assert_refused(self.log_in(self.phone.code()))

    def test_nor_does_a_group_that_does_not_exist_exempt_anybody(self) -> None:
        self.configure('[[rule]]\nname = "typing error"\ngroups = ["ofice"]\naction = "exempt"\n')
        outcome = self.log_in("never asked", options=["LogLevel=INFO"])
        self.assert_refused(outcome)
        self.assertIn("Codes cannot be checked at the moment.", outcome.output)
        self.assert_audited(("login", "alice", "unavailable"))
