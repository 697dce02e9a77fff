"""Password and code in one field: `split` before pam_unix, and a last line that checks the code."""

import dataclasses

from support import accounts, pam, twinlock
from support.accounts import ALICE, BOB
from support.pam import IN_SSHD, Answer, Code, Outcome, Step
from support.pam_scenario import PamScenario
from support.pam_stack import ONE_FIELD, StackScenario

EXEMPT = '[[rule]]\nname = "office"\nnetworks = ["192.0.2.0/24"]\naction = "exempt"\n'


class OneField(PamScenario):
    def field(self, *answers: Answer, user: str = "alice", steps: tuple[Step, ...] = ("authenticate",)) -> Outcome:
        self._never_to_be_logged |= {answer for answer in answers if isinstance(answer, str) and len(answer) >= 6}
        outcome = pam.repeated(StackScenario(user, answers, steps=steps, auth=ONE_FIELD))[0]
        self.assertLessEqual(len(outcome.prompts), len(answers))
        self.assertNotIn("Code: ", outcome.prompts)
        return outcome

    def code(self) -> str:
        """The right one, which no log may hold."""
        code = self.phone.code()
        self._never_to_be_logged.add(code)
        return code

    def assert_not_looked_at(self, outcome: Outcome) -> None:
        """Neither the code nor anything else of ours."""
        self.assert_refused(outcome)
        self.assertEqual([], self.verdicts())
        self.assertEqual(0, self.token()["failures"])

    def test_the_password_and_the_code_behind_it_let_in(self) -> None:
        outcome = self.field(ALICE.password + self.code())
        self.assert_accepted(outcome)
        self.assertEqual(1, len(outcome.prompts))
        self.assertEqual([("login", "accepted")], self.verdicts())

    def test_as_in_sshd_up_to_account(self) -> None:
        outcome = self.field(ALICE.password + self.code(), steps=(IN_SSHD, "authenticate", "account"))
        self.assert_accepted(outcome)
        self.assertRegex(outcome.variable("TWINLOCK_PROOF") or "", "^[0-9a-f]{32}$")

    def test_a_code_serves_once(self) -> None:
        field = ALICE.password + self.code()
        self.assert_accepted(self.field(field))
        self.assert_refused(self.field(field), "replayed")

    def test_behind_a_wrong_password_no_code_is_looked_at(self) -> None:
        code = self.code()
        self.assert_not_looked_at(self.field("wrong" + code))
        self.assert_not_looked_at(self.field(ALICE.password[:-1] + code))
        self.assert_accepted(self.field(ALICE.password + code))

    def test_a_wrong_code_is_a_guess_and_said_to_be_one(self) -> None:
        outcome = self.field(ALICE.password + self.phone.wrong_code())
        self.assert_refused(outcome, "wrong_code")
        self.assertEqual(["Wrong code."], outcome.messages)
        self.assertEqual(1, self.token()["failures"])

    def test_without_a_code_nobody_is_asked_and_nobody_let_in(self) -> None:
        outcome = self.field(ALICE.password)
        self.assert_refused(outcome, "wrong_code")
        self.assertEqual(1, len(outcome.prompts))
        self.assertEqual(0, self.token()["failures"])

    def test_the_code_alone_is_no_password(self) -> None:
        code = self.code()
        self.assert_not_looked_at(self.field(code))
        self.assert_accepted(self.field(ALICE.password + code))

    def test_a_code_in_front_or_apart_is_none(self) -> None:
        code = self.code()
        for typed in (code + ALICE.password, ALICE.password + " " + code, f"{ALICE.password}{code[:3]} {code[3:]}",
                      f"{ALICE.password}{code} ", f"{ALICE.password}+{code}", ALICE.password + code + code):
            with self.subTest(typed=typed.replace(code, "CODE")):
                self.assert_refused(self.field(typed))
        self.assertEqual([], self.verdicts())

    def test_what_is_no_field_at_all(self) -> None:
        for answer in ("", None, Code.CONV_ERR, b"\xff" * 6, "x" * 400):
            with self.subTest(answer=answer):
                self.assertFalse(self.field(answer).let_in)
        self.assertEqual([], self.verdicts())

    def test_a_password_that_ends_in_digits(self) -> None:
        bob = dataclasses.replace(BOB, password="bobs-password-of-2027")
        accounts.set_password(bob)
        phone = self.enrol("bob")
        self.assert_refused(self.field(bob.password, user="bob"))
        self.assert_accepted(self.field(bob.password + phone.code(), user="bob"))

    def test_where_a_rule_asks_no_code_the_password_suffices_and_a_code_is_not_used_up(self) -> None:
        code = self.code()
        self.configure(EXEMPT)
        self.assert_accepted(self.field(ALICE.password))
        self.assert_accepted(self.field(ALICE.password + code))
        self.assert_refused(self.field("wrong" + code))
        self.assert_refused(self.field("wrong"))
        self.configure("")
        self.assert_accepted(self.field(ALICE.password + code))

    def test_the_code_of_an_earlier_attempt_does_not_serve_the_next(self) -> None:
        both = ("authenticate", "authenticate")
        outcome = self.field("wrong" + self.code(), ALICE.password, steps=both)
        self.assertEqual([Code.AUTH_ERR, Code.AUTH_ERR], [code for _, code in outcome.steps])
        self.assertEqual([("login", "wrong_code")], self.verdicts())
        outcome = self.field("wrong", ALICE.password + self.code(), steps=both)
        self.assertEqual([Code.AUTH_ERR, Code.SUCCESS], [code for _, code in outcome.steps])

    def test_users_who_are_not_enrolled_or_not_there(self) -> None:
        self.assert_refused(self.field(BOB.password + self.phone.wrong_code(), user="bob"), "not_enrolled")
        self.assertFalse(self.field("password123456", user="carol2").let_in)

    def test_it_does_not_open_anything_by_itself(self) -> None:
        stack = StackScenario("alice", ["wrong" + self.code()], auth=("required pam_twinlock.so split", "required pam_unix.so"))
        self.assertFalse(pam.repeated(stack)[0].let_in)

    def test_needs_no_configuration_of_its_own_but_denies_with_a_broken_one(self) -> None:
        self.configure("broken")
        self.assert_refused(self.field(ALICE.password + self.code()))
        self.assertEqual([], twinlock.audit_lines())
