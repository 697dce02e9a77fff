"""cron calls `account` for the owner of each job, and nobody is there to type a code."""

import shutil
import subprocess
import unittest
from pathlib import Path

from support import paths, syslog, twinlock
from support.accounts import ALICE
from support.sandbox import install_pam_stack

TABLES = Path("/var/spool/cron/crontabs")
COMMON_ACCOUNT = Path("/etc/pam.d/common-account")
SESSION_OVER = r"pam_unix\(cron:session\): session closed for user alice"
REFUSED = "Authentication failure|Permission denied"


class Cron(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        syslog.collected()
        twinlock.run("init")
        for machine in Path("/etc").glob("cron*"):  # no jobs but ours
            shutil.rmtree(machine) if machine.is_dir() else machine.unlink()
        TABLES.mkdir(parents=True)

    def setUp(self) -> None:
        twinlock.remove_everybody()
        twinlock.enrol("alice")
        syslog.collected().clear()
        self.trace = ALICE.home / "ran"
        self.trace.unlink(missing_ok=True)
        (TABLES / "alice").write_text(f"@reboot id -un > {self.trace}\n")
        (TABLES / "alice").chmod(0o600)
        shutil.chown(TABLES / "alice", ALICE.uid)

    def run_cron_until(self, line: str) -> None:
        Path("/run/crond.reboot").unlink(missing_ok=True)  # for cron the machine has just been started
        with subprocess.Popen([paths.CRON, "-f"], stderr=subprocess.DEVNULL) as cron:
            try:
                syslog.collected().wait_for(line)
            finally:
                cron.terminate()

    def test_runs_the_jobs_of_people_with_and_without_a_phone(self) -> None:
        for state in ("with", "without"):
            with self.subTest(state):
                self.run_cron_until(SESSION_OVER)
                self.assertEqual("alice\n", self.trace.read_text())
            twinlock.remove_everybody()
            self.trace.unlink()
            syslog.collected().clear()

    def test_would_run_nothing_with_our_account_line_in_common_account(self) -> None:
        """The trap that pam_twinlock(8) warns of."""
        as_shipped = COMMON_ACCOUNT.read_text()
        self.addCleanup(COMMON_ACCOUNT.write_text, as_shipped)
        install_pam_stack("common-account", f"account required pam_twinlock.so\n{as_shipped}")
        self.run_cron_until(REFUSED)
        self.assertFalse(self.trace.exists())
