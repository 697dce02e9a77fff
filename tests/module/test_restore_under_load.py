"""Backups and restores while people log in, and restores that are killed in the midst of it."""

import contextlib
import random
import subprocess
import time
from collections.abc import Iterator

from support import backups, paths, twinlock
from support.backups import FILE, PASSPHRASE, CheapPassphrases
from support.command import DONE, run
from support.login_load import Load, distinct_codes
from support.pam_scenario import USERS, PamScenario
from support.rounds import rounds

BACKUPS = rounds(2)
KILLS = rounds(2)
MANY = [f"user{number}" for number in range(40)]
MOST_LOGINS = 4000 * BACKUPS


class WhilePeopleLogIn(CheapPassphrases, PamScenario):
    @contextlib.contextmanager
    def load(self) -> Iterator[None]:
        """No right code is refused meanwhile."""
        twinlock.run("remove", "alice", "--yes")
        secrets = {user: self.enrol(user, "--hotp", "--digits", "8").secret for user in ("alice", "carol")}
        loads = [Load(user, distinct_codes(secret, MOST_LOGINS)) for user, secret in secrets.items()]
        try:
            yield
        finally:
            for load in loads:
                load.finish()
        self.assertEqual([], [refused for load in loads for refused in load.refused], self.complaints())
        for load in loads:
            self.assertGreater(load.accepted, 10 * BACKUPS)

    def test_backups_and_restores_refuse_no_right_code(self) -> None:
        self.addCleanup(FILE.unlink, missing_ok=True)
        with self.load():
            for _ in range(BACKUPS):
                FILE.unlink(missing_ok=True)
                made = backups.back_up()
                self.assertEqual((DONE, 2), (made.status, made.json()["users"]), made.messages)
                restored = backups.restore()
                self.assertEqual(DONE, restored.status, restored.messages)
                self.assertEqual(["alice", "carol"], sorted(restored.json()["merged"]))
                self.assertEqual([], restored.json()["rolled_back"])


class Killed(CheapPassphrases, PamScenario):
    def test_a_restore_that_was_killed_is_completed_by_the_next(self) -> None:
        self.addCleanup(FILE.unlink, missing_ok=True)
        used = self.phone.code()
        self.assert_accepted(self.attempt("alice", used))
        for user in MANY:
            twinlock.enrol(user, "--allow-unknown")
        self.assertEqual(DONE, backups.back_up().status)
        key, config = backups.KEY_FILE.read_bytes(), (backups.ETC / "twinlock.conf").read_bytes()
        began = time.monotonic()
        backups.lose_everything()
        self.assertEqual(DONE, backups.restore().status)
        whole = time.monotonic() - began
        killed = 0
        for _ in range(KILLS):
            backups.lose_everything()
            for share in (0.5, 0.8, 1):
                with subprocess.Popen([paths.COMMAND, "restore", FILE, "--yes"], stdin=subprocess.PIPE,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                    assert process.stdin
                    process.stdin.write(f"{PASSPHRASE}\n".encode())
                    process.stdin.flush()
                    time.sleep(random.uniform(share / 2, share) * whole)  # not to await anything: the moment is to be any
                    process.kill()
                killed += process.returncode == -9
                self.assert_safe(used, key, config)
            self.assertEqual(DONE, backups.restore().status)
            self.assertEqual(sorted([*MANY, "alice"]), sorted(user["user"] for user in twinlock.run_json("list")))
            self.assert_safe(used, key, config)
        self.assertGreater(killed, 0)

    def assert_safe(self, used: str, key: bytes, config: bytes) -> None:
        """What is there is whole, and nobody gets in with a used code."""
        self.assertFalse(self.attempt("alice", used).let_in)
        for path, content in ((backups.KEY_FILE, key), (backups.ETC / "twinlock.conf", config)):
            if path.exists():
                self.assertEqual(content, path.read_bytes())
        if backups.KEY_FILE.exists() and USERS.exists():
            self.assertEqual(DONE, run("list").status)
