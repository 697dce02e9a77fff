"""twinlock restore onto a machine that lives. Killed or under load: tests/module/test_restore_under_load.py."""

import shutil

from support import totp, twinlock
from support.backups import FILE, KEY_FILE, RestoreScenario, snapshot
from support.command import CONFIG_FILE, NO, STORE, USERS, run
from support.twinlock import enrol, run_json
from support.virtual_time import DAY, HOUR


class OntoALiveMachine(RestoreScenario):
    def test_a_live_record_that_is_newer_stays_good(self) -> None:
        phone = enrol("alice")
        codes = run_json("recovery", "alice")["recovery_codes"]
        self.back_up()
        used = self.log_in("alice", phone)
        self.assertEqual("accepted", self.verdict("alice", codes[0]))
        twinlock.run("lease", "grant", "alice", "--address", "192.0.2.7", "--for", "12h")
        self.assertEqual({"merged": ["alice"]}, self.outcome())
        self.assertEqual("replayed", self.verdict("alice", used))
        self.assertEqual("replayed", self.verdict("alice", codes[0]))
        self.log_in("alice", phone, 30)
        self.assertEqual("accepted", self.verdict("alice", codes[1], 30))
        self.assertEqual(1, len(run_json("show", "alice")["leases"]))

    def test_the_live_configuration_and_keys_stay(self) -> None:
        enrol("alice")
        self.back_up()
        CONFIG_FILE.write_text('issuer = "another"\n')
        run_json("key", "rotate")
        key = KEY_FILE.read_bytes()
        answer = self.restore().json()
        self.assertEqual(("kept, differs", "kept, differs", ["alice"]), (answer["config"], answer["key"], answer["merged"]))
        self.assertEqual(('issuer = "another"\n', key), (CONFIG_FILE.read_text(), KEY_FILE.read_bytes()))

    def test_a_damaged_leftover_of_a_renamed_user_does_not_bring_the_phone_back_twice(self) -> None:
        phone = enrol("alice")
        self.back_up()
        self.assertEqual(0, run("rename", "alice", "carol", "--allow-unknown").status)
        (USERS / "alice").write_bytes(bytes(16384))
        (USERS / "alice").chmod(0o600)
        self.assertEqual({"kept": ["alice"]}, self.outcome())
        self.log_in("carol", phone, 30)

    def test_a_record_of_another_mode_is_mended_and_not_replaced(self) -> None:
        enrol("alice")
        self.back_up()
        run("disable", "alice")
        (USERS / "alice").chmod(0o640)
        self.restore(status=STORE)
        (USERS / "alice").chmod(0o600)
        self.assertEqual("disabled", run_json("list")[0]["state"])

    def test_records_that_were_put_back_behind_our_back(self) -> None:
        phone = enrol("alice")
        token = enrol("alice", "--hotp")
        counter = totp.counter_codes(token.secret, 4)
        codes = run_json("recovery", "alice")["recovery_codes"]
        old = (USERS / "alice").read_bytes()
        self.log_in("alice", phone)
        self.assertEqual("accepted", self.verdict("alice", codes[0]))
        self.assertEqual("accepted", self.verdict("alice", counter[0]))
        self.back_up()
        self.assertEqual("accepted", self.verdict("alice", counter[1]))
        self.log_in("alice", phone, 30)
        (USERS / "alice").write_bytes(old)
        self.assertEqual({"merged": ["alice"], "rolled_back": ["alice"]}, self.outcome())
        for code in codes[:2]:
            self.assertEqual("replayed", self.verdict("alice", code))
        for code in counter[:2]:
            self.assertNotEqual("accepted", self.verdict("alice", code))
        run("unlock", "alice")
        self.assert_all_used_up("alice", phone)

    def test_a_missing_record_is_made_anew(self) -> None:
        phone, other = enrol("alice"), enrol("bob")
        self.back_up()
        self.log_in("alice", phone)
        (USERS / "alice").unlink()
        self.assertEqual({"created": ["alice"], "merged": ["bob"]}, self.outcome())
        self.log_in("bob", other)
        self.assert_all_used_up("alice", phone)

    def test_a_damaged_record_is_replaced(self) -> None:
        for damage in (b"", bytes(16384), b"TWINLOCK" + bytes(20000)):
            with self.subTest(len(damage)):
                run("remove", "alice", "--yes")
                phone = enrol("alice")
                FILE.unlink(missing_ok=True)
                self.back_up()
                self.log_in("alice", phone)
                (USERS / "alice").write_bytes(damage)
                self.assertEqual({"replaced": ["alice"]}, self.outcome())
                self.assertEqual("replayed", self.verdict("alice", self.code(phone)))

    def test_a_damaged_copy_is_mended_on_the_way(self) -> None:
        phone = enrol("alice")
        self.back_up()
        self.log_in("alice", phone)
        newest = bytearray((USERS / "alice").read_bytes())
        newest[500] ^= 0xFF
        (USERS / "alice").write_bytes(newest)
        self.assertEqual({"merged": ["alice"]}, self.outcome())
        self.assertEqual("replayed", self.verdict("alice", self.code(phone)))
        run("key", "rotate")  # refuses where a copy is lost
        self.assertEqual([0, 1], [key["records"] for key in run_json("key", "list") if key["purpose"] == "record"])

    def test_who_was_enrolled_anew_since_keeps_the_new_phone(self) -> None:
        old = enrol("alice")
        self.back_up()
        twinlock.run("remove", "alice", "--yes")
        new = enrol("alice")
        before = snapshot(USERS)
        self.assertEqual({"kept": ["alice"]}, self.outcome())
        self.assertEqual(before, snapshot(USERS))
        self.assertEqual("wrong_code", self.verdict("alice", self.code(old)))
        self.log_in("alice", new)

    def test_who_was_renamed_since_does_not_come_back_under_the_old_name(self) -> None:
        phone = enrol("alice")
        self.back_up()
        twinlock.run("rename", "alice", "bob")
        self.assertEqual({"kept": ["alice"]}, self.outcome())
        self.assertEqual(["bob"], [user["user"] for user in run_json("list")])
        self.log_in("bob", phone)

    def test_who_was_removed_since_comes_back_disabled(self) -> None:
        phone, other = enrol("alice"), enrol("bob")
        self.back_up()
        twinlock.run("remove", "alice", "--yes")
        twinlock.run("disable", "bob")
        (USERS / "bob").unlink()
        for _ in range(2):  # also where a restore was cut off and is run again
            self.restore()
            self.assertEqual("disabled", self.verdict("alice", self.code(phone, HOUR), HOUR))
        twinlock.run("remove", "alice", "--yes")
        self.assertEqual({"created": ["alice"], "removed": ["alice"], "merged": ["bob"]}, self.outcome())
        twinlock.run("enable", "alice")
        self.log_in("alice", phone, HOUR)
        self.log_in("bob", other, HOUR)

    def test_an_unreadable_record_may_be_what_a_missing_user_was_renamed_to(self) -> None:
        phone = enrol("alice")
        self.back_up()
        twinlock.run("rename", "alice", "carol", "--allow-unknown")
        content = (USERS / "carol").read_bytes()
        (USERS / "carol").write_bytes(bytes(16384))
        before = snapshot(USERS)
        done = self.restore(status=STORE)
        self.assertEqual((["alice"], before), (done.json()["failed"], snapshot(USERS)))
        self.assertIn("may have another name now: these records cannot be read: carol", done.messages)
        (USERS / "carol").write_bytes(content)
        self.assertEqual({"kept": ["alice"]}, self.outcome())
        self.log_in("carol", phone, 30)
        (USERS / "carol").write_bytes(bytes(16384))
        twinlock.run("remove", "carol", "--yes")
        self.assertEqual({"created": ["alice"]}, self.outcome())

    def test_a_rename_that_was_cut_off_between_two_names(self) -> None:
        phone = enrol("alice")
        self.back_up()
        twinlock.run("rename", "alice", "carol", "--allow-unknown")
        kill = ["strace", "-o", "/dev/null", "--trace=linkat", "--inject=linkat:signal=SIGKILL:when=1"]
        run("rename", "carol", "dave", "--allow-unknown", prefix=kill)
        self.assertEqual({"kept": ["alice"]}, self.outcome())
        twinlock.run("rename", "carol", "dave", "--allow-unknown")
        self.assertEqual(["dave"], [user["user"] for user in run_json("list")])
        self.log_in("dave", phone, HOUR)

    def test_who_was_let_in_again_stays_so(self) -> None:
        phone = enrol("alice")
        self.back_up()
        for _ in range(2):
            twinlock.run("remove", "alice", "--yes")
            self.assertEqual({"created": ["alice"], "removed": ["alice"]}, self.outcome())
            twinlock.run("enable", "alice")
            (USERS / "alice").unlink()
            self.assertEqual({"created": ["alice"]}, self.outcome())
        self.log_in("alice", phone, HOUR)

    def test_what_a_cut_off_rename_left_behind_can_be_removed(self) -> None:
        phone = enrol("alice")
        kill = ["strace", "-o", "/dev/null", "--trace=unlinkat", "--inject=unlinkat:signal=SIGKILL:when=1"]
        run("rename", "alice", "carol", "--allow-unknown", prefix=kill)
        twinlock.run("remove", "alice", "--yes")
        self.back_up()
        (USERS / "carol").unlink()
        self.assertEqual({"created": ["carol"]}, self.outcome())
        self.log_in("carol", phone, HOUR)

    def test_things_that_are_no_records_are_in_nobodys_way(self) -> None:
        phone, long_name = enrol("alice"), "\u0436" * 40
        enrol(long_name, "--allow-unknown")
        self.back_up()
        (hashed,) = USERS.glob("~*")
        (USERS / "alice").unlink()
        hashed.write_bytes(bytes(16384))
        for name in ("lost+found", "#alice#", "alice~", ".hidden"):
            (USERS / name).write_bytes(b"")
        self.assertEqual({"created": ["alice"], "replaced": [long_name]}, self.outcome())
        self.log_in("alice", phone, HOUR)

    def test_a_hidden_record_keeps_nobody_from_getting_the_keys_back(self) -> None:
        phone = enrol("alice")
        enrol("bob")
        self.back_up()
        run_json("key", "rotate")
        enrol("carol", "--allow-unknown")
        KEY_FILE.unlink()
        (USERS / "bob").unlink()
        done = self.restore(status=STORE)  # carol's key is lost for good
        self.assertEqual((["bob", "alice"], "made"), (sorted(done.json()["failed"], reverse=True), done.json()["key"]))
        twinlock.run("remove", "carol", "--yes")
        self.assertEqual({"replaced": ["alice"], "created": ["bob"]}, self.outcome())
        self.log_in("alice", phone, HOUR)

    def test_a_roll_back_shows_by_any_change_that_was_lost(self) -> None:
        lease = ["lease", "grant", "alice", "--for", "1h", "--address"]
        for change, since in ((["disable", "alice"], [*lease, "198.51.100.9"]), ([*lease, "192.0.2.7"], [])):
            with self.subTest(change[0], since=since):
                run("remove", "alice", "--yes")
                token = enrol("alice", "--hotp")
                codes = totp.counter_codes(token.secret, 3)
                old = (USERS / "alice").read_bytes()
                run(*change, prefix=self.at())
                FILE.unlink(missing_ok=True)
                self.back_up()
                (USERS / "alice").write_bytes(old)
                run(*since, prefix=self.at(1))
                self.assertEqual(["alice"], self.outcome()["rolled_back"])
                for undo in (["enable", "alice"], ["token", "enable", "alice", "1"]):
                    run(*undo)
                self.assertNotEqual("accepted", self.verdict("alice", codes[0]))

    def test_an_old_device_that_was_enrolled_anew_accepts_no_used_code(self) -> None:
        token = enrol("alice", "--hotp")
        codes = totp.counter_codes(token.secret, 8)
        for code in codes[:5]:
            self.assertEqual("accepted", self.verdict("alice", code))
        self.back_up()
        twinlock.run("remove", "alice", "--yes")
        run("enrol", "alice", "--hotp", "--secret-stdin", stdin=f"{token.secret}\n{codes[0]}\n", prefix=self.at())
        self.assertEqual({"kept": ["alice"]}, self.outcome())
        self.assertEqual("replayed", self.verdict("alice", codes[4]))
        self.assertEqual("accepted", self.verdict("alice", codes[5]))

    def test_a_backup_of_a_clock_that_was_ahead(self) -> None:
        enrol("alice")
        self.now += DAY
        self.back_up()
        self.now -= DAY
        self.assertIn("--clock-is-right", self.restore(status=NO).error()["mend"])
        self.assertEqual(["alice"], self.restore("--clock-is-right").json()["merged"])

    def test_an_unreadable_record_that_stays_hides_others_too(self) -> None:
        enrol("alice")
        enrol("bob")
        self.back_up()
        twinlock.run("rename", "bob", "dave", "--allow-unknown")
        twinlock.run("rename", "alice", "bob")
        (USERS / "bob").write_bytes(bytes(16384))
        answer = self.restore(status=STORE).json()
        self.assertEqual((["bob"], ["alice"], []), (answer["kept"], answer["failed"], answer["created"]))
        self.assertEqual(answer["failed"], self.restore("--dry-run").json()["failed"])

    def test_a_clock_that_is_behind_a_live_record_is_not_believed(self) -> None:
        phone = enrol("alice")
        self.back_up()
        used = self.log_in("alice", phone, HOUR)
        before = snapshot(USERS)
        self.assertIn("alice", self.restore(status=NO).error()["why"])
        self.assertEqual(before, snapshot(USERS))
        self.restore("--clock-is-right")
        self.assertEqual("replayed", self.verdict("alice", used, HOUR))

    def test_a_token_that_was_removed_comes_back_disabled(self) -> None:
        stolen = enrol("alice")
        other = enrol("alice")
        self.back_up()
        twinlock.run("token", "remove", "alice", "1", "--yes")
        self.assertEqual({"merged": ["alice"], "tokens_disabled": [{"user": "alice", "token": 1}]}, self.outcome())
        self.assertNotEqual("accepted", self.verdict("alice", self.code(stolen, HOUR), HOUR))
        self.log_in("alice", other)

    def test_who_was_disabled_in_the_backup_is_disabled(self) -> None:
        phone = enrol("alice")
        twinlock.run("disable", "alice")
        self.back_up()
        twinlock.run("enable", "alice")
        self.assertEqual({"merged": ["alice"], "disabled": ["alice"]}, self.outcome())
        self.assertEqual("disabled", self.verdict("alice", self.code(phone)))

    def test_a_lost_key_file_comes_back_and_live_records_open_again(self) -> None:
        phone, other = enrol("alice"), enrol("bob")
        key = KEY_FILE.read_bytes()
        self.back_up()
        used = self.log_in("alice", phone)
        KEY_FILE.unlink()
        answer = self.restore().json()
        self.assertEqual(("made", ["alice", "bob"], []), (answer["key"], sorted(answer["merged"]), answer["replaced"]))
        self.assertEqual(key, KEY_FILE.read_bytes())
        self.assertEqual("replayed", self.verdict("alice", used))
        self.log_in("alice", phone, 30)
        self.log_in("bob", other, 30)

    def test_records_of_an_unknown_key_are_replaced(self) -> None:
        phone = enrol("alice")
        self.back_up()
        self.log_in("alice", phone)
        KEY_FILE.unlink()
        records = {path: path.read_bytes() for path in USERS.iterdir()}
        shutil.rmtree(USERS)
        twinlock.run("init")  # another key
        for path, content in records.items():
            path.write_bytes(content)
            path.chmod(0o600)
        self.assertEqual({"replaced": ["alice"]}, self.outcome())
        self.assert_all_used_up("alice", phone)

    def test_done_twice_it_changes_nothing_more(self) -> None:
        enrol("alice")
        self.back_up()
        (USERS / "alice").unlink()
        self.restore()
        before = snapshot()
        self.assertEqual({"merged": ["alice"]}, self.outcome())
        self.assertEqual(before, snapshot())

    def test_a_record_that_is_in_the_way_is_named_and_the_others_are_done(self) -> None:
        for user in ("alice", "bob", "carol"):
            enrol(user, "--allow-unknown")
        self.back_up()
        for user in ("alice", "bob"):
            (USERS / user).unlink()
        (USERS / "bob").mkdir()
        done = self.restore(status=STORE)
        # What stands in bob's place might be what alice was renamed to.
        self.assertEqual((["carol"], ["bob", "alice"]), (done.json()["merged"], done.json()["failed"]))
        (USERS / "bob").rmdir()
        self.assertEqual(["alice", "bob"], sorted(self.outcome()["created"]))
