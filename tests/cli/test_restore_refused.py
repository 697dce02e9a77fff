"""What twinlock restore refuses, whole, and what it asks before."""

import random
from collections.abc import Callable

from support.backups import FILE, KEY_FILE, PASSPHRASE, RestoreScenario, back_up, lose_everything, restore, snapshot
from support.command import CONFIG, DONE, NO, STORE, USAGE, USERS, Done, Person, run
from support.twinlock import enrol


class Refused(RestoreScenario):
    def setUp(self) -> None:
        super().setUp()
        self.phone = enrol("alice")
        self.back_up()

    def assert_refused(self, status: int, make: Callable[[], Done]) -> Done:
        """And nothing is changed."""
        before = snapshot()
        first = self.assert_status(status, make())
        self.assertEqual(before, snapshot())
        self.assertEqual("", first.output)
        return first

    def test_every_damaged_file_whole(self) -> None:
        whole = FILE.read_bytes()
        rng = random.Random(7)
        places = [9, 40, *rng.sample(range(96, len(whole)), 2)]  # all of them: tests/unit/cli/backup_test.cc
        damaged = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:] for at in places]
        cut = [whole[:at] for at in (10, rng.randrange(97, len(whole)), len(whole) - 1)]
        for content in (*damaged, *cut, whole + b"\0", b"PK\3\4something else"):
            FILE.write_bytes(content)
            self.assert_refused(STORE, restore)
        lose_everything()
        for content in (damaged[-1], cut[-1], b""):
            FILE.write_bytes(content)
            self.assert_refused(STORE, restore)
        self.assertEqual({}, snapshot())

    def test_a_wrong_passphrase_says_so(self) -> None:
        done = self.assert_refused(NO, lambda: restore(passphrase=PASSPHRASE.upper()))
        self.assertEqual("was sealed with another passphrase", done.error()["why"])

    def test_no_passphrase(self) -> None:
        self.assert_refused(USAGE, lambda: restore(passphrase=""))
        self.assert_refused(STORE, lambda: run("restore", FILE, "--yes", "--json"))

    def test_a_file_of_holes_takes_no_memory(self) -> None:
        limited = ["prlimit", f"--as={600 << 20}"]  # scrypt has its 128 MiB
        FILE.unlink()
        with self.full_price():
            self.back_up()
            with FILE.open("ab") as file:
                file.truncate(1 << 30)
            done = self.assert_refused(STORE, lambda: restore(prefix=[*limited, *self.at()]))
        self.assertEqual("has something behind its end", done.error()["why"])

    def test_a_flawed_live_configuration(self) -> None:
        with self.config("issuer = 7\n"):
            self.assert_refused(CONFIG, lambda: restore(prefix=self.at()))

    def test_a_flawed_live_key_file(self) -> None:
        KEY_FILE.write_text("record\n")
        self.assert_refused(STORE, lambda: restore(prefix=self.at()))

    def test_without_a_terminal_it_needs_yes(self) -> None:
        done = self.assert_refused(USAGE, lambda: run("restore", FILE, "--json", stdin=f"{PASSPHRASE}\n", prefix=self.at()))
        self.assertEqual("add --yes", done.error()["mend"])

    def test_a_dry_run_says_what_it_would_do(self) -> None:
        (USERS / "alice").unlink()
        before = snapshot()
        self.assertEqual(["alice"], self.restore("--dry-run").json()["created"])
        self.assertEqual(before, snapshot())
        lose_everything()
        self.assertEqual("made", self.restore("--dry-run").json()["config"])
        self.assertEqual({}, snapshot())

    def test_somebody_is_asked_first(self) -> None:
        FILE.unlink()
        back_up()  # at the real time, in which a person lives
        for answer, status in (("n", NO), ("y", DONE)):
            (USERS / "alice").unlink(missing_ok=True)
            person = Person("restore", str(FILE))
            person.expect_exact("Passphrase of the backup: ")
            person.sendline(PASSPHRASE)
            person.expect(r"Users: 1 new, 0 merged with the live record, 0 kept as they are, 0 unreadable and replaced\."
                          r" \[y/N\] ")
            person.sendline(answer)
            self.assertEqual(status, person.end())
            self.assertEqual(answer == "y", (USERS / "alice").exists())
