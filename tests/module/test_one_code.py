"""One code lets one login in, however many submit it at once."""

from support import pam, twinlock
from support.pam import Scenario
from support.pam_scenario import PamScenario
from support.rounds import rounds
from support.totp import Phone

ROUNDS = rounds(5)
PROCESSES = 32
ENROLMENTS = rounds(5)
TRIES = 30


def successes(outcomes: list[pam.Outcome]) -> int:
    return sum(outcome.let_in for outcome in outcomes)


class OneCode(PamScenario):
    def enrol_again(self) -> Phone:
        twinlock.run("remove", "alice", "--yes")
        return self.enrol("alice")

    def test_of_32_processes_at_the_prompt_one_gets_in(self) -> None:
        for number in range(ROUNDS):
            code = self.enrol_again().code()
            outcomes = pam.in_parallel(Scenario("alice", [code], parallel=PROCESSES))
            self.assertEqual([["Code: "]] * PROCESSES, [outcome.prompts for outcome in outcomes])
            self.assertEqual(1, successes(outcomes), f"round {number}")
            self.assertEqual(PROCESSES - 1, self.verdicts().count(("login", "replayed")))
            self.clear_logs()

    def test_two_codes_of_one_phone_let_two_in(self) -> None:
        codes = [self.phone.code(), self.phone.code(steps_ahead=1)]
        self.assertEqual(1, successes(pam.in_parallel(Scenario("alice", codes[:1], parallel=PROCESSES))))
        self.assertEqual(1, successes(pam.in_parallel(Scenario("alice", codes[1:], parallel=PROCESSES))))

    def test_no_code_outlives_the_enrolment_that_it_belongs_to(self) -> None:
        """Two processes submit a code again and again, while a third removes and enrols the user."""
        for number in range(ENROLMENTS):
            phone = self.enrol_again()
            code = phone.code()
            attackers = pam.Started(Scenario("alice", [code] * TRIES, parallel=2, repeat=TRIES))
            successor = self.enrol_again()
            outcomes = [outcome for child in attackers.finish() for outcome in pam.outcomes(child)]
            self.assertLessEqual(successes(outcomes), 1, f"enrolment {number}")
            if code not in {successor.code(step) for step in (-1, 0, 1)}:
                self.assertFalse(self.attempt("alice", code).let_in, f"enrolment {number}")
            self.assertTrue(self.attempt("alice", successor.code()).let_in, f"enrolment {number}")
