"""Password and code over keyboard-interactive: who gets in, who does not, and what they are asked."""

import dataclasses

from support.accounts import ALICE, BOB, Account
from support.scenario import SshScenario

BOTH = ["Password: ", "Code: "]


class PasswordAndCode(SshScenario):
    def test_right_password_and_right_code_get_in(self) -> None:
        outcome = self.log_in(self.phone.code())
        self.assert_let_in(outcome)
        self.assertEqual(BOTH, outcome.questions())
        self.assert_audited(("login", "alice", "accepted"))

    def test_blanks_within_the_code_do_no_harm(self) -> None:
        code = self.phone.code()
        self.assert_let_in(self.log_in(f" {code[:3]} {code[3:]} "))

    def test_a_wrong_code_is_refused(self) -> None:
        self.assert_refused(self.log_in(self.phone.wrong_code()))
        self.assert_audited(("login", "alice", "wrong_code"))

    def test_a_code_serves_one_login_and_the_next_code_the_next(self) -> None:
        first, second = self.phone.code(), self.phone.code(steps_ahead=1)
        self.assert_let_in(self.log_in(first))
        self.clear_logs()
        self.assert_refused(self.log_in(first))
        self.assert_let_in(self.log_in(second))
        self.assert_audited(("login", "alice", "replayed"), ("login", "alice", "accepted"))

    def test_no_code_is_refused(self) -> None:
        outcome = self.log_in("")
        self.assert_refused(outcome)
        self.assertEqual(BOTH, outcome.questions())
        self.assert_audited(("login", "alice", "wrong_code"))

    def test_a_wrong_password_is_refused_before_the_code_is_looked_at(self) -> None:
        code = self.phone.code()
        self.assert_refused(self.log_in(code, password="wrong"))
        self.assert_let_in(self.log_in(code))

    def test_the_session_does_not_see_the_proof(self) -> None:
        outcome = self.log_in(self.phone.code(), command="env")
        self.assertIn("SSH_CONNECTION=", outcome.output)
        self.assertNotIn("TWINLOCK_PROOF", outcome.output)


class WhoIsEnrolled(SshScenario):
    """Prompts tell nobody who has an account or a token."""

    def test_without_a_token_the_prompts_are_the_same_and_nobody_gets_in(self) -> None:
        outcome = self.log_in(self.phone.code(), BOB)
        self.assert_refused(outcome)
        self.assertEqual(BOTH, outcome.questions())
        self.assert_audited(("login", "bob", "not_enrolled"))

    def test_unknown_users_are_asked_like_those_with_a_wrong_password(self) -> None:
        stranger = Account("carol2", 0, "any-password")
        unknown = self.log_in(self.phone.code(), stranger)
        known = self.log_in(self.phone.code(), dataclasses.replace(ALICE, password="wrong"))
        self.assert_refused(unknown)
        self.assert_refused(known)
        self.assertEqual(known.questions(), unknown.questions())
