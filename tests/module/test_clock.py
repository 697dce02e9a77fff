"""A clock that is set back, set forth or dead (libfaketime): no code works twice, and nobody is locked out for good."""

from typing import Any

from support import pam, twinlock
from support.pam import IN_SSHD, KEYBOARD, Code, Outcome
from support.pam_scenario import PamScenario

STEPS_AN_HOUR = 120


class Clock(PamScenario):
    config = '[service.sshd]\nopens = ["sshd", "samba"]\n'

    def login(self, moment: str, *answers: str, **scenario: Any) -> Outcome:
        """At a moment as clock_at() takes it; the host is as it was."""
        host = {"closed": [], "free_descriptors": None}
        steps = [IN_SSHD, "authenticate", "account", KEYBOARD, "open_session"]
        line, state = pam.run(pam.Scenario("alice", answers, steps=steps, host=host, **scenario), pam.clock_at(moment))
        self.assertEqual(state["first"]["host"], state["last"]["host"])
        return pam.outcomes([line])[0]

    def assert_kept_out(self, outcome: Outcome) -> None:
        self.assertNotEqual(Code.SUCCESS, outcome.code("authenticate"))
        self.assertNotEqual(Code.SUCCESS, outcome.code("account"))

    def assert_replayed(self, outcome: Outcome) -> None:
        self.assert_refused(outcome, "replayed")
        self.assert_kept_out(outcome)

    def code(self, hours: int) -> str:
        return self.phone.code(hours * STEPS_AN_HOUR)


class SetBack(Clock):
    def test_a_used_code_stays_used(self) -> None:
        code = self.code(0)
        self.assert_accepted(self.login("+0h", code))
        for moment in ("+0h", "-1h", "-24h", "@1970-01-02 00:00:00", "+1h"):
            with self.subTest(moment):
                self.assert_kept_out(self.login(moment, code, service="su"))

    def test_codes_of_the_past_are_used_up_too(self) -> None:
        self.assert_accepted(self.login("+0h", self.code(0)))
        for hours in (-1, -24):
            self.assert_replayed(self.login(f"{hours}h", self.code(hours), service="su"))
        self.assert_accepted(self.login("+1h", self.code(1), service="su"))

    def test_a_lease_from_the_future_is_void(self) -> None:
        self.assert_accepted(self.login("+0h", self.code(0)))
        self.assertEqual([], self.login("+1h").prompts)
        for moment in ("-1h", "-10000h", "@1970-01-02 00:00:00"):
            with self.subTest(moment):
                outcome = self.login(moment)
                self.assertEqual(["Code: "], outcome.prompts)
                self.assert_kept_out(outcome)

    def guess_in_vain(self, hours: int) -> None:
        """Until codes are refused unlooked at, even the right one, by a clock that many hours ahead."""
        right = {self.phone.code(hours * STEPS_AN_HOUR + step) for step in range(-3, 4)}
        guesses = [f"{number:06}" for number in range(13) if f"{number:06}" not in right][:6]
        for guess in guesses:
            self.assert_kept_out(self.login(f"{hours:+}h", guess, service="su"))
        self.assert_refused(self.login(f"{hours:+}h", self.code(hours), service="su"), "throttled")

    def test_a_wait_ends_in_time_and_by_an_administrator(self) -> None:
        self.guess_in_vain(0)
        self.assert_refused(self.login("-0.5h", self.code(0), service="su"), "throttled")
        twinlock.run("unlock", "alice")
        self.assert_accepted(self.login("+0h", self.code(0), service="su"))

    def test_a_wait_of_a_wrong_clock_ends_with_it(self) -> None:
        self.guess_in_vain(1000)
        self.assert_accepted(self.login("+0h", self.code(0), service="su"))


class SetForth(Clock):
    def test_codes_of_that_time_work_and_then_no_earlier_ones(self) -> None:
        self.assert_accepted(self.login("+48h", self.code(48)))
        self.assert_replayed(self.login("+0h", self.code(0), service="su"))
        self.assert_replayed(self.login("+47h", self.code(47), service="su"))
        self.assert_accepted(self.login("+49h", self.code(49), service="su"))

    def test_a_lease_ends(self) -> None:
        self.assert_accepted(self.login("+0h", self.code(0)))
        for moment in ("+11h", "+100000h", "@2106-02-08 00:00:00"):
            with self.subTest(moment):
                self.assertEqual(["Code: "], self.login(moment).prompts)

    def test_back_and_forth_between_two_logins_no_code_works_twice(self) -> None:
        hours = (0, 5, -5, 30, 0, 29, -30, 31, 30, 5)
        accepted = [when for when in hours if self.login(f"{when:+}h", self.code(when), service="su").let_in]
        self.assertEqual([0, 5, 30, 31], accepted)


class Dead(Clock):
    def test_at_no_time_does_a_wrong_code_or_none_open(self) -> None:
        for moment in ("@1970-01-01 00:00:00", "@1970-01-01 00:00:01", "@1999-12-31 23:59:59", "@2038-01-19 03:14:07",
                       "@2038-01-19 03:14:08", "@2106-02-07 06:28:16", "@9999-12-31 23:59:59"):
            with self.subTest(moment):
                for answers in ((), ("",), (self.phone.wrong_code(),)):
                    self.assert_kept_out(self.login(moment, *answers, service="su"))

    def test_the_time_before_1970_is_no_way_in_either(self) -> None:
        self.assert_accepted(self.login("+0h", self.code(0)))
        outcome = self.login("-600000h", self.code(0))
        self.assertEqual(["Code: "], outcome.prompts)
        self.assert_kept_out(outcome)

    def test_a_clock_that_stands_still_lets_each_code_in_once(self) -> None:
        code, moment = self.code(0), "+0 x0.000001"
        self.assert_accepted(self.login(moment, code, service="su"))
        self.assert_replayed(self.login(moment, code, service="su"))
