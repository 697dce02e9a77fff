"""Seals and logins at once: no login waits or fails for a sweep, and no line is lost or doubled, whoever is killed."""

import contextlib
import os
import random
import subprocess
import time
import uuid
from pathlib import Path

from support import pam, paths, twinlock
from support.audit_log import is_seal
from support.command import run
from support.pam_scenario import AUDIT_LOG, PamScenario, locked
from support.rounds import rounds


class SealScenario(PamScenario):
    def setUp(self) -> None:
        super().setUp()
        Path("/run/twinlock/audit.missed").unlink(missing_ok=True)
        twinlock.clear_audit()

    def verify(self) -> dict[str, object]:
        return dict(run("audit", "verify", "--json").json())

    def sweep(self) -> None:
        self.assertEqual(0, run("sweep").status)

    def lines(self) -> int:
        return sum(not is_seal(line) for line in AUDIT_LOG.read_text().splitlines())


class UnderLoad(SealScenario):
    ATTEMPTS, PROCESSES = 25, 4

    def logins(self) -> pam.Started:
        return pam.Started(pam.Scenario("bob", [""] * self.ATTEMPTS, parallel=self.PROCESSES, repeat=self.ATTEMPTS))

    def assert_all_there(self, started: pam.Started) -> None:
        outcomes = [outcome for child in started.finish() for outcome in pam.outcomes(child)]
        self.assertEqual(self.ATTEMPTS * self.PROCESSES, len(outcomes))
        in_syslog = len([line for line in self.syslog_lines() if "audit: {" in line])
        self.assertEqual(self.ATTEMPTS * self.PROCESSES, self.lines() + in_syslog)

    def test_sweeps_take_nothing_from_logins(self) -> None:
        started = self.logins()
        for _ in range(rounds(5)):
            self.sweep()
        self.assert_all_there(started)
        self.sweep()
        answer = self.verify()
        self.assertIn(answer["result"], ("ok", "warn"), answer)
        self.assertEqual((self.lines(), 0), (answer["lines"], answer["unsealed"]))

    def test_sweeps_that_are_killed_at_any_point(self) -> None:
        started = self.logins()
        chance = random.Random(os.getpid())
        for _ in range(rounds(12)):
            sweep = subprocess.Popen([paths.COMMAND, "sweep"])
            time.sleep(chance.uniform(0, 0.03))  # where it is hit is left to chance
            sweep.kill()
            sweep.wait()
            self.assertNotEqual("fail", self.verify()["result"], self.verify())
        self.assert_all_there(started)
        self.sweep()
        answer = self.verify()
        self.assertNotEqual("fail", answer["result"], answer)
        self.assertEqual((self.lines(), 0), (answer["lines"], answer["unsealed"]))


class AtEachCall(SealScenario):
    def test_a_sweep_killed_at_each_call_leaves_a_chain_that_holds(self) -> None:
        """SIGKILL in the place of each write, flush, rename and lock from the log on, by strace."""
        for call in ("write", "fdatasync", "fsync", "rename", "ftruncate", "fchmod", "unlink"):
            for number in range(1, 4):
                self.attempt("bob", "123456")
                subprocess.run(["strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                                f"inject={call}:signal=KILL:when={number}", paths.COMMAND, "sweep"], check=False,
                               capture_output=True, timeout=60)
                answer = self.verify()
                self.assertNotEqual("fail", answer["result"], (call, number, answer))
        self.sweep()
        self.assertEqual(("ok", 0), (self.verify()["result"], self.verify()["unsealed"]))


class Gaps(SealScenario):
    def test_lines_that_went_to_syslog_are_counted(self) -> None:
        self.attempt("bob", "123456")
        with locked(AUDIT_LOG):
            for _ in range(3):
                self.attempt("bob", "123456")
        self.sweep()
        answer = self.verify()
        self.assertEqual(("warn", 3, 1), (answer["result"], answer["missed"], answer["lines"]))
        self.assertIn("3 lines could not be written to the file and went to syslog only", str(answer["findings"]))
        self.attempt("bob", "123456")
        self.sweep()
        self.assertEqual(3, self.verify()["missed"])

    def test_a_full_disk_is_a_counted_gap(self) -> None:
        directory = self.small_disk("16k")
        self.configure(f'[audit]\nfile = "{directory}/audit.log"\n')
        self.attempt("bob", "123456")
        self.sweep()
        filler = self.fill(directory)
        missed = self.missed_attempts(directory / "audit.log", 30)  # the page of the log takes some before it is full
        self.assertNotEqual(0, run("sweep").status)
        filler.unlink()
        self.sweep()
        answer = self.verify()
        self.assertEqual(("warn", missed), (answer["result"], answer["missed"]), answer)

    def test_a_restart_while_the_disk_is_full_loses_no_count(self) -> None:
        directory = self.small_disk("32k")
        self.configure(f'[audit]\nfile = "{directory}/audit.log"\n[store]\nstate_dir = "{directory}"\n')
        self.attempt("bob", "123456")
        self.sweep()
        filler, missed = self.fill(directory), 0
        for _ in range(2):
            missed += self.missed_attempts(directory / "audit.log", 30)
            self.assertNotEqual(0, run("sweep").status)
            self.restart()
        filler.unlink()
        for _ in range(2):
            self.sweep()
            answer = self.verify()
            self.assertEqual(("warn", missed), (answer["result"], answer["missed"]), answer)
            self.attempt("bob", "123456")

    def restart(self) -> None:
        """/run is empty, and the kernel has another name for this start of the machine."""
        Path("/run/twinlock/audit.missed").unlink()
        own, kernels = Path("/run/boot_id"), "/proc/sys/kernel/random/boot_id"
        subprocess.run(["umount", kernels], check=False, capture_output=True)
        own.write_text(f"{uuid.uuid4()}\n")
        subprocess.run(["mount", "--bind", own, kernels], check=True)
        self.addCleanup(subprocess.run, ["umount", kernels], check=False, capture_output=True)

    def small_disk(self, size: str) -> Path:
        directory = Path("/run/small")
        directory.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", directory], check=True)
        self.addCleanup(subprocess.run, ["umount", directory], check=True)
        return directory

    def fill(self, directory: Path) -> Path:
        filler = directory / "filler"
        with filler.open("wb", buffering=0) as file:
            for size in (4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"x" * size)
        return filler

    def missed_attempts(self, log: Path, attempts: int) -> int:
        """How many of so many failing logins could not be written; some must be."""
        missed = 0
        for _ in range(attempts):
            before = log.read_bytes().count(b'"actor":null}\n')
            self.assertFalse(self.attempt("bob", "123456").let_in)
            missed += log.read_bytes().count(b'"actor":null}\n') == before
        self.assertGreater(missed, 0)
        return missed

    def test_a_count_that_is_a_link_or_anothers_is_not_written(self) -> None:
        count = Path("/run/twinlock/audit.missed")
        target = Path("/run/target")
        target.write_text("")
        count.symlink_to(target)
        self.addCleanup(count.unlink)
        with locked(AUDIT_LOG):
            self.assertFalse(self.attempt("bob", "123456").let_in)
        self.assertEqual("", target.read_text())
