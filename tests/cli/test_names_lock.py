"""No record is missed or met twice because its user is renamed meanwhile: who goes through all of them and who changes
a name wait for each other."""

from pathlib import Path

from support import backups, pam
from support.backups import FILE, PASSPHRASE, BackupScenario
from support.command import DONE, STORE, run
from support.pam_scenario import locked
from support.twinlock import enrol

# A process for which a minute of patience is over in a moment.
HURRIED = ["env", *(f"{name}={value}" for name, value in pam.clock_at("+0 x1000").items())]
LOCK = Path("/var/lib/twinlock/names.lock")
COMMANDS = {
    "backup": (["backup", "/run/second.backup"], f"{PASSPHRASE}\n"),
    "restore": (["restore", str(FILE), "--yes"], f"{PASSPHRASE}\n"),
    "restored": (["restored", "--yes"], ""),
    "rename": (["rename", "alice", "carol", "--allow-unknown"], ""),
    "remove": (["remove", "alice", "--yes"], ""),
}


class OneAtATime(BackupScenario):
    def test_each_waits_for_the_others_and_changes_nothing_until_then(self) -> None:
        enrol("alice")
        self.assert_status(DONE, backups.back_up())
        before = backups.snapshot()
        for name, (words, typed) in COMMANDS.items():
            with self.subTest(name), locked(LOCK):
                done = run(*words, "--json", stdin=typed, prefix=[*HURRIED])
                self.assert_status(STORE, done)
                self.assertIn("list of users", done.error()["what"])
                self.assertEqual(before, backups.snapshot())
                self.assertFalse(Path("/run/second.backup").exists())
        self.assert_status(DONE, run("rename", "alice", "carol", "--allow-unknown"))
