"""twinlock rename: an account got another name; its tokens go with it, and never serve under both."""

import dataclasses
import re
import time
from pathlib import Path

from support import accounts, virtual_time
from support.accounts import CAROL
from support.backups import verdict
from support.command import DONE, NO, NOT_FOUND, STORE, USAGE, USERS, CommandScenario, Done, run
from support.totp import Phone
from support.twinlock import audit_lines, enrol, leases, run_json
from support.virtual_time import HOUR

TRACE = Path("/run/trace")
CHANGES = "pwrite64,fdatasync,fsync,linkat,renameat2,unlinkat"


class RenameScenario(CommandScenario):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(accounts.install)
        self.phone = enrol("alice")

    def verdict(self, user: str, code: str) -> str:
        return str(run("check", user, "--json", stdin=code + "\n").json()["verdict"])

    def assert_accepted(self, user: str, phone: Phone | None = None) -> None:
        self.assertEqual("accepted", self.verdict(user, (phone or self.phone).code()))

    def names(self) -> list[str]:
        return [row["user"] for row in run_json("list")]


class Rename(RenameScenario):
    def test_to_an_account_that_the_system_knows(self) -> None:
        self.assertEqual({"user": "carol"}, run_json("rename", "alice", "carol"))
        self.assertEqual(["carol"], self.names())
        self.assertEqual(["carol"], [file.name for file in USERS.iterdir()])
        self.assert_accepted("carol")
        self.assertEqual("not_enrolled", self.verdict("alice", self.phone.code(1)))

    def test_everything_goes_with_it(self) -> None:
        enrol("alice", "--hotp", "--label", "fob")
        run_json("token", "disable", "alice", "2")
        self.verdict("alice", self.phone.wrong_code())
        before = run_json("show", "alice")
        run_json("rename", "alice", "carol")
        self.assertEqual({**before, "user": "carol"}, run_json("show", "carol"))
        self.assertEqual(3, run_json("enrol", "carol", "--no-confirm")["token"])

    def test_codes_used_under_the_old_name_stay_used(self) -> None:
        recovery = run_json("recovery", "alice")["recovery_codes"]
        code = self.phone.code()
        for used in (code, recovery[0]):
            self.assertEqual("accepted", self.verdict("alice", used))
        run_json("rename", "alice", "carol")
        for used in (code, recovery[0]):
            self.assertEqual("replayed", self.verdict("carol", used))
        self.assertEqual("accepted", self.verdict("carol", recovery[1]))

    def test_binds_the_uid_of_the_new_account(self) -> None:
        run_json("rename", "alice", "carol")
        accounts.install((dataclasses.replace(CAROL, uid=60699),))
        self.assertEqual("not_enrolled", self.verdict("carol", self.phone.code()))
        accounts.install((CAROL,))
        self.assert_accepted("carol")

    def test_the_old_name_need_not_be_known_any_more(self) -> None:
        accounts.install((CAROL,))
        run_json("rename", "alice", "carol")
        self.assert_accepted("carol")

    def test_a_new_name_that_the_system_does_not_know_is_refused(self) -> None:
        self.assertEqual("user carol2: is unknown to this system", self.assert_fails(NOT_FOUND, "rename", "alice", "carol2"))
        self.assert_accepted("alice")

    def test_unless_allowed_and_then_bound_at_the_first_login(self) -> None:
        run_json("rename", "alice", "carol2", "--allow-unknown")
        renamed = dataclasses.replace(CAROL, name="carol2")
        accounts.install((renamed,))
        self.assert_accepted("carol2")
        accounts.install((dataclasses.replace(renamed, uid=60699),))
        self.assertEqual("not_enrolled", self.verdict("carol2", self.phone.code(1)))

    def test_leases_stay_behind(self) -> None:
        run_json("lease", "grant", "alice", "--address", "192.0.2.7")
        run_json("rename", "alice", "carol")
        self.assertEqual([], leases("carol"))

    def test_who_was_disabled_stays_disabled(self) -> None:
        run_json("disable", "alice")
        said = run("rename", "alice", "carol").output
        self.assertEqual("alice is now carol\nIt is disabled; to let it in: twinlock enable carol\n", said)
        self.assertEqual("disabled", self.verdict("carol", self.phone.code()))

    def test_in_words_and_in_the_audit_log(self) -> None:
        self.assertEqual("alice is now carol\n", run("rename", "alice", "carol").output)
        line = audit_lines()[-1]
        self.assertEqual(("rename", "carol", "was alice"), (line["event"], line["user"], line["detail"]))

    def test_there_and_back(self) -> None:
        run_json("rename", "alice", "carol")
        run_json("rename", "carol", "alice")
        self.assert_accepted("alice")


class Refused(RenameScenario):
    def test_where_the_new_name_has_a_record_both_stay_as_they_are(self) -> None:
        other = enrol("bob")
        before = {file.name: file.read_bytes() for file in USERS.iterdir()}
        self.assertEqual("user bob: has a record already", self.assert_fails(NO, "rename", "alice", "bob"))
        self.assertEqual(before, {file.name: file.read_bytes() for file in USERS.iterdir()})
        self.assert_accepted("alice")
        self.assert_accepted("bob", other)

    def test_not_even_where_that_one_is_damaged(self) -> None:
        (USERS / "bob").write_bytes(b"")
        (USERS / "bob").chmod(0o600)
        done = run("rename", "alice", "bob")
        self.assertNotIn(done.status, (DONE, NOT_FOUND))
        self.assert_accepted("alice")

    def test_who_is_not_enrolled(self) -> None:
        for user in ("bob", "carol2"):
            self.assertEqual(f"user {user}: is not enrolled", self.assert_fails(NOT_FOUND, "rename", user, "carol"))

    def test_names_that_cannot_be(self) -> None:
        for old, new in (("alice", "alice"), ("alice", ""), ("", "carol"), ("alice", "a\nb"), ("alice", "x" * 256)):
            with self.subTest(old=old, new=new):
                self.assert_fails(USAGE, "rename", old, new, "--allow-unknown")
        self.assert_accepted("alice")

    def test_words_that_lack(self) -> None:
        for words in ((), ("alice",), ("alice", "bob", "carol")):
            self.assert_fails(USAGE, "rename", *words)


