"""SIGKILL at any moment of a login: an accepted code stays used up, and the record can be read."""

import random
import time

from support import pam, totp, twinlock
from support.pam import Outcome, Scenario
from support.pam_scenario import USERS, PamScenario
from support.rounds import is_soak, rounds
from support.traced_login import Call, TracedLogin

ROUNDS = rounds(8)
MOST_LOGINS = 400  # more than a process makes before it is killed
RECOGNISED = 10  # so many used counters are remembered as used; older codes are wrong ones like any others


DECIDING = {"pwrite64", "fdatasync", "fsync"}


def chosen(calls: list[Call]) -> list[Call]:
    """All in a soak; else every sixth, and those around where something gets on the disk."""
    def matters(at: int) -> bool:
        return at % 6 == 0 or any(call.name in DECIDING for call in calls[max(0, at - 1):at + 2])
    return [call for at, call in enumerate(calls) if is_soak() or matters(at)]


class BeforeAnyCall(TracedLogin):
    def test_the_code_is_used_up_at_one_point_before_the_answer(self) -> None:
        calls = chosen(self.calls("authenticate", "account"))
        left = []
        for call in calls:
            with self.subTest(call=str(call)):
                self.die_at(call)
                self.assertEqual("active", twinlock.run_json("show", "carol")["state"])
                left.append(self.later_successes())
        good_before = left.index(0)
        self.assertEqual([1] * good_before + [0] * (len(left) - good_before), left, calls[good_before])
        self.assertEqual("authenticate", calls[good_before].step)
        self.assertGreater(good_before, 5)


class AtRandom(PamScenario):
    """A process that logs carol in again and again is killed in the midst of it."""

    def start_and_kill(self, codes: list[str]) -> list[Outcome]:
        process = pam.Started(Scenario("carol", codes, steps=["authenticate"], repeat=len(codes)))
        process.wait_for_output()
        time.sleep(random.uniform(0, 0.05))  # not to await anything: the moment is to be any
        return process.kill()

    def refused(self, codes: list[str]) -> bool:
        outcomes = pam.repeated(Scenario("carol", codes, steps=["authenticate"], repeat=len(codes)))
        return not any(outcome.let_in for outcome in outcomes)

    def test_what_was_accepted_stays_used_up_and_the_next_code_is_good(self) -> None:
        for number in range(ROUNDS):
            (USERS / "carol").unlink(missing_ok=True)
            codes = totp.counter_codes(self.enrol("carol", "--hotp").secret, MOST_LOGINS)
            accepted = sum(outcome.let_in for outcome in self.start_and_kill(codes))
            self.assertTrue(0 < accepted < MOST_LOGINS, f"round {number}: {accepted}")
            self.assertTrue(self.refused(codes[max(0, accepted - RECOGNISED + 1):accepted]), f"round {number}")
            self.assertTrue(self.attempt("carol", codes[accepted + 1]).let_in, f"round {number}")
