"""twinlock backup and backup --verify: one sealed file. Bringing it back: test_restore_*.py."""

import os
import re
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path

from support import backups, paths, twinlock
from support.backups import CONFIG, END, FILE, KEY_FILE, KEYS, META, PASSPHRASE, RECORD, BackupScenario, back_up
from support.command import CONFIG_FILE, DONE, NO, NOT_PERMITTED, STORE, USAGE, USERS, Done, Person, run
from support.twinlock import audit_lines, enrol

RECORD_BYTES = 7872


def verify(file: Path = FILE, passphrase: str = PASSPHRASE) -> Done:
    return run("backup", "--verify", file, "--json", stdin=f"{passphrase}\n")


class Made(BackupScenario):
    def test_an_independent_program_opens_it(self) -> None:
        enrol("alice")
        enrol("bob")
        with self.full_price():
            answer = self.assert_status(DONE, back_up()).json()
        items = list(backups.opened(FILE.read_bytes(), PASSPHRASE))
        self.assertEqual([META, CONFIG, RECORD, RECORD, KEYS, END], [kind for kind, _ in items])
        self.assertIn(b'"version":"0.1.0"', items[0][1])
        self.assertEqual(CONFIG_FILE.read_bytes(), items[1][1])
        records = [items[2][1], items[3][1]]
        self.assertEqual([b"\x05alice", b"\x03bob"], sorted((r[:1 + r[0]] for r in records), reverse=True))
        for record in records:
            self.assertEqual(RECORD_BYTES, len(record) - 1 - record[0])
        self.assertEqual(KEY_FILE.read_bytes(), items[4][1])
        self.assertEqual((5).to_bytes(8, "little") + bytes(4), items[5][1])
        self.assertEqual({"file": str(FILE), "users": 2, "made": answer["made"], "unreadable": []}, answer)

    def test_is_for_root_alone_and_holds_no_secret_in_the_clear(self) -> None:
        phone = enrol("alice")
        back_up()
        self.assertEqual(0o600, stat.S_IMODE(FILE.stat().st_mode))
        keys = re.findall(rb"[0-9a-f]{64}", KEY_FILE.read_bytes())
        for secret in (b"alice", phone.secret.encode(), PASSPHRASE.encode(), *keys):
            self.assertNotIn(secret, FILE.read_bytes())

    def test_is_noted_and_written_down(self) -> None:
        enrol("alice")
        before = int(time.time())
        back_up()
        last = self.last_backup()
        self.assertEqual({"made": last["made"], "users": 1, "file": str(FILE)}, last)
        self.assertLessEqual(before, last["made"])
        self.assertEqual(0o600, stat.S_IMODE(backups.LAST.stat().st_mode))
        self.assertEqual(("backup", f"1 user in {FILE}"), (audit_lines()[-1]["event"], audit_lines()[-1]["detail"]))

    def test_the_file_may_be_named_relatively(self) -> None:
        os.chdir("/run")
        self.addCleanup(os.chdir, "/")
        self.assert_status(DONE, back_up(file=Path(FILE.name)))
        self.assertEqual(str(FILE), self.last_backup()["file"])

    def test_what_cannot_be_read_is_named_and_does_not_count(self) -> None:
        enrol("alice")
        enrol("bob")
        (USERS / "bob").write_bytes(b"")
        done = self.assert_status(STORE, back_up())
        self.assertEqual((1, ["bob"]), (done.json()["users"], done.json()["unreadable"]))
        self.assertIn(str(USERS / "bob"), done.error()["what"])
        self.assertIsNone(self.last_backup())
        self.assertEqual(1, verify().json()["unreadable"])

    def test_a_record_that_lost_a_copy_is_in_it(self) -> None:
        enrol("alice")
        content = bytearray((USERS / "alice").read_bytes())
        content[9000] ^= 0xFF
        (USERS / "alice").write_bytes(content)
        self.assertEqual(1, self.assert_status(DONE, back_up()).json()["users"])
        self.assertEqual(bytes(content), (USERS / "alice").read_bytes())

    def test_in_words(self) -> None:
        enrol("alice")
        done = run("backup", FILE, stdin=f"{PASSPHRASE}\n")
        self.assertEqual((DONE, f"Backed up 1 user to {FILE}\n", ""), (done.status, done.output, done.messages))


