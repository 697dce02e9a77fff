"""Refusals and notices as they stand on the terminal, in both languages, and recovery codes at a login."""

import re

from support import twinlock
from support.accounts import ALICE, BOB, Account
from support.command import run
from support.scenario import SshScenario
from support.ssh_client import Outcome

GERMAN = 'language = "de"\n'
PHONE = '[helpdesk]\nphone = "+49 30 23125 000"\n'
REFUSALS = {
    "wrong": ("Wrong code.", "Falscher Code."),
    "used": ("This code was used already. Wait for the next one.",
             "Dieser Code wurde schon benutzt. Bitte auf den neuen warten."),
    "disabled": ("This account is disabled here.", "Dieses Konto ist hier gesperrt."),
    "no phone": ("No phone is enrolled for this account.", "Mit diesem Konto ist noch kein Telefon verbunden."),
    "too many": ("Too many wrong codes. No code is accepted from here before ",
                 "Zu viele falsche Codes. Von hier wird vor "),
    "broken rule": ("Codes cannot be checked at the moment.", "Codes lassen sich gerade nicht kontrollieren."),
}
ENGLISH_AND_GERMAN = (0, 1)


class People(SshScenario):
    def visit(self, code: str, account: Account = ALICE, **changes: str) -> Outcome:
        return self.log_in(code, account, options=["LogLevel=INFO"], **changes)

    def speak(self, language: int, more: str = "") -> None:
        self.configure((GERMAN if language else "") + more)

    def assert_told(self, outcome: Outcome, refusal: str, language: int) -> None:
        self.assert_refused(outcome)
        self.assertIn(REFUSALS[refusal][language], outcome.output)
        self.assertNotIn("\\", outcome.output)  # as ssh shows what it takes for unprintable

    def use_up_free_attempts(self) -> None:
        """By wrong codes at this address, without the time that logins take."""
        near = {self.phone.code(step) for step in range(-3, 4)}
        wrong = [code for code in (f"{number:06}" for number in range(20)) if code not in near][:6]
        for code in wrong:
            run("check", "alice", "--service", "sshd", "--address", "127.0.0.1", stdin=f"{code}\n")


class Refusals(People):
    def test_of_a_wrong_code(self) -> None:
        for language in ENGLISH_AND_GERMAN:
            self.speak(language)
            self.assert_told(self.visit(self.phone.wrong_code()), "wrong", language)

    def test_of_a_used_code(self) -> None:
        code = self.phone.code()
        self.assert_let_in(self.log_in(code))
        for language in ENGLISH_AND_GERMAN:
            self.clear_logs()
            self.speak(language)
            self.assert_told(self.visit(code), "used", language)

    def test_of_a_disabled_user(self) -> None:
        twinlock.run("disable", "alice")
        for language in ENGLISH_AND_GERMAN:
            self.speak(language, PHONE)
            outcome = self.visit(self.phone.code())
            self.assert_told(outcome, "disabled", language)
            self.assertIn("Helpdesk: +49 30 23125 000", outcome.output)

    def test_of_a_user_without_a_phone(self) -> None:
        for language in ENGLISH_AND_GERMAN:
            self.speak(language)
            self.assert_told(self.visit("123456", BOB), "no phone", language)

    def test_after_too_many_wrong_codes(self) -> None:
        self.use_up_free_attempts()
        for language in ENGLISH_AND_GERMAN:
            self.speak(language)
            outcome = self.visit(self.phone.code())
            self.assert_told(outcome, "too many", language)
            self.assertRegex(outcome.output, r"\b\d\d:\d\d\b")

    def test_when_a_rule_cannot_be_understood(self) -> None:
        for language in ENGLISH_AND_GERMAN:
            self.speak(language, '[[rule]]\nname = "typing error"\ngroups = ["ofice"]\naction = "exempt"\n')
            self.assert_told(self.visit("never asked"), "broken rule", language)

    def test_are_not_for_those_with_a_wrong_password(self) -> None:
        """Whatever is wrong with the account, the terminal shows the same."""
        ordinary = self.visit(self.phone.code(), password="wrong")
        self.use_up_free_attempts()
        seen = {"throttled": self.visit(self.phone.code(), password="wrong")}
        twinlock.run("disable", "alice")
        seen["disabled"] = self.visit(self.phone.code(), password="wrong")
        twinlock.remove_everybody()
        seen["not enrolled"] = self.visit(self.phone.code(), password="wrong")
        self.speak(0, "issuer = 1\n")
        seen["broken"] = self.visit(self.phone.code(), password="wrong")
        for situation, outcome in seen.items():
            with self.subTest(situation):
                self.assert_refused(outcome)
                self.assertEqual((ordinary.questions(), ordinary.output), (outcome.questions(), outcome.output))
        for english, german in REFUSALS.values():
            self.assertNotIn(english, ordinary.output)
            self.assertNotIn(german, ordinary.output)


class Notices(People):
    TEXTS = ("Refused codes in the last 14 days: 1, the last at {} from 127.0.0.1.",
             "Abgelehnte Codes der letzten 14 Tage: 1, zuletzt {} von 127.0.0.1.")

    def test_of_refused_codes_are_shown_at_the_next_login(self) -> None:
        self.visit(self.phone.wrong_code())
        self.clear_logs()
        self.phone.wait_for_fresh_step()
        for language in ENGLISH_AND_GERMAN:
            self.speak(language)
            outcome = self.visit(self.phone.code(steps_ahead=language))
            self.assertEqual(0, outcome.status, self._logs())
            pattern = re.escape(self.TEXTS[language]).replace(r"\{\}", r"([\d. -]+ )?\d\d:\d\d")
            self.assertRegex(outcome.output, pattern)

    def test_are_not_shown_where_nothing_happened(self) -> None:
        self.assertEqual("logged in\n", self.visit(self.phone.code()).output)

    def test_are_not_shown_to_those_with_a_wrong_password(self) -> None:
        self.visit(self.phone.wrong_code())
        self.assertNotIn("14", self.visit(self.phone.code(), password="wrong").output)


class RecoveryCodes(People):
    TEXTS = ("Recovery codes used in the last 14 days: 1, the last at ", "Benutzte Notfallcodes der letzten 14 Tage: 1, ")

    def setUp(self) -> None:
        super().setUp()
        self.codes = twinlock.run_json("recovery", "alice")["recovery_codes"]
        self.clear_logs()

    def test_get_in_once_and_earn_a_lease(self) -> None:
        self.assert_let_in(self.log_in(self.codes[0]))
        self.assertEqual(1, len(twinlock.leases("alice")))
        self.clear_logs()
        self.assert_refused(self.log_in(self.codes[0]))
        self.assert_let_in(self.log_in(self.codes[1].lower()))

    def test_are_told_of_at_later_logins(self) -> None:
        self.log_in(self.codes[0])
        for language in ENGLISH_AND_GERMAN:
            self.speak(language)
            self.assertIn(self.TEXTS[language], self.visit(self.phone.code(steps_ahead=language)).output)

    def test_need_the_password_like_every_code(self) -> None:
        self.assert_refused(self.log_in(self.codes[0], password="wrong"))
        self.assert_let_in(self.log_in(self.codes[0]))

    def test_do_not_serve_a_disabled_user(self) -> None:
        twinlock.run("disable", "alice")
        self.assert_refused(self.log_in(self.codes[0]))
