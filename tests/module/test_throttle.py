"""DESIGN 4 as employees feel it: codes through the real module while virtual time goes on."""

import itertools
from collections.abc import Iterator
from typing import Any

from support import pam, twinlock, virtual_time
from support.accounts import ALICE
from support.pam import Outcome, Scenario, completed
from support.pam_scenario import ADDRESS, AUDIT_LOG, PamScenario
from support.pam_stack import StackScenario
from support.virtual_time import DAY, HOUR, MINUTE, MORNING

BY_KEY = completed("publickey ssh-ed25519 AAAA\n")
ELSEWHERE = "198.51.100.7"
FREE = 5  # wrong codes from one address
WINDOW = 3  # chances of a guess
UNKNOWN_GUESSES, KNOWN_GUESSES = 60 // WINDOW, 120 // WINDOW
GERMAN = 'language = "de"\n'


class ThrottleScenario(PamScenario):
    def setUp(self) -> None:
        super().setUp()
        self._wrong = self.wrong_codes()

    def wrong_codes(self) -> Iterator[str]:
        """All different; none is right within some minutes around the moment of its use."""
        return self.phone.wrong_codes_at(MORNING)

    def log_in(self, moment: int, *codes: str, rhost: str = ADDRESS, **scenario: Any) -> list[Outcome]:
        """An attempt with each code, by somebody who has given the key before."""
        steps = scenario.pop("steps", [BY_KEY, "authenticate"])
        attempts = Scenario("alice", codes, steps=steps, rhost=rhost, repeat=len(codes) or 1, **scenario)
        return pam.repeated(attempts, virtual_time.environment(moment))

    def right(self, moment: int, **scenario: Any) -> Outcome:
        return self.log_in(moment, self.phone.code_at(moment), **scenario)[0]

    def guess(self, moment: int, times: int = 1, **scenario: Any) -> list[str]:
        """Wrong codes; the verdicts."""
        AUDIT_LOG.write_text("")
        for outcome in self.log_in(moment, *itertools.islice(self._wrong, times), **scenario):
            self.assertFalse(outcome.let_in)
        return [verdict for _, verdict in self.verdicts()]

    def assert_looked_at(self, times: int, verdicts: list[str]) -> None:
        self.assertEqual(["wrong_code"] * times, verdicts)

    def assert_told(self, text: str, outcome: Outcome) -> None:
        self.assertEqual([text], outcome.messages)

    def assert_waits(self, outcome: Outcome) -> None:
        self.assert_refused(outcome, "throttled")


class Waits(ThrottleScenario):
    def test_five_wrong_codes_are_free_and_then_even_the_right_one_waits_30_seconds(self) -> None:
        self.assert_looked_at(FREE, self.guess(MORNING, FREE))
        self.assert_waits(self.right(MORNING))
        self.assert_waits(self.right(MORNING + 29))
        self.assert_accepted(self.right(MORNING + 30))

    def test_each_further_wrong_code_doubles_the_wait_up_to_an_hour(self) -> None:
        moment = MORNING
        self.assert_looked_at(FREE, self.guess(moment, FREE))
        for wait in (30, 60, 120, 240, 480, 960, 1920, HOUR, HOUR):
            self.assert_waits(self.right(moment + wait - 1))
            moment += wait
            self.assert_looked_at(1, self.guess(moment))

    def test_what_is_not_looked_at_prolongs_nothing_and_does_not_count(self) -> None:
        self.guess(MORNING, FREE)
        self.assertEqual(["throttled"] * 20, self.guess(MORNING + 20, 20))
        self.assert_accepted(self.right(MORNING + 30))

    def test_meanwhile_the_code_is_good_at_another_address_and_that_ends_no_wait(self) -> None:
        self.guess(MORNING, FREE)
        self.assert_accepted(self.right(MORNING, rhost=ELSEWHERE))
        self.assert_waits(self.right(MORNING + 29))
        self.assert_accepted(self.right(MORNING + 60))

    def test_a_success_at_the_address_itself_ends_its_waits(self) -> None:
        self.guess(MORNING, FREE)
        self.assert_accepted(self.right(MORNING + 30))
        self.assert_looked_at(FREE, self.guess(MORNING + 31, FREE))
        self.assert_waits(self.right(MORNING + 60))

    def test_where_the_clock_is_set_back_an_hour_the_wait_is_no_longer(self) -> None:
        self.guess(MORNING, FREE)
        outcome = self.right(MORNING - HOUR)
        self.assert_waits(outcome)
        self.assertEqual(["Too many wrong codes. No code is accepted from here before 08:01."], outcome.messages)

    def test_a_clock_that_was_days_ahead_leaves_no_wait_behind(self) -> None:
        self.guess(MORNING, FREE)
        self.assert_accepted(self.right(MORNING - DAY))


