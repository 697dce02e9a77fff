"""twinlock recovery: new paper codes. How they serve at logins: tests/module/test_recovery_codes.py."""

import re

from support import syslog
from support.command import AUDIT_LOG, DONE, NOT_FOUND, STORE, USAGE, USERS, CommandScenario, run
from support.twinlock import audit_lines, enrol, run_json

SHAPE = re.compile(r"[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}")


class Recovery(CommandScenario):
    def new_codes(self) -> list[str]:
        answer = run_json("recovery", "alice")
        self.assertEqual(["recovery_codes"], list(answer))
        return list(answer["recovery_codes"])

    def verdict(self, code: str) -> str:
        return str(run("check", "alice", "--json", stdin=code + "\n").json()["verdict"])

    def left(self) -> int:
        return int(run_json("show", "alice")["recovery_codes_left"])

    def test_ten_new_ones_each_good_once(self) -> None:
        enrol("alice", "--recovery-codes", "0")
        codes = self.new_codes()
        self.assertEqual(10, len(set(codes)))
        for code in codes:
            self.assertRegex(code, SHAPE)
            self.assertEqual("accepted", self.verdict(code))
            self.assertEqual("replayed", self.verdict(code.lower().replace("-", " ")))
        self.assertEqual(0, self.left())

    def test_void_the_old_ones(self) -> None:
        enrolled = run_json("enrol", "alice", "--no-confirm")["recovery_codes"]
        used, *unused = enrolled
        self.assertEqual("accepted", self.verdict(used))
        (first, *_) = self.new_codes()
        self.assertEqual(10, self.left())
        second, *_ = self.new_codes()
        for code in (used, *unused, first):
            self.assertNotEqual("accepted", self.verdict(code))
        self.assertEqual("accepted", self.verdict(second))

    def test_in_words(self) -> None:
        enrol("alice")
        lines = run("recovery", "alice").output.splitlines()
        self.assertEqual("Recovery codes, each good for one login without the phone. Keep them on paper:", lines[0])
        self.assertEqual(10, len([line for line in lines[1:] if SHAPE.fullmatch(line.strip())]))

    def test_codes_stand_nowhere_else(self) -> None:
        enrol("alice")
        codes = self.new_codes()
        places = AUDIT_LOG.read_text() + syslog.collected().text() + (USERS / "alice").read_bytes().decode("latin-1")
        for code in codes:
            for form in (code, code.replace("-", "")):
                self.assertNotIn(form, places)
        self.assertEqual("recovery", audit_lines()[-1]["event"])

    def test_the_phone_goes_on_as_before(self) -> None:
        phone = enrol("alice")
        code = phone.code()
        self.assertEqual("accepted", self.verdict(code))
        self.new_codes()
        self.assertEqual("replayed", self.verdict(code))

    def test_where_it_cannot_be_saved_the_old_ones_stay_and_none_are_shown(self) -> None:
        old = run_json("enrol", "alice", "--no-confirm")["recovery_codes"]
        done = run("recovery", "alice", prefix=["strace", "-o", "/dev/null", "--inject=fdatasync:error=EIO"])
        self.assertEqual((STORE, ""), (done.status, done.output))
        self.assertEqual("accepted", self.verdict(old[0]))

    def test_nobody(self) -> None:
        for user in ("bob", "carol2"):
            self.assertEqual(f"user {user}: is not enrolled", self.assert_fails(NOT_FOUND, "recovery", user))

    def test_wrong_usage(self) -> None:
        enrol("alice")
        for words in ((), ("alice", "bob"), ("alice", "--count", "3"), ("",)):
            self.assert_fails(USAGE, "recovery", *words)

    def test_a_user_who_is_disabled_gets_some_too(self) -> None:
        enrol("alice")
        run_json("disable", "alice")
        self.assert_status(DONE, run("recovery", "alice"))
        self.assertEqual("disabled", run_json("show", "alice")["state"])
