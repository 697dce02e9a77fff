"""twinlock check decides a code exactly as a login would, and uses it up."""

import dataclasses
import subprocess
from collections import Counter
from typing import Any

from support import accounts, paths
from support.accounts import ALICE
from support.command import CONFIG, DONE, NO, NOT_FOUND, STORE, USAGE, USERS, CommandScenario, Done, run
from support.scenario import SshScenario
from support.totp import Phone
from support.twinlock import audit_lines, enrol, run_json

OFFICE, HOME = "192.0.2.7", "198.51.100.7"


def rule(action: str, **lists: list[str]) -> str:
    keys = "".join(f"{key} = {value}\n" for key, value in lists.items())
    return f'[[rule]]\nname = "{action}"\naction = "{action}"\n{keys}'


class CheckScenario(CommandScenario):
    def check(self, typed: str | bytes, *options: str, user: str = "alice") -> Done:
        return run("check", user, "--json", *options, stdin=typed)

    def assert_verdict(self, verdict: str, status: int, done: Done) -> None:
        self.assert_status(status, done)
        self.assertEqual({"verdict": verdict}, done.json())
        self.assertEqual("", done.messages)

    def assert_accepted(self, typed: str | bytes, *options: str, user: str = "alice") -> None:
        self.assert_verdict("accepted", DONE, self.check(typed, *options, user=user))

    def assert_wrong(self, typed: str | bytes, *options: str) -> None:
        self.assert_verdict("wrong_code", NO, self.check(typed, *options))


class WhatWasTyped(CheckScenario):
    def setUp(self) -> None:
        super().setUp()
        self.phone = enrol("alice")

    def assert_nothing_counted(self) -> None:
        self.assertEqual(0, run_json("show", "alice")["tokens"][0]["failures"])

    def test_the_right_code_is_accepted_once(self) -> None:
        code = self.phone.code()
        self.assert_accepted(code + "\n")
        self.assert_verdict("replayed", NO, self.check(code + "\n"))
        self.assert_accepted(self.phone.code(steps_ahead=1) + "\n")

    def test_an_earlier_code_is_replayed_after_a_later_one(self) -> None:
        earlier, later = self.phone.code(), self.phone.code(steps_ahead=1)
        self.assert_accepted(later)
        self.assert_verdict("replayed", NO, self.check(earlier))

    def test_a_wrong_code_counts(self) -> None:
        self.assert_wrong(self.phone.wrong_code() + "\n")
        self.assertEqual(1, run_json("show", "alice")["tokens"][0]["failures"])

    def test_in_words_it_says_the_same(self) -> None:
        done = run("check", "alice", stdin=self.phone.wrong_code())
        self.assertEqual((NO, "wrong_code\n", ""), (done.status, done.output, done.messages))
        done = run("check", "alice", stdin=self.phone.code())
        self.assertEqual((DONE, "accepted\n", ""), (done.status, done.output, done.messages))

    def test_blanks_dashes_and_line_ends_do_no_harm(self) -> None:
        code = self.phone.code()
        self.assert_accepted(f"\t {code[:2]}-{code[2:4]} {code[4:]} \r\n")

    def test_what_has_not_the_shape_of_a_code_is_wrong_and_not_counted(self) -> None:
        code = self.phone.code().encode()
        for typed in (b"\n", b"   \n", code[:5], code + b"\0", b"\0" + code, code[:3] + b"\0" + code[3:], b"\xff" * 6,
                      "٤٩٢٠٣٩".encode(), b"abcdef", b"4" * 40, code * 50, b"x" * 1000, b"otpauth://totp/alice"):
            with self.subTest(typed):
                self.assert_wrong(typed + b"\n")
        self.assert_nothing_counted()

    def test_only_the_first_line_is_read(self) -> None:
        self.assert_wrong(f"\n{self.phone.code()}\n")
        self.assert_accepted(f"{self.phone.code()}\nwhatever follows")

    def test_a_line_of_10000_characters_is_wrong_usage(self) -> None:
        for line in (b"1" * 10_000, b"1" * 10_000 + b"\n", self.phone.code().encode() + b" " * 10_000):
            said = self.assert_fails(USAGE, "check", "alice", stdin=line)
            self.assertEqual("standard input: the line is longer than 1024 bytes", said)
        self.assert_nothing_counted()

    def test_no_line_is_no_attempt(self) -> None:
        self.assertEqual("standard input: has ended", self.assert_fails(STORE, "check", "alice"))
        self.assertEqual([], [line for line in audit_lines() if line["event"] == "check"])
        self.assert_nothing_counted()

    def test_each_verdict_is_written_down_without_the_code(self) -> None:
        code = self.phone.code()
        self.check(self.phone.wrong_code())
        self.check(code)
        lines = [line for line in audit_lines() if line["event"] == "check"]
        self.assertEqual([("alice", "wrong_code"), ("alice", "accepted")],
                         [(line["user"], line["verdict"]) for line in lines])
        self.assertNotIn(code, str(lines))