class Told(ThrottleScenario):
    """Why and until when, to those who have shown a password or a key."""

    def test_until_when_in_both_languages(self) -> None:
        for language, text in (("", "Too many wrong codes. No code is accepted from here before 09:01."),
                               (GERMAN, "Zu viele falsche Codes. Von hier wird vor 09:01 keiner angenommen.")):
            self.configure(language)
            twinlock.run("unlock", "alice")
            self.guess(MORNING, FREE)
            self.assert_told(text, self.right(MORNING))

    def test_at_the_time_that_was_told_codes_are_looked_at(self) -> None:
        last_second = MORNING + MINUTE - 1
        self.guess(last_second, FREE)  # until 09:01:29
        self.assert_told("Too many wrong codes. No code is accepted from here before 09:02.", self.right(last_second))
        self.assert_waits(self.right(MORNING + MINUTE))
        self.assert_accepted(self.right(MORNING + 2 * MINUTE))

    def test_why_in_both_languages(self) -> None:
        wrong, used = next(self._wrong), self.phone.code_at(MORNING)
        self.log_in(MORNING, used)
        self.assert_told("Wrong code.", self.log_in(MORNING, wrong)[0])
        self.assertRegex(self.log_in(MORNING, used)[0].messages[0], "^This code was used already")
        self.configure(GERMAN)
        self.assert_told("Falscher Code.", self.log_in(MORNING, wrong)[0])
        self.assertRegex(self.log_in(MORNING, used)[0].messages[0], "^Dieser Code wurde schon benutzt")

    def test_where_only_the_helpdesk_can_help_its_number_too(self) -> None:
        helpdesk = '[helpdesk]\nphone = "+49 30 23125 000"\n[throttle]\ndisable_after = 3\n'
        self.configure(helpdesk)
        self.guess(MORNING, 3)
        self.assert_told("Locked after too many wrong codes. Helpdesk: +49 30 23125 000", self.right(MORNING))
        self.configure(GERMAN + helpdesk)
        self.assert_told("Gesperrt nach zu vielen falschen Codes. Helpdesk: +49 30 23125 000", self.right(MORNING))
        twinlock.run("unlock", "alice")
        self.assert_accepted(self.right(MORNING))

    def test_nothing_to_those_who_have_shown_neither_password_nor_key(self) -> None:
        for moment in (MORNING, MORNING, MORNING):
            (outcome,) = self.log_in(moment, next(self._wrong), steps=["authenticate"])
            self.assert_refused(outcome)
            self.assertEqual([], outcome.messages)
        (outcome,) = self.log_in(MORNING + MINUTE, self.phone.code_at(MORNING + MINUTE), steps=["authenticate"])
        self.assert_accepted(outcome)
        self.assertEqual([], outcome.messages)

    def test_nothing_where_the_application_wants_silence(self) -> None:
        self.assertEqual([], self.log_in(MORNING, next(self._wrong), silent=True)[0].messages)

    def with_password(self, password: str, *code: str) -> Outcome:
        attempt = StackScenario("alice", [password, *code])
        return pam.repeated(attempt, virtual_time.environment(MORNING))[0]

    def test_after_the_right_password(self) -> None:
        self.assert_told("Wrong code.", self.with_password(ALICE.password, next(self._wrong)))

    def test_after_a_wrong_password_neither_asked_nor_told(self) -> None:
        outcome = self.with_password("wrong", self.phone.code_at(MORNING))
        self.assert_refused(outcome)
        self.assertEqual((1, [], []), (len(outcome.prompts), outcome.messages, self.verdicts()))


