"""Recovery codes at a login."""

from support import twinlock
from support.pam import KEYBOARD
from support.pam_scenario import ADDRESS, PamScenario


class RecoveryCodes(PamScenario):
    def setUp(self) -> None:
        super().setUp()
        self.codes = self.new_codes()

    def new_codes(self) -> list[str]:
        codes: list[str] = twinlock.run_json("recovery", "alice")["recovery_codes"]
        self._never_to_be_logged |= {*codes, *(code.replace("-", "") for code in codes)}
        return codes

    def left(self) -> int:
        return int(twinlock.run_json("show", "alice")["recovery_codes_left"])

    def test_each_lets_in_once(self) -> None:
        for number, code in enumerate(self.codes):
            self.assert_accepted(self.attempt("alice", code))
            self.assertEqual(9 - number, self.left())
        for code in self.codes:
            self.assert_refused(self.attempt("alice", code), "replayed")

    def test_however_they_are_typed(self) -> None:
        first, second, third, *_ = self.codes
        for typed in (first.lower(), second.replace("-", ""), f" {third.replace('-', ' ').lower()} "):
            self.assert_accepted(self.attempt("alice", typed))

    def test_one_earns_what_a_code_of_the_phone_earns(self) -> None:
        outcome = self.ssh("alice", self.codes[0], then=(KEYBOARD, "open_session"))
        self.assert_accepted(outcome)
        self.assertEqual([ADDRESS], [lease["address"] for lease in twinlock.leases("alice")])

    def test_new_ones_void_the_old(self) -> None:
        old, (new, *_) = self.codes, self.new_codes()
        for code in old:
            self.assert_refused(self.attempt("alice", code), "wrong_code")
        self.assert_accepted(self.attempt("alice", new))

    def test_they_are_the_users_own(self) -> None:
        self.enrol("carol")
        self.assert_refused(self.attempt("carol", self.codes[0]), "wrong_code")
        self.assertEqual(10, self.left())

    def test_those_of_a_disabled_user_are_refused_and_kept(self) -> None:
        twinlock.run("disable", "alice")
        self.assert_refused(self.attempt("alice", self.codes[0]), "disabled")
        twinlock.run("enable", "alice")
        self.assert_accepted(self.attempt("alice", self.codes[0]))

    def test_they_serve_where_the_phone_is_lost_or_locked(self) -> None:
        twinlock.run("token", "disable", "alice", "1")
        self.assert_accepted(self.attempt("alice", self.codes[0]))
        twinlock.run("token", "remove", "alice", "1", "--yes")
        self.assert_accepted(self.attempt("alice", self.codes[1]))
