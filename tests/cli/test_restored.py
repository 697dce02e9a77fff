"""twinlock restored: after records came back with an old disk or virtual machine."""

import time

from support import backups, totp, twinlock, virtual_time
from support.backups import BackupScenario, verdict
from support.command import DONE, NO, STORE, USAGE, USERS, Done, Person, run
from support.pam_scenario import locked
from support.twinlock import audit_lines, enrol, run_json
from support.virtual_time import HOUR


class Restored(BackupScenario):
    def setUp(self) -> None:
        super().setUp()
        self.now = int(time.time()) // 30 * 30 + 35

    def restored(self, *options: str) -> Done:
        return run("restored", "--yes", "--json", *options, prefix=virtual_time.prefix(self.now))

    def verdict(self, user: str, code: str, seconds: int = 0) -> str:
        return verdict(user, code, prefix=virtual_time.prefix(self.now + seconds))

    def test_no_code_that_was_accepted_before_the_roll_back_is_accepted_again(self) -> None:
        phone, token = enrol("alice"), enrol("alice", "--hotp")
        counter = totp.counter_codes(token.secret, 20)
        paper = run_json("recovery", "alice")["recovery_codes"]
        twinlock.run("lease", "grant", "alice", "--address", "192.0.2.7", "--for", "12h")
        old = (USERS / "alice").read_bytes()
        used = [phone.code_at(self.now + 30), counter[0], paper[0]]
        for code in used:
            self.assertEqual("accepted", self.verdict("alice", code))
        (USERS / "alice").write_bytes(old)  # the virtual machine was put back
        self.assertEqual({"users": 1, "failed": 0}, self.assert_status(DONE, self.restored()).json())
        for seconds in (0, 30):
            self.assertNotIn("accepted", [self.verdict("alice", code, seconds) for code in used])
        shown = run_json("show", "alice")
        self.assertEqual((0, []), (shown["recovery_codes_left"], shown["leases"]))
        run("unlock", "alice")
        for step in range(-1, 12):
            self.assertEqual("replayed", self.verdict("alice", phone.code_at(self.now + 30 * step), max(0, 30 * step)))
        self.assertEqual("accepted", self.verdict("alice", phone.code_at(self.now + 360), 360))
        self.assertEqual(DONE, run("token", "resync", "alice", "2", stdin=f"{counter[8]}\n{counter[9]}\n").status)
        self.assertEqual("accepted", self.verdict("alice", counter[10], 360))

    def test_both_copies_are_written(self) -> None:
        phone = enrol("alice")
        self.restored()
        content = bytearray((USERS / "alice").read_bytes())
        for at in (500, 8192 + 500):
            damaged = bytearray(content)
            damaged[at] ^= 0xFF
            (USERS / "alice").write_bytes(damaged)
            self.assertEqual("replayed", self.verdict("alice", phone.code_at(self.now)))

    def test_what_cannot_be_read_is_named_and_the_others_are_done(self) -> None:
        phone = enrol("alice")
        enrol("bob")
        (USERS / "bob").write_bytes(b"")
        done = self.assert_status(STORE, self.restored())
        self.assertEqual({"users": 1, "failed": 1}, done.json())
        self.assertIn(str(USERS / "bob"), done.error()["what"])
        self.assertEqual("replayed", self.verdict("alice", phone.code_at(self.now)))

    def test_a_lost_copy_is_made_good_on_the_way(self) -> None:
        enrol("alice")
        content = bytearray((USERS / "alice").read_bytes())
        content[9000] ^= 0xFF
        (USERS / "alice").write_bytes(content)
        self.assert_status(DONE, self.restored())
        self.assertEqual(0, run_json("key", "rotate")["failed"])  # refuses where a copy is lost

    def test_a_locked_record_is_named(self) -> None:
        enrol("alice")
        with locked(USERS / "alice"):
            self.assertEqual({"users": 0, "failed": 1}, self.assert_status(STORE, self.restored()).json())

    def test_a_clock_that_is_behind_a_record_is_not_believed(self) -> None:
        phone = enrol("alice")
        later = self.now + HOUR
        self.assertEqual("accepted", self.verdict("alice", phone.code_at(later), HOUR))
        before = backups.snapshot(USERS)
        error = self.assert_status(NO, self.restored()).error()
        self.assertIn("--clock-is-right", error["mend"])
        self.assertEqual(before, backups.snapshot(USERS))
        self.assert_status(DONE, self.restored("--clock-is-right"))
        self.assert_status(DONE, run("restored", "--yes", prefix=virtual_time.prefix(later)))

    def test_is_written_down(self) -> None:
        enrol("alice")
        self.restored()
        lines = [(line["event"], line["user"], line.get("detail")) for line in audit_lines() if line["event"] != "enrol"]
        self.assertEqual([("restored", "alice", None), ("restored", None, "1 records")], lines)

    def test_somebody_is_asked_first(self) -> None:
        phone = enrol("alice")
        before = backups.snapshot()
        self.assert_status(USAGE, run("restored"))
        person = Person("restored")
        person.expect(r"\[y/N\] ")
        person.sendline("n")
        self.assertEqual(NO, person.end())
        self.assertEqual(before, backups.snapshot())
        person = Person("restored")
        person.expect(r"\[y/N\] ")
        person.sendline("y")
        self.assertEqual(DONE, person.end())
        self.assertEqual("replayed", verdict("alice", phone.code()))
