"""setup where systemd runs the machine.

It does not run here. In its place stand two programs of this test that write down how they are called; the real
systemd-analyze says whether the units are good that would come of it.
"""

import json
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from support import paths
from support.command import DONE, NO, STORE, run
from support.setup_scenario import JOURNAL, PAM, SSH, SetupScenario, everything_below

RUNS_HERE = Path("/run/systemd/system")
CALLS = Path("/run/systemd-calls")
RECORDER = """\
#!/bin/sh
echo "$(basename "$0") $*" >> /run/systemd-calls
case "$*" in {failing}) echo "refused by the test"; exit 1 ;; esac
exit 0
"""
UNIT = "twinlock-setup-rollback-ssh"


class SetupUnderSystemd(SetupScenario):
    def setUp(self) -> None:
        super().setUp()
        self.programs = self.place_for_programs()
        RUNS_HERE.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, RUNS_HERE.parent)
        CALLS.unlink(missing_ok=True)
        self.let_fail("nothing")
        self.before = everything_below(SSH, PAM)

    def let_fail(self, pattern: str) -> None:
        for name in ("systemctl", "systemd-run"):
            program = self.programs / name
            program.write_text(RECORDER.format(failing=pattern))
            program.chmod(0o755)

    def calls(self, *words: str) -> list[str]:
        """Those that begin so."""
        return [line for line in CALLS.read_text().splitlines() if line.startswith(" ".join(words))]

    def countdown(self) -> list[str]:
        call, = self.calls("systemd-run")
        return shlex.split(call)

    def test_a_timer_counts_down(self) -> None:
        self.set_up_ssh("--confirm-within", "5m")
        words = self.countdown()
        self.assertIn(f"--unit={UNIT}", words)
        seconds = next(int(word[12:-1]) for word in words if word.startswith("--on-active="))
        self.assertTrue(300 < seconds + 5 and seconds <= 301, seconds)
        self.assertEqual([str(paths.COMMAND), "--config", "/etc/twinlock/twinlock.conf", "setup", "undo", "--if-due",
                          "--journal", str(JOURNAL)], words[-8:])
        self.assertNotIn("watcher", json.loads((JOURNAL / "ssh-1.json").read_text()))

    def test_what_the_timer_starts_takes_it_back(self) -> None:
        self.set_up_ssh()
        command = self.countdown()[-8:]
        entry = JOURNAL / "ssh-1.json"
        entry.write_text(json.dumps({**json.loads(entry.read_text()), "deadline_since_boot": 1}))
        subprocess.run(command, check=True, capture_output=True)
        self.assertEqual(self.before, everything_below(SSH, PAM))
        self.assertEqual(2, len(self.calls("systemctl try-reload-or-restart ssh.service")))

    def test_a_confirmation_stops_it(self) -> None:
        self.set_up_ssh()
        CALLS.unlink()
        self.assert_status(DONE, run("setup", "confirm"))
        self.assertEqual([f"systemctl stop {UNIT}.timer"], self.calls("systemctl"))

    def test_servers_are_reloaded_by_the_name_of_their_unit(self) -> None:
        self.let_fail("'cat ssh.service'")  # as on Fedora
        self.set_up_ssh()
        self.assertEqual(["systemctl try-reload-or-restart sshd.service"],
                         self.calls("systemctl try-reload-or-restart"))

    def test_a_reload_that_fails_is_told_and_all_is_taken_back(self) -> None:
        self.let_fail("try-reload-or-restart*")
        done = self.assert_status(NO, self.setup_ssh())
        self.assertIn("ssh.service: does not take the change: refused by the test", done.messages)
        self.assertEqual(self.before, everything_below(SSH, PAM))

    def test_a_server_that_could_not_be_told_of_the_return_is_told_again(self) -> None:
        """Until then it refuses by the files that it read before."""
        self.set_up_ssh()
        self.let_fail("try-reload-or-restart*")
        done = self.assert_status(NO, run("setup", "undo", "--yes"))
        self.assertIn("does not take the change", done.messages)
        self.assertEqual(self.before, everything_below(SSH, PAM))
        self.let_fail("nothing")
        CALLS.unlink()
        entry = JOURNAL / "ssh-1.json"
        entry.write_text(json.dumps({**json.loads(entry.read_text()), "deadline_since_boot": 1}))
        self.assert_status(DONE, run("sweep"))
        self.assertEqual(1, len(self.calls("systemctl try-reload-or-restart ssh.service")))
        self.assertFalse(entry.exists())

    def test_the_timer_finds_the_journal_where_the_configuration_is_broken(self) -> None:
        elsewhere = Path("/var/lib/elsewhere/setup")
        self.addCleanup(shutil.rmtree, elsewhere.parent, ignore_errors=True)
        with self.config('[store]\nstate_dir = "/var/lib/elsewhere"\n'):
            self.set_up_ssh()
        command = self.countdown()[-8:]
        self.assertEqual(str(elsewhere), command[-1])
        entry = elsewhere / "ssh-1.json"
        entry.write_text(json.dumps({**json.loads(entry.read_text()), "deadline_since_boot": 1}))
        with self.config("nonsense = 1\n"):
            subprocess.run(command, check=True, capture_output=True)
        self.assertEqual(self.before, everything_below(SSH, PAM))

    def test_without_a_countdown_nothing_is_changed(self) -> None:
        self.let_fail("*--on-active*")
        self.assert_status(STORE, self.setup_ssh())
        self.assertEqual(self.before, everything_below(SSH, PAM))
        self.assertEqual([], list(JOURNAL.glob("*.json")))

    def test_without_sweeps_after_a_restart_nothing_is_changed(self) -> None:
        self.let_fail("'is-enabled --quiet twinlock-sweep.timer'")
        done = self.assert_status(NO, self.setup_ssh())
        self.assertIn("systemctl enable --now twinlock-sweep.timer", done.messages)
        self.assertEqual(self.before, everything_below(SSH, PAM))

    def test_the_units_that_come_of_it_are_good(self) -> None:
        directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.set_up_ssh()
        words = self.countdown()
        seconds = next(word[12:] for word in words if word.startswith("--on-active="))
        timer = [word.partition("=")[2] for word in words if word.startswith("--timer-property=")]
        (directory / f"{UNIT}.timer").write_text(f"[Timer]\nOnActiveSec={seconds}\n" + "\n".join(timer) + "\n")
        (directory / f"{UNIT}.service").write_text(f"[Service]\nExecStart={shlex.join(words[-8:])}\n")
        verified = subprocess.run(["/usr/bin/systemd-analyze", "verify", "--man=no", *sorted(directory.iterdir())],
                                  capture_output=True, text=True, check=False)
        self.assertEqual((0, ""), (verified.returncode, verified.stdout + verified.stderr))
