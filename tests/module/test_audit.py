"""The audit log: every login leaves a line, and no trouble with the log decides a login."""

import os
import stat
import subprocess
from pathlib import Path

from support import pam, twinlock
from support.accounts import ALICE
from support.pam_scenario import ADDRESS, AUDIT_LOG, PamScenario, locked


class AuditScenario(PamScenario):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(self.put_back)

    def put_back(self) -> None:
        if AUDIT_LOG.is_dir() and not AUDIT_LOG.is_symlink():
            AUDIT_LOG.rmdir()
        AUDIT_LOG.unlink(missing_ok=True)
        AUDIT_LOG.touch(0o600)
        AUDIT_LOG.chmod(0o600)

    def assert_logins_go_on(self) -> None:
        """Right codes pass, wrong ones do not, and each leaves its line in syslog."""
        self.assertTrue(self.attempt("alice", self.phone.code()).let_in)
        self.assertFalse(self.attempt("alice", "").let_in)
        lines = [line for line in self.syslog_lines() if "audit: {" in line]
        self.assertEqual(2, len(lines), self.syslog_lines())
        for line, verdict in zip(lines, ("accepted", "wrong_code")):
            self.assertIn('"user":"alice"', line)
            self.assertIn(f'"verdict":"{verdict}"', line)


class Lines(AuditScenario):
    def test_says_who_where_and_how_it_ended(self) -> None:
        self.assert_accepted(self.attempt("alice", self.phone.code()))
        (line,) = twinlock.audit_lines()
        self.assertEqual(("login", "alice", "sshd", ADDRESS, "accepted", 1),
                         tuple(line[key] for key in ("event", "user", "service", "address", "verdict", "token")))
        self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_a_hundred_lines_at_once_stay_whole(self) -> None:
        pam.in_parallel(pam.Scenario("alice", [""] * 10, parallel=10, repeat=10))
        self.assertEqual([("login", "wrong_code")] * 100, self.verdicts())

    def test_a_new_file_is_its_owners_whatever_the_umask(self) -> None:
        AUDIT_LOG.unlink()
        self.attempt("alice", "")
        self.assertEqual(0o600, stat.S_IMODE(AUDIT_LOG.stat().st_mode))

    def test_without_a_file_syslog_has_the_lines(self) -> None:
        self.configure('[audit]\nfile = ""\n')
        self.assert_logins_go_on()
        self.assertEqual(2, len(self.syslog_lines()))


class FilesThatFail(AuditScenario):
    def assert_falls_back_to_syslog(self, complaint: str) -> None:
        self.assert_logins_go_on()
        self.assertEqual(2, len([line for line in self.syslog_lines() if f"audit: {complaint}" in line]), self.syslog_lines())

    def test_a_directory(self) -> None:
        AUDIT_LOG.unlink()
        AUDIT_LOG.mkdir()
        self.assert_falls_back_to_syslog(str(AUDIT_LOG))

    def test_a_missing_directory(self) -> None:
        self.configure('[audit]\nfile = "/nowhere/audit.log"\n')
        self.assert_falls_back_to_syslog("/nowhere: cannot be opened (No such file or directory)")

    def test_a_symbolic_link_is_not_written_through(self) -> None:
        AUDIT_LOG.unlink()
        target = Path("/run/target")
        target.write_text("")
        AUDIT_LOG.symlink_to(target)
        self.assert_falls_back_to_syslog(str(AUDIT_LOG))
        self.assertEqual("", target.read_text())

    def test_a_pipe_that_nobody_reads(self) -> None:
        AUDIT_LOG.unlink()
        os.mkfifo(AUDIT_LOG, 0o600)
        self.assert_falls_back_to_syslog(str(AUDIT_LOG))

    def test_a_foreign_file(self) -> None:
        os.chown(AUDIT_LOG, ALICE.uid, 0)
        self.assert_falls_back_to_syslog(f"{AUDIT_LOG}: belongs to uid {ALICE.uid}")
        AUDIT_LOG.unlink()

    def test_one_that_another_process_holds(self) -> None:
        with locked(AUDIT_LOG):
            self.assert_falls_back_to_syslog(f"{AUDIT_LOG}: is locked by another process")

    def test_a_full_disk(self) -> None:
        directory = Path("/run/small")
        directory.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,mode=700", "tmpfs", directory], check=True)
        self.addCleanup(subprocess.run, ["umount", directory], check=True)
        (directory / "audit.log").write_bytes(b"x" * 4096)
        (directory / "audit.log").chmod(0o600)
        self.configure(f'[audit]\nfile = "{directory}/audit.log"\n')
        self.assert_falls_back_to_syslog(f"{directory}/audit.log: cannot be written (No space left on device)")

    def test_a_file_size_limit_of_the_caller_kills_nobody(self) -> None:
        AUDIT_LOG.write_text("x" * 20_000 + "\n")
        lines = pam.run(pam.Scenario("alice", [self.phone.code()]), wrapper=["prlimit", "--fsize=16384"])
        self.assertTrue(pam.outcomes(lines[:-1])[0].let_in)
        self.assertTrue(any("file size limit" in line for line in self.syslog_lines()))
        self.assertEqual(20_001, AUDIT_LOG.stat().st_size)
