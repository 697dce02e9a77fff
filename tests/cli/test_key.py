"""twinlock key …: the keys that seal the records. Under load: tests/module/test_key_rotation.py."""

import re
import stat
from pathlib import Path
from typing import Any

from support import twinlock
from support.command import DONE, NO, NOT_FOUND, STORE, USAGE, USERS, CommandScenario, Done, Person, run
from support.pam_scenario import locked
from support.twinlock import audit_lines, enrol, run_json

KEY_FILE = Path("/etc/twinlock/key")
ID = "[0-9a-f]{8}"


class KeyScenario(CommandScenario):
    def setUp(self) -> None:
        super().setUp()
        KEY_FILE.unlink()
        twinlock.run("init")

    def listed(self) -> list[Any]:
        return list(run_json("key", "list"))

    def ids(self) -> list[str]:
        """Of the record keys, the newest last."""
        return [key["id"] for key in self.listed() if key["purpose"] == "record"]

    def counts(self) -> list[int]:
        return [key["records"] for key in self.listed() if key["purpose"] == "record"]

    def secrets(self) -> list[str]:
        return re.findall(r"[0-9a-f]{64}", KEY_FILE.read_text())

    def assert_works(self, *phones: tuple[str, Any]) -> None:
        for user, phone in phones:
            self.assertEqual("accepted", run_json("check", user, stdin=f"{phone.code()}\n")["verdict"])


class List(KeyScenario):
    def test_a_fresh_file(self) -> None:
        enrol("alice")
        records, audit = self.listed()
        self.assertEqual(["id", "purpose", "created", "newest", "records"], list(records))
        self.assertEqual(("record", True, 1), (records["purpose"], records["newest"], records["records"]))
        self.assertEqual(("audit", True, None), (audit["purpose"], audit["newest"], audit["records"]))
        for key in (records, audit):
            self.assertRegex(KEY_FILE.read_text(), rf"(?m)^{key['purpose']} {key['id']} \d+ [0-9a-f]{{64}}$")

    def test_as_a_table_without_a_key(self) -> None:
        done = run("key", "list")
        self.assertRegex(done.output, rf"\AID +PURPOSE +CREATED +RECORDS\n{ID}  records, newest  .{{16}}  0\n"
                                      rf"{ID}  audit log        .{{16}}  -\n\Z")
        for secret in self.secrets():
            self.assertNotIn(secret, done.output)

    def test_a_record_that_cannot_be_read_is_named(self) -> None:
        enrol("alice")
        enrol("bob")
        (USERS / "alice").write_bytes(b"")
        done = self.assert_status(STORE, run("key", "list", "--json"))
        self.assertEqual(1, done.json()[0]["records"])
        self.assertIn(str(USERS / "alice"), done.error()["what"])


class Rotate(KeyScenario):
    def rotate(self) -> Any:
        return run_json("key", "rotate")

    def test_seals_every_record_with_a_new_key(self) -> None:
        phones = [(user, enrol(user)) for user in ("alice", "bob")]
        old = self.ids()
        answer = self.rotate()
        self.assertEqual({"key": answer["key"], "added": True, "resealed": 2, "failed": 0}, answer)
        self.assertEqual([*old, answer["key"]], self.ids())
        self.assertEqual([0, 2], self.counts())
        self.assert_works(*phones)

    def test_keeps_the_file_its_owners_and_its_comments(self) -> None:
        before = KEY_FILE.read_text()
        self.rotate()
        self.assertTrue(KEY_FILE.read_text().startswith(before))
        self.assertEqual((0o600, 0, 0), (stat.S_IMODE(KEY_FILE.stat().st_mode), KEY_FILE.stat().st_uid, KEY_FILE.stat().st_gid))
        self.assertEqual([KEY_FILE], list(KEY_FILE.parent.glob("key*")))

    def test_records_made_afterwards_have_the_new_key(self) -> None:
        self.rotate()
        enrol("alice")
        self.assertEqual([0, 1], self.counts())

    def test_goes_on_where_one_was_cut_off_and_adds_no_key(self) -> None:
        phones = [("alice", enrol("alice")), ("bob", enrol("bob"))]
        old = (USERS / "bob").read_bytes()
        first = self.rotate()
        (USERS / "bob").write_bytes(old)  # as if it had been killed before it came to him
        self.assertEqual([1, 1], self.counts())
        self.assertEqual({"key": first["key"], "added": False, "resealed": 1, "failed": 0}, self.rotate())
        self.assertEqual([0, 2], self.counts())
        self.assert_works(*phones)

    def test_what_is_left_of_one_that_was_killed_does_no_harm(self) -> None:
        left = KEY_FILE.with_name("key.twinlock-new")
        left.write_text("record 00c0ffee 17000")
        self.rotate()
        self.assertFalse(left.exists())

    def test_what_cannot_be_read_is_named_and_the_others_are_done(self) -> None:
        for user in ("alice", "bob"):
            enrol(user)
        (USERS / "alice").write_bytes(b"")
        done = self.assert_status(STORE, run("key", "rotate", "--json"))
        self.assertEqual((1, 1), (done.json()["resealed"], done.json()["failed"]))
        self.assertIn(str(USERS / "alice"), done.error()["what"])

    def test_a_lost_copy_is_left_for_the_next_login_to_make_good(self) -> None:
        phone = enrol("alice")
        content = bytearray((USERS / "alice").read_bytes())
        content[9000] ^= 0xFF
        (USERS / "alice").write_bytes(content)
        self.assert_status(STORE, run("key", "rotate"))
        self.assertEqual([1, 0], self.counts())
        run("check", "alice", stdin=f"{phone.code()}\n")  # is used up: the lost copy might have said so
        self.assertEqual(0, self.rotate()["failed"])
        self.assertEqual(0, self.counts()[0])

    def test_paper_codes_stay_good(self) -> None:
        enrol("alice")
        code = run_json("recovery", "alice")["recovery_codes"][3]
        self.rotate()
        self.assertEqual("accepted", run_json("check", "alice", stdin=f"{code}\n")["verdict"])

    def test_used_codes_stay_used(self) -> None:
        phone = enrol("alice")
        code = phone.code()
        self.assertEqual("accepted", run_json("check", "alice", stdin=f"{code}\n")["verdict"])
        self.rotate()
        self.assertEqual("replayed", run("check", "alice", "--json", stdin=f"{code}\n").json()["verdict"])

    def test_is_written_down_without_the_key(self) -> None:
        key = self.rotate()["key"]
        self.assertEqual([("key", None, f"added {key}"), ("key", None, f"0 records sealed anew with {key}")],
                         [(line["event"], line["user"], line["detail"]) for line in audit_lines()])
        for secret in self.secrets():
            self.assertNotIn(secret, str(audit_lines()))

    def test_waits_for_no_other_rotation_for_ever(self) -> None:
        with locked(KEY_FILE):
            error = self.assert_fails(STORE, "key", "rotate")
        self.assertEqual(f"{KEY_FILE}: is locked by another process", error)

    def test_on_a_full_disk_nothing_is_changed(self) -> None:
        enrol("alice")
        before = KEY_FILE.read_bytes()
        done = run("key", "rotate", prefix=["prlimit", "--fsize=100"])
        self.assertNotEqual(DONE, done.status)
        self.assertEqual(before, KEY_FILE.read_bytes())
        self.assertEqual([1], self.counts())


