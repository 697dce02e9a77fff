"""twinlock token resync: a token gets back in step by two codes in a row."""

from support import totp
from support.command import DONE, NO, STORE, USERS, CommandScenario, Person, run
from support.twinlock import audit_lines, enrol, run_json


class ResyncScenario(CommandScenario):
    def assert_verdict(self, verdict: str, code: str) -> None:
        self.assertEqual({"verdict": verdict}, run("check", "alice", "--json", stdin=code + "\n").json())

    def resync(self, *codes: str, token: int = 1) -> None:
        done = self.assert_status(DONE, run("token", "resync", "alice", str(token), "--json", stdin="\n".join(codes) + "\n"))
        self.assertEqual({"user": "alice", "token": token}, done.json())

    def assert_not_resynced(self, *codes: str) -> None:
        said = self.assert_fails(NO, "token", "resync", "alice", "1", stdin="\n".join(codes) + "\n")
        self.assertIn("do not follow each other", said)


class ResyncOfCounters(ResyncScenario):
    def setUp(self) -> None:
        super().setUp()
        self.codes = totp.counter_codes(enrol("alice", "--hotp").secret, 1200)

    def test_far_ahead(self) -> None:
        self.assert_verdict("wrong_code", self.codes[700])
        self.resync(self.codes[900], self.codes[901])
        self.assert_verdict("replayed", self.codes[901])
        self.assert_verdict("replayed", self.codes[900])
        self.assert_verdict("accepted", self.codes[902])

    def test_the_very_next_ones(self) -> None:
        self.resync(*self.codes[:2])
        self.assert_verdict("accepted", self.codes[2])

    def test_farther_than_a_thousand_counters_nothing_is_looked_for(self) -> None:
        self.assert_not_resynced(self.codes[1100], self.codes[1101])

    def test_used_codes_never_serve_again(self) -> None:
        self.assert_verdict("accepted", self.codes[5])
        self.assert_not_resynced(self.codes[4], self.codes[5])
        self.assert_not_resynced(self.codes[5], self.codes[6])
        self.resync(self.codes[6], self.codes[7])
        self.assert_not_resynced(self.codes[6], self.codes[7])
        self.assert_not_resynced(self.codes[7], self.codes[8])

    def test_only_two_in_a_row_in_their_order(self) -> None:
        for pair in ((3, 5), (4, 3), (3, 3), (3, 13)):
            with self.subTest(pair):
                self.assert_not_resynced(*(self.codes[number] for number in pair))
        self.assert_verdict("accepted", self.codes[3])

    def test_what_is_no_pair_of_codes(self) -> None:
        for first, second in (("", ""), ("abcdef", self.codes[1]), (self.codes[0], ""), (self.codes[0], "12345"),
                              (self.codes[0], self.codes[1] + "0"), ("0" * 12, "A" * 12)):
            with self.subTest(first=first, second=second):
                self.assert_not_resynced(first, second)

    def test_one_line_is_no_attempt(self) -> None:
        for typed in ("", self.codes[0] + "\n"):
            self.assert_fails(STORE, "token", "resync", "alice", "1", stdin=typed)
        self.assert_verdict("accepted", self.codes[0])

    def test_with_blanks_as_it_is_read_from_the_token(self) -> None:
        self.resync(f"{self.codes[20][:3]} {self.codes[20][3:]}", f" {self.codes[21]} ")
        self.assert_verdict("accepted", self.codes[22])

    def test_asks_a_person_who_sees_what_he_types(self) -> None:
        person = Person("token", "resync", "alice", "1")
        person.expect_exact("First code: ")
        person.sendline(self.codes[50])
        person.expect_exact("The code after it: ")
        person.sendline(self.codes[51])
        self.assertEqual(DONE, person.end())
        self.assertIn(self.codes[51], str(person.before))

    def test_no_login_waits_while_a_person_types(self) -> None:
        other = enrol("alice")
        person = Person("token", "resync", "alice", "1")
        person.expect_exact("First code: ")
        self.assert_verdict("accepted", other.code())
        person.close(force=True)

    def test_it_neither_enables_nor_forgives(self) -> None:
        run_json("token", "disable", "alice", "1")
        self.resync(self.codes[20], self.codes[21])
        self.assertEqual("disabled", run_json("token", "list", "alice")[0]["state"])

    def test_the_codes_are_nowhere_in_the_audit_log(self) -> None:
        self.resync(self.codes[20], self.codes[21])
        self.assertFalse([code for code in self.codes[20:22] if code in str(audit_lines())])

    def test_after_the_loss_of_a_copy_the_token_needs_it(self) -> None:
        content = bytearray((USERS / "alice").read_bytes())
        content[9000] ^= 0xFF
        (USERS / "alice").write_bytes(content)
        self.assertIn("copies is damaged", self.assert_fails(STORE, "token", "resync", "alice", "1",
                                                             stdin=f"{self.codes[0]}\n{self.codes[1]}\n"))
        self.assert_verdict("wrong_code", self.codes[0])
        self.assertIn("active (needs resync)", run("token", "list", "alice").output)
        self.assert_verdict("wrong_code", self.codes[1])
        self.resync(self.codes[1], self.codes[2])
        self.assertNotIn("needs resync", run("token", "list", "alice").output)
        self.assert_verdict("replayed", self.codes[2])
        self.assert_verdict("accepted", self.codes[3])


class ResyncOfClocks(ResyncScenario):
    def setUp(self) -> None:
        super().setUp()
        self.phone = enrol("alice")
        self.phone.wait_for_fresh_step()

    def test_a_clock_that_goes_ahead(self) -> None:
        self.assert_verdict("wrong_code", self.phone.code(7))
        self.resync(self.phone.code(8), self.phone.code(9))
        self.assert_verdict("replayed", self.phone.code(9))
        self.assert_verdict("accepted", self.phone.code(10))

    def test_a_clock_that_goes_behind(self) -> None:
        self.resync(self.phone.code(-9), self.phone.code(-8))
        self.assert_verdict("replayed", self.phone.code(-8))
        self.assert_verdict("accepted", self.phone.code(-7))

    def test_farther_than_ten_steps_nothing_is_looked_for(self) -> None:
        for step in (12, 30, -13, -30):
            self.assert_not_resynced(self.phone.code(step), self.phone.code(step + 1))

    def test_used_codes_never_serve_again(self) -> None:
        self.assert_verdict("accepted", self.phone.code())
        for step in (-3, -1, 0):
            self.assert_not_resynced(self.phone.code(step), self.phone.code(step + 1))
        self.resync(self.phone.code(1), self.phone.code(2))
        self.assert_not_resynced(self.phone.code(1), self.phone.code(2))
        self.assert_not_resynced(self.phone.code(2), self.phone.code(3))

    def test_only_two_in_a_row_in_their_order(self) -> None:
        for first, second in ((0, 2), (1, 0)):
            self.assert_not_resynced(self.phone.code(first), self.phone.code(second))