class WhoeverAsks(CheckScenario):
    def test_without_a_token_nobody_is_accepted(self) -> None:
        self.assert_verdict("not_enrolled", NOT_FOUND, self.check(Phone().code()))

    def test_an_unknown_user_without_a_token_neither(self) -> None:
        self.assert_verdict("not_enrolled", NOT_FOUND, self.check(Phone().code(), user="carol2"))

    def test_the_code_of_somebody_else_is_wrong(self) -> None:
        enrol("alice")
        self.assert_wrong(enrol("bob").code())

    def test_an_account_made_anew_is_not_served_with_the_old_phone(self) -> None:
        phone = enrol("alice")
        self.addCleanup(accounts.install)
        accounts.install((dataclasses.replace(ALICE, uid=60699),))
        self.assert_verdict("not_enrolled", NOT_FOUND, self.check(phone.code()))
        with self.config("[store]\nbind_uid = false\n"):
            self.assert_accepted(phone.code())


class Rules(CheckScenario):
    def setUp(self) -> None:
        super().setUp()
        self.phone = enrol("alice")

    def test_exempt_asks_for_nothing(self) -> None:
        with self.config(rule("exempt", networks=["192.0.2.0/24"])):
            self.assert_verdict("exempt", DONE, self.check("", "--address", OFFICE))
            self.assert_wrong("\n", "--address", HOME)
            self.assert_wrong("\n")

    def test_deny_beats_a_right_code(self) -> None:
        with self.config(rule("deny", users=["alice"])):
            self.assert_verdict("disabled", NO, self.check(self.phone.code()))
        self.assert_accepted(self.phone.code())

    def test_observe_lets_those_without_a_token_pass_and_asks_the_others(self) -> None:
        with self.config(rule("observe", groups=["alice", "bob"])):
            self.assert_verdict("observed", DONE, self.check("", user="bob"))
            self.assert_verdict("not_enrolled", NOT_FOUND, self.check("\n", user="carol"))
            self.assert_wrong("\n")
            self.assert_accepted(self.phone.code())

    def test_the_service_decides_which_rule_holds(self) -> None:
        with self.config(rule("exempt", services=["samba"])):
            self.assert_verdict("exempt", DONE, self.check("", "--service", "samba"))
            self.assert_wrong("\n")  # sshd unless said otherwise

    def test_the_hosts_own_addresses_are_in_no_network(self) -> None:
        with self.config(rule("exempt", networks=["127.0.0.0/8"])):
            self.assert_wrong("\n", "--address", "127.0.0.1")
        with self.config(rule("exempt", networks=["127.0.0.1"])):
            self.assert_verdict("exempt", DONE, self.check("", "--address", "127.0.0.1"))

    def test_a_group_that_does_not_exist_is_an_error(self) -> None:
        with self.config(rule("exempt", groups=["staff"])):
            self.assertIn("group staff", self.assert_fails(CONFIG, "check", "alice", stdin=self.phone.code()))

    def test_a_service_or_address_that_cannot_be_is_wrong_usage(self) -> None:
        for option in ("--service=", "--service=a/b", f"--service={'x' * 16}", "--address=", "--address=example.com",
                       "--address=192.0.2.0/24", "--address=192.0.2.256"):
            with self.subTest(option):
                self.assert_fails(USAGE, "check", "alice", option, stdin=self.phone.code())
        self.assert_accepted(self.phone.code())


