"""What people and machines type at the prompt, and what it counts."""

import itertools

from support import pam, twinlock
from support.pam import Answer, Code, Scenario
from support.pam_scenario import PamScenario


class NoCodeAtAll(PamScenario):
    """What has not the shape of a code is refused, and is no guess."""

    def assert_refused_and_not_counted(self, answer: Answer) -> None:
        with self.subTest(answer=answer if answer is None else answer[:40]):
            self.clear_logs()
            outcome = self.attempt("alice", answer)
            self.assertEqual(["Code: "], outcome.prompts)
            self.assert_refused(outcome, "wrong_code")
            self.assertEqual(0, self.token()["failures"])
            self.assertEqual([], self.syslog_lines())

    def test_blanks_and_dashes(self) -> None:
        for answer in ("", " ", "-", "      ", "--- ---", "\t", "\n"):
            self.assert_refused_and_not_counted(answer)

    def test_digits_of_other_lengths(self) -> None:
        for digits in (1, 5, 7, 8, 9, 10, 12, 18, 40):
            self.assert_refused_and_not_counted("7" * digits)

    def test_letters_and_signs(self) -> None:
        for answer in ("abcdef", "12345a", "+12345", "0x1234", "1.2345", "12345\n", "1e5678", "' or 1=1", "%s%s%s%n"):
            self.assert_refused_and_not_counted(answer)

    def test_codes_of_other_kinds_that_nobody_issued(self) -> None:
        for answer in ("123 456 789", "ABCDE FGHIJ", "ABCD EFGH IJKL", "abcd-efgh-ijkl"):
            self.assert_refused_and_not_counted(answer)

    def test_ten_thousand_characters(self) -> None:
        for character in ("7", " ", "x", "-"):
            self.assert_refused_and_not_counted(character * 10_000)

    def test_a_right_code_among_ten_thousand_blanks(self) -> None:
        self.assert_refused_and_not_counted(" " * 10_000 + self.phone.code())

    def test_a_right_code_with_more_behind_it(self) -> None:
        for more in ("0", "x", "\n", "\r", "\u00a0", " 1"):
            self.assert_refused_and_not_counted(self.phone.code() + more)

    def test_bytes_that_are_no_text(self) -> None:
        for answer in (b"\xff" * 6, b"\x80\x81\x82\x83\x84\x85", b"\xc3\x28" * 3, "１２３４５６".encode(), b"\x08\n\r\x7fINCORRECT"):
            self.assert_refused_and_not_counted(answer)

    def test_no_response(self) -> None:
        self.assert_refused_and_not_counted(None)


class Guesses(PamScenario):
    def wrong_codes(self, count: int) -> list[str]:
        near = {self.phone.code(step) for step in range(-3, 4)}
        return list(itertools.islice((code for number in itertools.count() if (code := f"{number:06}") not in near), count))

    def test_a_wrong_code_counts_once_however_often_it_is_sent(self) -> None:
        wrong = self.phone.wrong_code()
        for _ in range(3):
            self.assert_refused(self.attempt("alice", wrong), "wrong_code")
        self.assertEqual(1, self.token()["failures"])

    def test_after_five_wrong_codes_the_right_one_waits_at_that_address_only(self) -> None:
        for code in self.wrong_codes(5):
            self.assert_refused(self.attempt("alice", code), "wrong_code")
        right = self.phone.code()
        self.assert_refused(self.attempt("alice", right), "throttled")
        self.assertEqual(["192.0.2.7"], [wait["address"] for wait in twinlock.run_json("show", "alice")["throttle"]])
        self.assert_accepted(self.attempt("alice", right, rhost="192.0.2.8"))

    def test_a_code_that_was_not_looked_at_serves_later(self) -> None:
        for code in self.wrong_codes(5):
            self.attempt("alice", code)
        right = self.phone.code()
        self.assert_refused(self.attempt("alice", right), "throttled")
        twinlock.run("unlock", "alice")
        self.assert_accepted(self.attempt("alice", right))

    def test_two_hundred_guesses_at_once_are_looked_at_five_times(self) -> None:
        answers = self.wrong_codes(25)
        scenario = Scenario("alice", answers, parallel=8, repeat=len(answers))
        self.assertNotIn(True, [outcome.let_in for outcome in pam.in_parallel(scenario)])
        self.assertEqual(5, self.token()["failures"])


class RightCodes(PamScenario):
    def assert_accepted_and_used_up(self, answer: str) -> None:
        with self.subTest(answer=answer):
            self.clear_logs()
            outcome = self.attempt("alice", answer)
            self.assert_accepted(outcome)
            self.assertEqual([0], outcome.delays)
            self.assertEqual([("login", "accepted")], self.verdicts())
            self.assertEqual([], self.syslog_lines())
            self.assert_refused(self.attempt("alice", answer), "replayed")
            self.assertEqual(0, self.token()["failures"])

    def test_blanks_and_dashes_do_no_harm(self) -> None:
        shapes = ("{0}{1}", "{0} {1}", " {0}{1} ", "{0}-{1}", "\t{0} - {1}", "{0}{1}" + " " * 200)
        for shape in shapes:
            twinlock.run("remove", "alice", "--yes")
            code = self.enrol("alice").code()
            self.assert_accepted_and_used_up(shape.format(code[:3], code[3:]))

    def test_what_stands_behind_a_nul_byte_is_not_there_for_pam(self) -> None:
        self.assert_accepted(self.attempt("alice", self.phone.code().encode() + b"\x00and more"))
        self.assert_refused(self.attempt("alice", b"\x00" + self.phone.code(1).encode()), "wrong_code")

    def test_the_codes_of_the_steps_before_and_after(self) -> None:
        self.phone.wait_for_fresh_step()
        for step in (-1, 0, 1):
            self.assert_accepted_and_used_up(self.phone.code(step))

    def test_of_other_steps_no_code_is_right(self) -> None:
        near = {self.phone.code(step) for step in range(-2, 3)}
        for step in (-20, -3, 3, 20):
            if (code := self.phone.code(step)) not in near:
                self.assert_refused(self.attempt("alice", code), "wrong_code")

    def test_after_a_code_those_of_earlier_steps_are_used_up(self) -> None:
        self.phone.wait_for_fresh_step()
        earlier = self.phone.code()
        self.assert_accepted(self.attempt("alice", self.phone.code(1)))
        self.assert_refused(self.attempt("alice", earlier), "replayed")


class ConversationsThatFail(PamScenario):
    def test_every_error_of_the_application_is_a_refusal_and_no_guess(self) -> None:
        for error in (Code.CONV_ERR, Code.ABORT, Code.CONV_AGAIN, Code.SYSTEM_ERR):
            with self.subTest(error=error):
                self.clear_logs()
                self.assert_refused(self.attempt("alice", error), "unavailable")
                self.assert_one_complaint("conversation: ")
                self.assertEqual(0, self.token()["failures"])

    def test_a_login_that_asks_for_the_user_name_too(self) -> None:
        outcome = self.attempt(None, "alice", self.phone.code())
        self.assert_accepted(outcome)
        self.assertEqual("Code: ", outcome.prompts[1])

    def test_a_login_whose_user_name_never_comes(self) -> None:
        outcome = self.attempt(None, Code.CONV_ERR)
        self.assertFalse(outcome.let_in)
        self.assertEqual([], self.verdicts())
        self.assert_one_complaint("PAM_USER: ")
