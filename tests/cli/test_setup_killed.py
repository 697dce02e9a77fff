"""SIGKILL in the midst of a setup or an undo: what is left is put back by the next undo, byte for byte."""

import os
import signal
import subprocess

from support import paths
from support.command import DONE, run
from support.rounds import rounds
from support.setup_scenario import JOURNAL, PAM, SSH, SetupScenario, everything_below


class Killed(SetupScenario):
    """SIGKILL before each step that changes a file, a name or a process."""

    STEPS = ("rename", "clone") if rounds(1) == 1 else ("rename", "clone", "unlink", "fsync", "chmod", "lchown")

    def setUp(self) -> None:
        super().setUp()
        self.before = everything_below(SSH, PAM)

    def assert_as_before(self) -> None:
        self.assertEqual(self.before, everything_below(SSH, PAM))

    def kill_at(self, call: str, number: int) -> bool:
        """Whether it was killed: False where the command has fewer such calls."""
        trace = ["strace", "--quiet=all", "--output=/dev/null", f"--trace={call}",
                 f"--inject={call}:signal=KILL:when={number}"]
        done = subprocess.run([*trace, paths.COMMAND, "setup", "ssh", "--yes"], capture_output=True, timeout=60,
                              check=False)
        return done.returncode != 0

    def test_undo_restores_byte_for_byte_whenever_it_dies(self) -> None:
        for call in self.STEPS:
            number = 1
            while self.kill_at(call, number):
                with self.subTest(call=call, number=number):
                    if list(JOURNAL.glob("*.json")):
                        self.assert_status(DONE, run("setup", "undo", "--yes"))
                    self.assert_as_before()
                self.end_countdowns()
                number += 1
            self.assertGreater(number, 1, call)
            self.assertNotEqual(self.before, everything_below(SSH, PAM))
            self.assert_status(DONE, run("setup", "undo", "--yes"))
            self.assert_as_before()

    def test_ctrl_z_waits_until_all_is_written(self) -> None:
        """Who is stopped with the journal's lock in hand would keep the rollback from coming."""
        trace = ["strace", "--quiet=all", "--output=/dev/null", "--trace=rename", "--inject=rename:signal=TSTP:when=2"]
        with subprocess.Popen([*trace, paths.COMMAND, "setup", "ssh", "--yes"], stdout=subprocess.DEVNULL,
                              process_group=0) as traced:
            try:
                self.await_condition(lambda: '"waiting"' in "".join(f.read_text() for f in JOURNAL.glob("*.json")))
            finally:
                os.killpg(traced.pid, signal.SIGCONT)
                traced.wait(20)
        self.assert_status(DONE, run("setup", "undo", "--yes"))
        self.assert_as_before()

    def test_an_undo_that_dies_can_be_repeated(self) -> None:
        for call in ("rename", "unlink"):
            for number in (1, 2):
                self.set_up_ssh()
                subprocess.run(["strace", "--quiet=all", "--output=/dev/null", f"--trace={call}",
                                f"--inject={call}:signal=KILL:when={number}", paths.COMMAND, "setup", "undo", "--yes"],
                               capture_output=True, timeout=60, check=False)
                if list(JOURNAL.glob("*.json")):
                    self.assert_status(DONE, run("setup", "undo", "--yes"))
                self.assert_as_before()
