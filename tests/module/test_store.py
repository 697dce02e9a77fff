"""Records that are damaged, locked, not to be trusted or not writable let nobody in.

A rule observes everybody here: whoever is not enrolled passes. So a record that is taken for missing shows at once.
"""

import contextlib
import os
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

from support import pam, twinlock
from support.accounts import ALICE, BOB
from support.pam import Code
from support.pam_scenario import USERS, PamScenario, locked

RECORD = USERS / "alice"
SLOT_BYTES = 8192
SEALED_AT = 4096  # somewhere within the encrypted part of a slot
SEQUENCE_AT = 16  # see common/store/slot.h
FORMAT_AT = 8
KEY_ID_AT = 12
HOURS_AHEAD = 1


class StoreScenario(PamScenario):
    config = '[[rule]]\nname = "roll-out"\naction = "observe"\n'

    def setUp(self) -> None:
        super().setUp()
        self.assert_accepted(self.attempt("bob"))  # who has no record passes here
        self.clear_logs()

    def change(self, offset: int, new: bytes | None = None) -> None:
        """Flips a byte of the record, or puts others there."""
        with RECORD.open("r+b") as file:
            file.seek(offset)
            old = file.read(1)
            file.seek(offset)
            file.write(new or bytes([old[0] ^ 1]))

    def newest_slot(self) -> int:
        data = RECORD.read_bytes()
        sequences = [struct.unpack_from("<Q", data, slot * SLOT_BYTES + SEQUENCE_AT)[0] for slot in (0, 1)]
        return sequences.index(max(sequences))

    def assert_denies(self, *complaint: str) -> None:
        """In both phases, without a question, as something of ours that is broken."""
        for step, event, refusal in (("authenticate", "login", Code.AUTH_ERR), ("account", "account", Code.PERM_DENIED)):
            self.clear_logs()
            outcome = self.attempt("alice", self.phone.code(), steps=[pam.IN_SSHD, step])
            self.assertEqual(refusal, outcome.code(step))
            self.assertEqual([(event, "unavailable")], self.verdicts())
            self.assert_one_complaint(*(complaint or (str(RECORD),)))