class Budgets(ThrottleScenario):
    """Guesses from everywhere, by somebody who knows the password."""

    def empty_budget_of_unknown_addresses(self, moment: int = MORNING) -> None:
        verdicts = [self.guess(moment, FREE, rhost=f"203.0.113.{number}") for number in range(UNKNOWN_GUESSES // FREE)]
        self.assertEqual("wrong_code", verdicts[0][0])

    def test_after_twenty_guesses_no_unknown_address_is_looked_at(self) -> None:
        for number in range(UNKNOWN_GUESSES // FREE):
            self.assert_looked_at(FREE, self.guess(MORNING, FREE, rhost=f"203.0.113.{number}"))
        for address in ("203.0.113.99", ELSEWHERE, "2001:db8::7", ADDRESS):
            self.assert_waits(self.right(MORNING, rhost=address))

    def test_the_owner_at_the_usual_address_is_never_refused_for_that(self) -> None:
        self.assert_accepted(self.right(MORNING - 30 * DAY))
        for day in range(5):
            moment = MORNING + day * 90 * DAY // 4
            self._wrong = self.phone.wrong_codes_at(moment)
            self.guess(moment, 2 * UNKNOWN_GUESSES, rhost="203.0.113.1")
            self.guess(moment, 2 * UNKNOWN_GUESSES, rhost="203.0.113.2")
            self.assert_accepted(self.right(moment))

    def test_after_90_days_without_a_login_an_address_is_unknown(self) -> None:
        self.assert_accepted(self.right(MORNING - 91 * DAY))
        self.empty_budget_of_unknown_addresses()
        self.assert_waits(self.right(MORNING))

    def test_it_fills_up_by_a_chance_and_a_half_a_day(self) -> None:
        self.empty_budget_of_unknown_addresses()
        # A thousandth of a chance suffices: 86400 s / 1500, rounded up.
        self.assert_waits(self.right(MORNING + 57))
        self.assert_looked_at(1, self.guess(MORNING + 58, rhost=ELSEWHERE))
        # It owes three chances now: two days.
        after = MORNING + 58 + 2 * DAY
        self.assert_told("Too many wrong codes. No code is accepted from here before 2027-03-03 09:01.",
                         self.right(MORNING + 58))
        self.configure(GERMAN)
        self.assert_told("Zu viele falsche Codes. Von hier wird vor 03.03.2027 09:01 keiner angenommen.",
                         self.right(MORNING + 58))
        self.assert_waits(self.right(after - 1))
        self.assert_accepted(self.right(after))

    def test_behind_the_owners_own_address_forty_guesses_are_looked_at(self) -> None:
        self.configure("[throttle]\nfree_attempts = 100\n")
        self.assert_accepted(self.right(MORNING - DAY))
        verdicts = self.guess(MORNING, KNOWN_GUESSES + 1)
        self.assertEqual(["wrong_code"] * KNOWN_GUESSES + ["throttled"], verdicts)
        self.assert_waits(self.right(MORNING))
        self.assert_accepted(self.right(MORNING, rhost=ELSEWHERE))

    def test_a_success_fills_no_budget(self) -> None:
        self.assert_accepted(self.right(MORNING - DAY))
        self.empty_budget_of_unknown_addresses()
        self.assert_accepted(self.right(MORNING))
        self.assert_waits(self.right(MORNING + 30, rhost=ELSEWHERE))

    def test_a_recovery_code_gets_in_all_the_same(self) -> None:
        first, second, *_ = twinlock.run_json("recovery", "alice")["recovery_codes"]
        self.guess(MORNING, FREE)
        self.assert_waits(self.right(MORNING))
        self.assert_accepted(self.log_in(MORNING, first)[0])
        self.empty_budget_of_unknown_addresses(MORNING + DAY)
        self.assert_waits(self.right(MORNING + DAY, rhost=ELSEWHERE))
        self.assert_accepted(self.log_in(MORNING + DAY, second, rhost=ELSEWHERE)[0])

    def test_unlock_ends_all_of_it(self) -> None:
        self.empty_budget_of_unknown_addresses()
        self.assert_waits(self.right(MORNING))
        twinlock.run("unlock", "alice")
        self.assert_accepted(self.right(MORNING))


class Notices(ThrottleScenario):
    """What happened to the account, told at each login."""

    def notices(self, moment: int, **scenario: Any) -> list[str]:
        outcome = self.right(moment, **scenario)
        self.assert_accepted(outcome)
        return [line for message in outcome.messages for line in message.splitlines()]

    def test_refused_codes_for_fourteen_days(self) -> None:
        self.guess(MORNING, 2, rhost=ELSEWHERE)
        text = f"Refused codes in the last 14 days: 2, the last at {{}} from {ELSEWHERE}."
        self.assertEqual([text.format("09:00")], self.notices(MORNING + HOUR))
        self.assertEqual([text.format("2027-03-01 09:00")], self.notices(MORNING + DAY))
        self.assertEqual([text.format("2027-03-01 09:00")], self.notices(MORNING + 14 * DAY))
        self.assertEqual([], self.notices(MORNING + 14 * DAY + MINUTE))

    def test_used_recovery_codes_for_fourteen_days_from_the_very_login_on(self) -> None:
        code = twinlock.run_json("recovery", "alice")["recovery_codes"][3]
        (outcome,) = self.log_in(MORNING, code)
        self.assert_accepted(outcome)
        self.assert_told(f"Recovery codes used in the last 14 days: 1, the last at 09:00 from {ADDRESS}.", outcome)
        text = [f"Recovery codes used in the last 14 days: 1, the last at 2027-03-01 09:00 from {ADDRESS}."]
        self.assertEqual(text, self.notices(MORNING + 14 * DAY, rhost=ELSEWHERE))
        self.assertEqual([], self.notices(MORNING + 14 * DAY + MINUTE))

    def test_in_german(self) -> None:
        self.configure(GERMAN)
        self.guess(MORNING, 1, rhost=ELSEWHERE)
        self.log_in(MORNING + MINUTE, twinlock.run_json("recovery", "alice")["recovery_codes"][0])
        self.assertEqual([f"Abgelehnte Codes der letzten 14 Tage: 1, zuletzt 01.03.2027 09:00 von {ELSEWHERE}.",
                          f"Benutzte Notfallcodes der letzten 14 Tage: 1, zuletzt 01.03.2027 09:01 von {ADDRESS}."],
                         self.notices(MORNING + DAY))

    def test_nothing_where_nothing_happened(self) -> None:
        self.assertEqual([], self.notices(MORNING))

    def test_guesses_do_not_push_a_used_recovery_code_out(self) -> None:
        self.configure("[throttle]\nfree_attempts = 100\n")
        self.log_in(MORNING, twinlock.run_json("recovery", "alice")["recovery_codes"][0])
        self.guess(MORNING + MINUTE, 19)
        refused, recovery = self.notices(MORNING + HOUR)
        self.assertRegex(refused, "^Refused codes .*: 15, ")
        self.assertRegex(recovery, "^Recovery codes used .*: 1, ")

    def test_at_a_login_that_needs_no_code_too(self) -> None:
        self.guess(MORNING, 1, rhost=ELSEWHERE)
        self.configure('[[rule]]\nname = "office"\nnetworks = ["192.0.2.0/24"]\naction = "exempt"\n')
        outcome = self.log_in(MORNING + HOUR)[0]
        self.assert_accepted(outcome)
        self.assertEqual([], outcome.prompts)
        self.assert_told(f"Refused codes in the last 14 days: 1, the last at 09:00 from {ELSEWHERE}.", outcome)
