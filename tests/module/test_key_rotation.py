"""Keys are changed while people log in and are enrolled, by commands that are killed in the midst of it."""

import contextlib
import random
import subprocess
import threading
import time
from collections.abc import Iterator

from support import paths, twinlock
from support.login_load import Load, distinct_codes
from support.pam_scenario import PamScenario
from support.rounds import rounds

KILLS = rounds(200)
USERS = ("alice", "carol")
MOST_LOGINS = 200 * KILLS  # of each


class Enrolments:
    """Enrols and removes bob again and again."""

    def __init__(self) -> None:
        self._end = threading.Event()
        self.failures: list[str] = []
        self.done = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def finish(self) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.is_set() and not self.failures:
            for words in (["enrol", "bob", "--no-confirm"], ["check", "bob"], ["remove", "bob", "--yes"]):
                done = subprocess.run([paths.COMMAND, *words], input=b"\n", capture_output=True, timeout=60, check=False)
                if done.returncode not in ((0,) if words[0] != "check" else (1,)):  # no code is a wrong one
                    self.failures.append(f"{words}: {done.returncode} {done.stderr.decode()}")
                    return
            self.done += 1


class UnderLoad(PamScenario):
    @contextlib.contextmanager
    def load(self) -> Iterator[list[Load]]:
        twinlock.run("remove", "alice", "--yes")
        secrets = {user: self.enrol(user, "--hotp", "--digits", "8").secret for user in USERS}
        self.paper_codes = {user: twinlock.run_json("recovery", user)["recovery_codes"] for user in USERS}
        loads = [Load(user, distinct_codes(secret, MOST_LOGINS)) for user, secret in secrets.items()]
        enrolments = Enrolments()
        try:
            yield loads
        finally:
            for part in (*loads, enrolments):
                part.finish()
        failures = [*(refused for load in loads for refused in load.refused), *enrolments.failures]
        self.assertEqual([], failures, self.complaints())
        for load in loads:
            self.assertGreater(load.accepted, KILLS // 10)
        self.assertGreater(enrolments.done, KILLS // 20)

    def change_keys_and_be_killed(self, *words: str) -> bool:
        """Whether the command had ended by itself."""
        process = subprocess.Popen([paths.COMMAND, "key", *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(random.uniform(0, 0.03))  # not to await anything: the moment is to be any
        process.kill()
        _, messages = process.communicate()
        self.assertIn(process.returncode, (0, -9), messages.decode())
        return process.returncode == 0

    def old_keys(self) -> list[str]:
        return [key["id"] for key in twinlock.run_json("key", "list") if key["purpose"] == "record" and not key["newest"]]

    def test_no_valid_code_is_refused_and_no_record_lost(self) -> None:
        killed = 0
        with self.load():
            while killed < KILLS:
                killed += not self.change_keys_and_be_killed("rotate")
                twinlock.run("key", "rotate")
                for key in self.old_keys()[:-1]:
                    killed += not self.change_keys_and_be_killed("retire", key, "--yes")
        twinlock.run("key", "rotate")
        for key in self.old_keys():
            twinlock.run("key", "retire", key, "--yes")
        self.assertEqual([], self.old_keys())
        self.assertCountEqual(USERS, [row["user"] for row in twinlock.run_json("list")])
        for user, codes in self.paper_codes.items():
            self.assertEqual("accepted", twinlock.run_json("check", user, stdin=f"{codes[0]}\n")["verdict"])