class OneDamagedCopy(StoreScenario):
    """The other copy serves, but whatever the lost one might have used up counts as used up."""

    def damage_newest(self) -> None:
        self.change(self.newest_slot() * SLOT_BYTES + SEALED_AT)

    def assert_other_copy_serves(self) -> None:
        self.damage_newest()
        self.clear_logs()
        self.assert_refused(self.attempt("alice", self.phone.code()), "replayed")
        self.assertEqual([("copy_lost", None), ("login", "replayed")], self.verdicts())
        self.assertEqual(1, len([line for line in self.syslog_lines() if "user alice: one of the two copies" in line]))
        self.assert_refused(self.attempt("alice", self.phone.code(1)), "replayed")
        self.assertNotIn(("copy_lost", None), self.verdicts()[2:], "is not made good")

    def test_of_either_place(self) -> None:
        places = set()
        for logins in (0, 1):
            twinlock.run("remove", "alice", "--yes")
            self.phone = self.enrol("alice")
            for _ in range(logins):
                self.assert_accepted(self.attempt("alice", self.phone.code()))
            places.add(self.newest_slot())
            self.assert_other_copy_serves()
        self.assertEqual({0, 1}, places)

    def test_with_the_older_one_nothing_is_lost(self) -> None:
        code = self.phone.code()
        self.change((1 - self.newest_slot()) * SLOT_BYTES + SEALED_AT)
        self.assert_accepted(self.attempt("alice", code))
        self.change((1 - self.newest_slot()) * SLOT_BYTES + SEALED_AT)
        self.assert_refused(self.attempt("alice", code), "replayed")
        self.assert_accepted(self.attempt("alice", self.phone.code(1)))
        self.assertNotIn(("copy_lost", None), self.verdicts())

    def test_later_codes_are_right_again(self) -> None:
        self.damage_newest()
        self.assert_refused(self.attempt("alice", self.phone.code()), "replayed")
        later = self.phone.code(HOURS_AHEAD * 3600 // self.phone.period)
        self.assert_accepted(self.attempt("alice", later, hours_ahead=HOURS_AHEAD))

    def test_a_lease_and_a_proof_go_with_it(self) -> None:
        self.configure('[service.sshd]\nopens = ["sshd", "samba"]\n')
        end = (pam.completed("keyboard-interactive/pam\n"), "open_session")
        self.assert_accepted(self.ssh("alice", self.phone.code(), then=end))
        self.assert_accepted(self.attempt("alice", service="samba"))
        self.damage_newest()
        self.assert_refused(self.attempt("alice", "", service="samba"))

    def test_an_observed_login_does_not_pass_by_it(self) -> None:
        self.damage_newest()
        self.assertFalse(self.attempt("alice", "").let_in)


class DamagedRecords(StoreScenario):
    def test_both_copies(self) -> None:
        self.change(SEALED_AT)
        self.change(SLOT_BYTES + SEALED_AT)
        self.assert_denies(str(RECORD), "both copies are damaged", "restore it from a backup")

    def test_nothing_but_zeros(self) -> None:
        self.change(0, bytes(2 * SLOT_BYTES))
        self.assert_denies(str(RECORD), "both copies are damaged")

    def test_of_another_length(self) -> None:
        for length in (0, 1, SLOT_BYTES, 2 * SLOT_BYTES - 1, 2 * SLOT_BYTES + 1):
            os.truncate(RECORD, length)
            self.assert_denies(str(RECORD), "is not 16384 bytes long")

    def test_of_an_unknown_format(self) -> None:
        self.change(FORMAT_AT, b"\x02")
        self.assert_denies(str(RECORD), "unknown format")

    def test_sealed_with_an_unknown_key(self) -> None:
        self.change(SLOT_BYTES + KEY_ID_AT)
        self.assert_denies(str(RECORD), "a key that the key file lacks")

    def test_of_another_user(self) -> None:
        self.enrol("carol")
        RECORD.write_bytes((USERS / "carol").read_bytes())
        self.assert_denies(str(RECORD), "belongs to another user")

    def test_the_older_copy_in_the_place_of_the_newer_one_is_damage(self) -> None:
        code = self.phone.code()
        self.assert_accepted(self.attempt("alice", code))
        newest = self.newest_slot() * SLOT_BYTES
        older = SLOT_BYTES - newest
        self.change(newest, RECORD.read_bytes()[older:older + SLOT_BYTES])
        self.assert_refused(self.attempt("alice", code), "replayed")


class UntrustedRecords(StoreScenario):
    def test_of_a_foreign_owner(self) -> None:
        os.chown(RECORD, ALICE.uid, 0)
        self.assert_denies(str(RECORD), f"belongs to uid {ALICE.uid}", "chown")

    def test_of_another_mode(self) -> None:
        for mode in (0o644, 0o620, 0o602, 0o640, 0o400, 0o700, 0o4600):
            RECORD.chmod(mode)
            self.assert_denies(str(RECORD), "chmod")

    def test_a_symbolic_link(self) -> None:
        target = RECORD.rename(USERS.with_name("alice.record"))
        RECORD.symlink_to(target)
        self.assert_denies(str(RECORD), "is a symbolic link")

    def test_a_link_to_nothing_is_not_a_missing_record(self) -> None:
        RECORD.unlink()
        RECORD.symlink_to("/nowhere")
        self.assert_denies(str(RECORD), "is a symbolic link")

    def test_a_pipe(self) -> None:
        RECORD.unlink()
        os.mkfifo(RECORD, 0o600)
        self.assert_denies(str(RECORD), "is not a regular file")


class UntrustedDirectories(StoreScenario):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(self.put_back)

    def put_back(self) -> None:
        kept = USERS.with_name("kept")
        if kept.exists():
            if USERS.is_symlink():
                USERS.unlink()
            elif USERS.exists():
                USERS.rmdir()
            kept.rename(USERS)
        USERS.chmod(0o700)
        os.chown(USERS, 0, 0)

    def test_a_missing_one(self) -> None:
        USERS.rename(USERS.with_name("kept"))
        self.assert_denies(str(USERS), "does not exist", "twinlock init")

    def test_a_link(self) -> None:
        USERS.rename(USERS.with_name("kept"))
        USERS.symlink_to(USERS.with_name("kept"))
        self.assert_denies(str(USERS), "is a link or no directory")

    def test_open_to_others(self) -> None:
        for mode in (0o755, 0o770, 0o701, 0o722):
            USERS.chmod(mode)
            self.assert_denies(str(USERS), "by others than its owner")

    def test_of_a_foreign_owner(self) -> None:
        os.chown(USERS, ALICE.uid, 0)
        self.assert_denies(str(USERS), f"belongs to uid {ALICE.uid}")

    def test_unenrolled_users_do_not_pass_either(self) -> None:
        USERS.rename(USERS.with_name("kept"))
        self.assert_refused(self.attempt("bob"))


@contextlib.contextmanager
def mounted(*arguments: str) -> Iterator[None]:
    """Something mounted on the directory of records."""
    subprocess.run(["mount", *arguments, USERS], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", USERS], check=True)


class RecordsThatCannotBeSaved(StoreScenario):
    def test_a_read_only_file_system(self) -> None:
        code = self.phone.code()
        with mounted("--bind", str(USERS)):
            subprocess.run(["mount", "-o", "remount,bind,ro", USERS], check=True)
            self.assert_refused(self.attempt("alice", code), "unavailable")
            self.assert_one_complaint(str(RECORD), "Read-only file system")
        self.assert_accepted(self.attempt("alice", code))

    def test_a_limit_on_the_size_of_files(self) -> None:
        code = self.phone.code()
        limited = ["prlimit", "--fsize=8000"]
        outcome = self.limited_attempt(code, limited)
        self.assert_refused(outcome, "unavailable")
        self.assert_one_complaint(str(RECORD), "file size limit")
        self.assert_accepted(self.attempt("alice", code))

    def test_a_full_disk_keeps_nobody_out_who_is_enrolled(self) -> None:
        with mounted("-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs"):
            phone = self.enrol("alice")
            self.fill(USERS / ".filler")
            self.assert_accepted(self.attempt("alice", phone.code()))
            enrolment = subprocess.run([pam.paths.COMMAND, "enrol", "bob", "--no-confirm"], capture_output=True, text=True)
            self.assertEqual(5, enrolment.returncode)
            self.assertIn("No space left", enrolment.stderr)
            self.assertFalse((USERS / "bob").exists())

    def test_a_record_in_the_hands_of_another_process_is_waited_for_and_then_refused(self) -> None:
        code = self.phone.code()
        with locked(RECORD):
            self.assert_refused(self.attempt("alice", code), "unavailable")
            self.assert_one_complaint(str(RECORD), "is locked by another process")
        self.assert_accepted(self.attempt("alice", code))

    def test_nobody_waits_for_another_users_record(self) -> None:
        carol = self.enrol("carol")
        with locked(RECORD):
            self.assert_accepted(self.attempt("carol", carol.code()))

    def limited_attempt(self, code: str, wrapper: list[str]) -> pam.Outcome:
        lines = pam.run(pam.Scenario("alice", [code]), wrapper=wrapper)
        return pam.outcomes(lines[:-1])[0]

    def fill(self, file: Path) -> None:
        with contextlib.suppress(OSError), file.open("wb") as filler:
            while True:
                filler.write(bytes(4096))
                filler.flush()


class Accounts(StoreScenario):
    def test_one_that_was_made_again_with_another_uid_is_not_served_with_the_old_phone(self) -> None:
        self.assert_accepted(self.attempt("alice", self.phone.code(-1)))
        passwd = Path("/etc/passwd")
        passwd.write_text(passwd.read_text().replace(f"alice:x:{ALICE.uid}", f"alice:x:{BOB.uid + 100}"))
        self.configure("")
        self.assert_refused(self.attempt("alice", self.phone.code()), "not_enrolled")
        self.configure("[store]\nbind_uid = false\n")
        self.assert_accepted(self.attempt("alice", self.phone.code()))