class CutOff(RenameScenario):
    """strace lets each call that changes something fail, or the command die there."""

    def setUp(self) -> None:
        super().setUp()
        self.record = (USERS / "alice").read_bytes()

    def begin_anew(self) -> None:
        for file in USERS.iterdir():
            file.unlink()
        (USERS / "alice").write_bytes(self.record)
        (USERS / "alice").chmod(0o600)

    def rename(self, *strace: str) -> Done:
        return run("rename", "alice", "carol", "--json", prefix=["strace", "-o", str(TRACE), *strace])

    def calls(self) -> list[tuple[str, int]]:
        """(name, number) of each call that changes something."""
        self.assert_status(DONE, self.rename(f"--trace={CHANGES}"))
        names = re.findall(r"^(\w+)\(", TRACE.read_text(), flags=re.MULTILINE)
        return [(name, names[:at + 1].count(name)) for at, name in enumerate(names)]

    def usable(self) -> list[str]:
        return [row["user"] for row in run_json("list") if row["state"] == "active"]

    def assert_mended_by_another_run(self) -> None:
        again = self.assert_one_of((DONE, NOT_FOUND), run("rename", "alice", "carol"))
        if again.status == NOT_FOUND:  # it was done already
            self.assertIn("alice: is not enrolled", again.messages)
        self.assertEqual(["carol"], self.names())
        run_json("enable", "carol")
        # Where nothing had come of it, it is not known whether anything had: codes up to then count as used.
        later = int(time.time()) + HOUR
        self.assertEqual("accepted", verdict("carol", self.phone.code_at(later), prefix=virtual_time.prefix(later)))

    def assert_one_of(self, statuses: tuple[int, ...], done: Done) -> Done:
        self.assertIn(done.status, statuses, done.messages)
        return done

    def check(self, fault: str) -> None:
        calls = self.calls()
        self.assertLessEqual({"pwrite64", "fdatasync", "linkat", "unlinkat"}, {name for name, _ in calls})
        for name, number in calls:
            with self.subTest(call=name, number=number):
                self.begin_anew()
                self.rename(f"--trace={name}", f"--inject={name}:{fault}:when={number}")
                self.assertRegex(TRACE.read_text(), r"INJECTED|killed by SIGKILL")
                self.assertLessEqual(len(self.usable()), 1, "usable under both names")
                self.assert_mended_by_another_run()

    def test_killed_at_each_point(self) -> None:
        self.check("signal=SIGKILL")

    def test_failing_at_each_point(self) -> None:
        self.check("error=EIO")

    def cut_off(self, call: str, new: str = "carol") -> None:
        run("rename", "alice", new, "--allow-unknown",
            prefix=["strace", "-o", str(TRACE), f"--trace={call}", f"--inject={call}:signal=SIGKILL:when=1"])

    def test_what_came_of_it_and_was_removed_does_not_come_back(self) -> None:
        self.cut_off("unlinkat")
        self.assert_accepted("carol")
        run("remove", "carol", "--yes")
        error = self.assert_status(NO, run("rename", "alice", "carol", "--json")).error()
        self.assertEqual(("was removed under its new name", "twinlock remove alice"), (error["why"], error["mend"]))
        self.assertNotIn("accepted", [self.verdict(user, self.phone.code(1)) for user in ("alice", "carol")])

    def test_what_came_of_it_and_was_lost_accepts_nothing_of_before(self) -> None:
        self.cut_off("unlinkat")
        self.assert_accepted("carol")
        (USERS / "carol").unlink()
        self.assertIn("count as used", self.assert_status(DONE, run("rename", "alice", "carol")).output)
        for step in (0, 1):
            self.assertEqual("replayed", self.verdict("carol", self.phone.code(step)))

    def test_what_came_of_it_has_another_name_by_now(self) -> None:
        self.cut_off("unlinkat")
        run("rename", "carol", "dave", "--allow-unknown")
        for new in ("carol", "bob"):
            error = self.assert_status(NO, run("rename", "alice", new, "--json")).error()
            self.assertEqual(("is dave by now", True), (error["why"], error["mend"].endswith("twinlock rename alice dave")))
        self.assert_status(DONE, run("rename", "alice", "dave", "--allow-unknown"))
        self.assertEqual(["dave"], self.names())
        self.assert_accepted("dave")

    def test_what_came_of_it_may_be_hidden(self) -> None:
        self.cut_off("unlinkat")
        run("rename", "carol", "dave", "--allow-unknown")
        (USERS / "dave").write_bytes(bytes(16384))
        self.assertIn("dave", self.assert_status(STORE, run("rename", "alice", "carol", "--json")).error()["why"])

    def test_where_the_new_record_cannot_be_made_the_old_one_stays_usable(self) -> None:
        self.rename("--trace=linkat", "--inject=linkat:error=ENOSPC")
        self.assertEqual(["alice"], self.usable())
        self.assert_accepted("alice")