class Guessing(CheckScenario):
    def setUp(self) -> None:
        super().setUp()
        self.phone = enrol("alice")
        near = {self.phone.code(step) for step in range(-3, 4)}
        self.guesses = (code for code in (f"{number:06}" for number in range(1000)) if code not in near)

    def guess(self, times: int, *options: str) -> None:
        for _ in range(times):
            self.assert_wrong(next(self.guesses), *options)

    def test_after_five_free_failures_codes_are_not_looked_at(self) -> None:
        self.guess(5, "--address", HOME)
        self.assert_verdict("throttled", NO, self.check(self.phone.code(), "--address", HOME))
        self.assert_accepted(self.phone.code(), "--address", OFFICE)

    def test_the_same_wrong_code_counts_once(self) -> None:
        code = next(self.guesses)
        for _ in range(8):
            self.assert_wrong(code)
        self.assertEqual(1, run_json("show", "alice")["tokens"][0]["failures"])

    def test_an_empty_budget_stops_guesses_from_everywhere(self) -> None:
        with self.config("[throttle]\nbudget_unknown = 6\n"):  # three chances a guess
            self.guess(2, "--address", HOME)
            self.assert_verdict("throttled", NO, self.check(self.phone.code(), "--address", OFFICE))

    def test_a_recovery_code_is_looked_at_all_the_same(self) -> None:
        recovery = run_json("enrol", "bob", "--no-confirm")["recovery_codes"][0]
        with self.config("[throttle]\nbudget_unknown = 0\n"):
            self.assert_verdict("throttled", NO, self.check("123456", user="bob"))
            self.assert_accepted(recovery, user="bob")

    def test_too_many_failures_lock_the_token(self) -> None:
        with self.config("[throttle]\nfree_attempts = 100\ndisable_after = 3\n"):
            self.guess(3)
            self.assert_verdict("locked", NO, self.check(self.phone.code()))
            self.assertEqual("disabled", run_json("show", "alice")["tokens"][0]["state"])


class OneCodeOneLogin(CheckScenario):
    ROUNDS = 20
    AT_ONCE = 32

    def test_of_32_at_once_exactly_one_is_accepted(self) -> None:
        for number in range(self.ROUNDS):
            with self.subTest(number):
                self.setUp()
                self.assertEqual(Counter({"accepted": 1, "replayed": self.AT_ONCE - 1}), self.submit(enrol("alice")))

    def submit(self, phone: Phone) -> Counter[Any]:
        processes = [subprocess.Popen([paths.COMMAND, "check", "alice"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      text=True) for _ in range(self.AT_ONCE)]
        code = phone.code() + "\n"
        for process in processes:  # all of them wait for it
            assert process.stdin
            process.stdin.write(code)
            process.stdin.flush()
        return Counter(process.communicate(timeout=30)[0].strip() for process in processes)


class DamagedRecords(CheckScenario):
    """The record has two copies of 8 KiB."""

    def setUp(self) -> None:
        super().setUp()
        self.phone = enrol("alice")
        self.record = USERS / "alice"

    def damage(self, *places: int) -> None:
        content = bytearray(self.record.read_bytes())
        for place in places:
            content[place] ^= 0xFF
        self.record.write_bytes(content)

    def test_without_any_good_copy_it_is_an_error(self) -> None:
        self.damage(1000, 9000)
        said = self.assert_fails(STORE, "check", "alice", stdin=self.phone.code())
        self.assertIn(str(self.record), said)

    def test_after_the_loss_of_one_copy_what_it_may_have_used_up_counts_as_used(self) -> None:
        recovery = run_json("enrol", "bob", "--no-confirm")["recovery_codes"][0]
        self.record = USERS / "bob"
        self.damage(9000)
        self.assert_verdict("replayed", NO, self.check(recovery, user="bob"))
        self.assertEqual(0, run_json("show", "bob")["recovery_codes_left"])

    def test_a_record_of_another_user_is_not_taken(self) -> None:
        enrol("bob")
        (USERS / "bob").write_bytes(self.record.read_bytes())
        self.assert_fails(STORE, "check", "bob", stdin=self.phone.code())


class Leased(SshScenario):
    """A login through a real sshd earns a lease for samba at the same address."""

    def check(self, *options: str) -> tuple[int, Any]:
        done = run("check", "alice", "--json", *options, stdin="\n")
        return done.status, done.json()["verdict"]

    def test_no_code_is_needed_where_the_lease_opens(self) -> None:
        self.assert_let_in(self.log_in(self.phone.code()))
        self.assertEqual((DONE, "leased"), self.check("--service", "samba", "--address", "127.0.0.1"))
        self.assertEqual((NO, "wrong_code"), self.check("--service", "samba", "--address", OFFICE))
        self.assertEqual((NO, "wrong_code"), self.check("--service", "sshd", "--address", "127.0.0.1"))

    def test_it_is_shown(self) -> None:
        self.assert_let_in(self.log_in(self.phone.code()))
        leases = run_json("show", "alice")["leases"]
        self.assertEqual([("127.0.0.1", ["samba"])], [(lease["address"], lease["services"]) for lease in leases])
        self.assertEqual(["address", "services", "until"], list(leases[0]))
        self.assertRegex(run("show", "alice").output, r"Lease for 127\.0\.0\.1 until .* \(samba\)\n")