class Refused(BackupScenario):
    def assert_no_file(self, done: Done, status: int, why: str) -> None:
        self.assert_status(status, done)
        self.assertIn(why, done.error()["why"])
        self.assertFalse(FILE.exists())
        self.assertIsNone(self.last_backup())

    def test_passphrases_that_do_not_serve(self) -> None:
        for typed, why in (("", "has ended"), ("\n", "is shorter than 12"), ("elevenchars\n", "is shorter than 12"),
                           ("äääääääääää\n", "is shorter than 12")):
            with self.subTest(typed):
                done = back_up(stdin=typed)
                self.assert_no_file(done, STORE if typed == "" else USAGE, why)

    def test_what_is_there_is_never_replaced(self) -> None:
        target = FILE.with_name("target")
        target.write_text("mine")
        self.addCleanup(target.unlink)
        for make in (lambda: FILE.write_text("mine"), lambda: FILE.symlink_to(target),
                     lambda: FILE.symlink_to("/run/nowhere"), lambda: FILE.mkdir()):
            make()
            before = (FILE.lstat().st_ino, FILE.lstat().st_mtime_ns)
            done = self.assert_status(NO, back_up())
            self.assertEqual("is there already and is not replaced", done.error()["why"])
            self.assertEqual(before, (FILE.lstat().st_ino, FILE.lstat().st_mtime_ns))
            FILE.rmdir() if FILE.is_dir() and not FILE.is_symlink() else FILE.unlink()
        self.assertEqual("mine", target.read_text())
        self.assertFalse(Path("/run/nowhere").exists())

    def test_a_directory_that_is_missing(self) -> None:
        done = self.assert_status(STORE, back_up(file=Path("/run/missing/backup")))
        self.assertEqual("/run/missing", done.error()["what"])
        self.assertFalse(Path("/run/missing").exists())

    def test_a_full_disk_leaves_nothing(self) -> None:
        for number in range(30):
            enrol(f"user{number}", "--allow-unknown")
        with tempfile.TemporaryDirectory(dir="/run") as directory:
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", directory], check=True)
            done = back_up(file=Path(directory, "backup"))
            left = list(Path(directory).iterdir())
            subprocess.run(["umount", directory], check=True)
        self.assert_no_file(done, STORE, "No space left on device")
        self.assertEqual([], left)

    def test_ctrl_c_leaves_nothing(self) -> None:
        for number in range(2000):  # each is complained of: that takes long enough to be interrupted
            (USERS / f"user{number}").write_bytes(b"")
        with subprocess.Popen([paths.COMMAND, "backup", FILE], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdin and process.stderr
            process.stdin.write(f"{PASSPHRASE}\n".encode())
            process.stdin.flush()
            process.stderr.readline()  # it has begun
            process.send_signal(signal.SIGINT)
            process.communicate()
        self.assertEqual(-signal.SIGINT, process.returncode)
        self.assertFalse(FILE.exists())
        self.assertIsNone(self.last_backup())

    def test_only_root_may(self) -> None:
        prefix = ["setpriv", "--reuid=65534", "--clear-groups"]
        self.assertEqual(NOT_PERMITTED, back_up(prefix=prefix).status)
        FILE.write_bytes(b"")
        FILE.chmod(0o600)
        for words in (["backup", "--verify", str(FILE)], ["restore", str(FILE), "--yes"], ["restored", "--yes"]):
            self.assertEqual(NOT_PERMITTED, run(*words, stdin=f"{PASSPHRASE}\n", prefix=prefix).status, words)


class AtATerminal(BackupScenario):
    def test_the_passphrase_is_asked_twice_and_not_shown(self) -> None:
        person = Person("backup", str(FILE))
        for question in ("Passphrase for this backup: ", "Once more: "):
            person.expect_exact(question)
            person.sendline(PASSPHRASE)
        self.assertEqual(DONE, person.end())
        self.assertNotIn(PASSPHRASE, str(person.before))
        self.assertEqual(DONE, verify().status)

    def test_two_that_differ(self) -> None:
        person = Person("backup", str(FILE))
        person.expect_exact("Passphrase for this backup: ")
        person.sendline(PASSPHRASE)
        person.expect_exact("Once more: ")
        person.sendline(PASSPHRASE + "x")
        self.assertEqual(USAGE, person.end())
        self.assertFalse(FILE.exists())

    def test_a_short_one_is_not_asked_again(self) -> None:
        person = Person("backup", str(FILE))
        person.expect_exact("Passphrase for this backup: ")
        person.sendline("short")
        self.assertEqual(USAGE, person.end())
        self.assertIn("is shorter than 12 characters", str(person.before))


class Verify(BackupScenario):
    def setUp(self) -> None:
        super().setUp()
        enrol("alice")
        self.made = back_up().json()["made"]

    def test_says_what_is_in_it(self) -> None:
        answer = self.assert_status(DONE, verify()).json()
        keys = [key["id"] for key in twinlock.run_json("key", "list") if key["purpose"] == "record"]
        self.assertEqual({"file": str(FILE), "made": self.made, "host": os.uname().nodename, "version": "0.1.0",
                          "users": 1, "unreadable": 0, "keys": keys}, answer)
        plain = run("backup", FILE, "--verify", stdin=f"{PASSPHRASE}\n")
        self.assertRegex(plain.output, rf"\A{FILE} is good\nmade +.{{16}}\nhost .*\nversion +0.1.0\nusers +1\n"
                                       rf"not in it +0\nrecord keys +{keys[0]}\n\Z")

    def test_a_wrong_passphrase_says_so(self) -> None:
        done = self.assert_status(NO, verify(passphrase=PASSPHRASE + "x"))
        self.assertEqual("was sealed with another passphrase", done.error()["why"])

    def test_damaged_cut_off_and_foreign_files_say_so(self) -> None:
        whole = FILE.read_bytes()
        for content, why in ((whole[:40], "is cut off"), (whole[:-1], "is cut off"), (whole + b"x", "has something behind its end"),
                             (whole[:50] + b"\0" + whole[51:], "is damaged in its header"),
                             (whole[:900] + b"\0\0\0" + whole[903:], "is damaged"), (b"", "is no backup of twinlock"),
                             (b"PK\3\4" + whole, "is no backup of twinlock")):
            with self.subTest(why):
                FILE.write_bytes(content)
                self.assertEqual(why, self.assert_status(STORE, verify()).error()["why"])
        self.assertIn("is not a regular file", self.assert_status(STORE, verify(Path("/run"))).error()["why"])
        self.assertEqual(STORE, verify(Path("/run/missing")).status)

    def test_changes_nothing(self) -> None:
        before = backups.snapshot()
        verify()
        self.assertEqual(before, backups.snapshot())

    def test_no_file_makes_it_use_more_memory_than_it_must(self) -> None:
        with FILE.open("r+b") as file:
            file.truncate(3 << 30)
        self.assertEqual("is larger than any backup of twinlock", self.assert_status(STORE, verify()).error()["why"])


class MeanwhileKeysChange(BackupScenario):
    def test_a_backup_during_a_rotation_is_whole(self) -> None:
        phones = {f"user{number}": enrol(f"user{number}", "--allow-unknown") for number in range(6)}
        for _ in range(2):
            FILE.unlink(missing_ok=True)
            with subprocess.Popen([paths.COMMAND, "key", "rotate"], stdout=subprocess.DEVNULL) as rotation:
                self.assertEqual(6, self.assert_status(DONE, back_up()).json()["users"])
                rotation.wait()
            self.assertEqual(0, rotation.returncode)
            for key in twinlock.run_json("key", "list"):
                if key["purpose"] == "record" and not key["newest"]:
                    twinlock.run("key", "retire", key["id"], "--yes")
        backups.lose_everything()
        self.assertEqual(sorted(phones), sorted(self.assert_status(DONE, backups.restore()).json()["created"]))
        self.assertEqual(6, len(twinlock.run_json("list")))
