"""twinlock setup with an sshd that this machine does not have, and with programs that do not answer."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from support import pam, paths
from support.command import CONFIG, DONE, STORE, run
from support.processes import wait_for_end
from support.setup_scenario import JOURNAL, PAM, SSH, SSHD_CONFIG, SetupScenario, config_text, everything_below

# A process for which a minute of patience is over in six seconds.
HURRIED = ["env", *(f"{name}={value}" for name, value in pam.clock_at("+0 x10").items())]
HUNG = Path("/run/hung")
HANG = "sleep 1000 & echo $! > /run/hung; wait"


class StandIns(SetupScenario):
    def setUp(self) -> None:
        super().setUp()
        self.programs = self.place_for_programs()
        self.before = everything_below(SSH, PAM)

    def stand_in(self, name: str, script: str) -> None:
        (self.programs / name).write_text("#!/bin/sh\n" + script)
        (self.programs / name).chmod(0o755)

    def assert_refused(self, status: int, words: str, prefix: Sequence[str] = ()) -> None:
        """Nothing has changed, and nothing waits."""
        before = everything_below(SSH, PAM)
        self.assertIn(words, self.assert_status(status, run("setup", "ssh", "--yes", prefix=[*prefix])).messages)
        self.assertEqual(before, everything_below(SSH, PAM))
        self.assertEqual([], list(JOURNAL.glob("*.json")))

    def test_another_stack_for_some_is_found_wherever_it_is_named(self) -> None:
        """OpenSSH knows this keyword from 9.8 on: the one here is not shown it."""
        self.stand_in("sshd", "sed /PAMServiceName/d /etc/ssh/sshd_config > /run/sshd_config\n"
                              f'exec {paths.SSHD} "$@" -f /run/sshd_config\n')
        SSHD_CONFIG.write_text(config_text() + "Match Group staff\n    PAMServiceName = files\n")
        self.assert_refused(CONFIG, "PAMServiceName files")
        SSHD_CONFIG.write_text(config_text() + 'Match Group staff\n    PAMServiceName "sshd"\n')
        self.set_up_ssh()

    def test_another_stack_that_only_sshd_tells_of_is_found(self) -> None:
        """No file names it: it is this sshd's own default, or for those whom it is asked about."""
        for whom, pattern in (("everybody", "*-T*"), ("alice at 192.0.2.1", "*user=alice,*")):
            for keyword in ("pamservicename", "PAMServiceName"):
                with self.subTest(whom=whom, keyword=keyword):
                    self.stand_in("sshd", f'case "$*" in {pattern}) echo "{keyword} files" ;; esac\n'
                                          f'exec {paths.SSHD} "$@"\n')
                    self.assert_refused(CONFIG, f"is overridden for {whom}: pamservicename (it is files)")
        self.stand_in("sshd", f'case "$*" in *-T*) echo "PAMServiceName sshd" ;; esac\nexec {paths.SSHD} "$@"\n')
        self.set_up_ssh()

    def test_an_sshd_that_does_not_answer_ends_the_setup(self) -> None:
        """As where a Match asks for groups in a directory that hangs."""
        self.stand_in("sshd", f'case "$*" in *-T*) {HANG} ;; esac\n')
        self.assert_refused(STORE, "did not end within 20 s", HURRIED)
        wait_for_end(int(HUNG.read_text()))

    def test_a_reload_that_does_not_end_keeps_no_file_from_coming_back_and_is_done_again(self) -> None:
        Path("/run/systemd/system").mkdir(parents=True)
        self.addCleanup(shutil.rmtree, "/run/systemd")
        for name in ("systemctl", "systemd-run"):
            self.stand_in(name, "exit 0\n")
        self.set_up_ssh()
        self.stand_in("systemctl", f'case "$*" in try-reload*) {HANG} ;; esac\n')
        done = self.assert_status(STORE, run("setup", "undo", "--yes", prefix=HURRIED))
        self.assertIn("systemctl: did not end within 60 s, and was stopped", done.messages)
        wait_for_end(int(HUNG.read_text()))
        self.assertEqual(self.before, everything_below(SSH, PAM))
        entry, = JOURNAL.glob("*.json")  # so that it is told again
        entry.write_text(json.dumps({**json.loads(entry.read_text()), "deadline_since_boot": 1}))
        self.stand_in("systemctl", 'case "$*" in try-reload*) echo "$*" >> /run/told ;; esac\n')
        self.assert_status(DONE, run("sweep"))
        self.assertEqual("try-reload-or-restart ssh.service\n", Path("/run/told").read_text())
        self.assertFalse(entry.exists())
