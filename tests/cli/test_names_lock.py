"""No record is missed or met twice because its user is renamed meanwhile: who goes through all of them and who changes
a name wait for each other."""

import contextlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from support import backups, pam, paths
from support.backups import FILE, PASSPHRASE, BackupScenario
from support.command import DONE, NO, STORE, USERS, run
from support.pam_scenario import locked
from support.twinlock import enrol

LOCK = Path("/var/lib/twinlock/names.lock")
COMMANDS = {
    "backup": (["backup", "/run/second.backup"], f"{PASSPHRASE}\n"),
    "restore": (["restore", str(FILE), "--yes"], f"{PASSPHRASE}\n"),
    "restored": (["restored", "--yes"], ""),
    "rename": (["rename", "alice", "carol", "--allow-unknown"], ""),
    "remove": (["remove", "alice", "--yes"], ""),
}


def has_opened(process: int, path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):  # descriptors come and go
        return any(fd.readlink() == path for fd in Path(f"/proc/{process}/fd").iterdir())
    return False


def hurried() -> list[str]:
    """Starts a process for which a minute of patience is over in a moment."""
    return ["env", *(f"{name}={value}" for name, value in pam.clock_at("+0 x1000").items())]


def wait_until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.01)


class OneAtATime(BackupScenario):
    def test_who_logs_in_while_a_command_waits_does_not_make_the_clock_wrong(self) -> None:
        phones = {user: enrol(user) for user in ("alice", "bob")}
        self.assert_status(DONE, backups.back_up())
        for name, user in (("restore", "bob"), ("restored", "alice")):  # behind restored no code is even looked at
            words, typed = COMMANDS[name]
            with self.subTest(name):
                before = (USERS / user).read_bytes()
                with locked(LOCK):
                    process = subprocess.Popen([paths.COMMAND, *words], stdin=subprocess.PIPE, text=True,
                                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                    assert process.stdin and process.stderr
                    process.stdin.write(typed)
                    process.stdin.close()
                    waiting = process.pid
                    wait_until(lambda: has_opened(waiting, LOCK))
                    waits_since = int(time.time())
                    wait_until(lambda: time.time() > waits_since + 1)
                    self.assert_status(NO, run("check", user, stdin=phones[user].wrong_code() + "\n"))
                    self.assertTrue(before != (USERS / user).read_bytes(), "it changed nothing")
                self.assertEqual(DONE, process.wait(timeout=60), process.stderr.read())
                process.stderr.close()

    def test_each_waits_for_the_others_and_changes_nothing_until_then(self) -> None:
        enrol("alice")
        self.assert_status(DONE, backups.back_up())
        before = backups.snapshot()
        for name, (words, typed) in COMMANDS.items():
            with self.subTest(name), locked(LOCK):
                done = run(*words, "--json", stdin=typed, prefix=hurried())
                self.assert_status(STORE, done)
                self.assertIn("list of users", done.error()["what"])
                self.assertEqual(before, backups.snapshot())
                self.assertFalse(Path("/run/second.backup").exists())
        self.assert_status(DONE, run("rename", "alice", "carol", "--allow-unknown"))

    def test_logins_wait_for_none_of_them(self) -> None:
        """A real login through the module, and a login's bookkeeping."""
        phone = enrol("alice")
        self.assert_status(DONE, backups.back_up())
        with locked(LOCK):
            login = ["authenticate", "account", pam.KEYBOARD, "open_session"]
            outcome = pam.attempt("alice", phone.code(), steps=[pam.IN_SSHD, *login])
            self.assertTrue(outcome.let_in, outcome)