class Retire(KeyScenario):
    def retire(self, key: str) -> Done:
        return run("key", "retire", key, "--yes")

    def test_what_seals_nothing_any_more_goes(self) -> None:
        phone = enrol("alice")
        old, new = self.ids()[0], run_json("key", "rotate")["key"]
        self.assertEqual({"retired": old}, run_json("key", "retire", old, "--yes"))
        self.assertEqual([new], self.ids())
        self.assertEqual(2, len(self.secrets()))
        self.assert_works(("alice", phone))

    def test_the_newest_stays(self) -> None:
        self.assertEqual(f"key {self.ids()[0]}: is the newest and seals", self.assert_fails(NO, "key", "retire", self.ids()[0], "--yes"))

    def test_the_audit_key_stays(self) -> None:
        audit = self.listed()[-1]["id"]
        self.assertEqual(f"key {audit}: seals the audit log", self.assert_fails(NO, "key", "retire", audit, "--yes"))

    def test_what_still_seals_a_record_stays(self) -> None:
        enrol("alice")
        old = (USERS / "alice").read_bytes()
        run_json("key", "rotate")
        (USERS / "alice").write_bytes(old)
        key = self.ids()[0]
        before = KEY_FILE.read_bytes()
        self.assertEqual(f"key {key}: still seals the record of alice", self.assert_fails(NO, "key", "retire", key, "--yes"))
        self.assertEqual(before, KEY_FILE.read_bytes())

    def test_one_copy_alone_needs_it_too(self) -> None:
        enrol("alice")
        old = (USERS / "alice").read_bytes()
        run_json("key", "rotate")
        new = (USERS / "alice").read_bytes()
        (USERS / "alice").write_bytes(old[:8192] + new[8192:])
        self.assertEqual(NO, self.retire(self.ids()[0]).status)

    def test_what_cannot_be_read_may_need_it(self) -> None:
        enrol("alice")
        key = self.ids()[0]
        run_json("key", "rotate")
        for name in ("alice", "~" + "0" * 64, "no record"):
            with self.subTest(name):
                (USERS / name).write_bytes(b"")
                (USERS / name).chmod(0o600)
                self.assert_status(STORE, self.retire(key))
                (USERS / name).unlink()
        self.assert_status(DONE, self.retire(key))

    def test_a_login_under_way_is_waited_for(self) -> None:
        enrol("alice")
        key = self.ids()[0]
        run_json("key", "rotate")
        with locked(USERS / "alice"):
            self.assert_status(STORE, self.retire(key))
        self.assert_status(DONE, self.retire(key))

    def test_unknown_and_impossible_ids(self) -> None:
        self.assertEqual("key 00c0ffee: is not in the key file", self.assert_fails(NOT_FOUND, "key", "retire", "00c0ffee", "--yes"))
        for word in ("", "c0ffee", "00000000", "00c0ffee0", "zzzzzzzz", "../key"):
            with self.subTest(word):
                self.assert_status(USAGE, run("key", "retire", word, "--yes"))

    def test_asks_first(self) -> None:
        old, _ = self.ids()[0], run_json("key", "rotate")
        self.assertEqual(USAGE, run("key", "retire", old).status)
        person = Person("key", "retire", old)
        person.expect(r"\[y/N\] ")
        person.sendline("n")
        self.assertEqual(NO, person.end())
        person = Person("key", "retire", old)
        person.expect(r"\[y/N\] ")
        person.sendline("y")
        self.assertEqual(DONE, person.end())
        self.assertNotIn(old, self.ids())

    def test_is_written_down(self) -> None:
        old, _ = self.ids()[0], run_json("key", "rotate")
        self.retire(old)
        self.assertEqual(f"retired {old}", audit_lines()[-1]["detail"])

    def test_only_root_may(self) -> None:
        prefix = ["setpriv", "--reuid=65534", "--clear-groups"]
        for words in (["key", "list"], ["key", "rotate"], ["key", "retire", "00c0ffee", "--yes"]):
            self.assertEqual(6, run(*words, prefix=prefix).status)
