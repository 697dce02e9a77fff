"""setup confirm, setup undo, and the setup that takes itself back: at its time, after a restart, whoever has died."""

import json
import os
import re
import shutil
import signal
import stat
from pathlib import Path

from support import paths, twinlock
from support.command import CONFIG_FILE, DONE, NO, STORE, USAGE, Person, run
from support.processes import wait_for_end
from support.setup_scenario import (JOURNAL, PAM, SSH, SSH_DROP_IN, SSH_STACK, SSHD_CONFIG, SetupScenario,
                                    everything_below)


class Scenario(SetupScenario):
    def setUp(self) -> None:
        super().setUp()
        self.before = everything_below(SSH, PAM)

    def assert_as_before(self) -> None:
        self.assertEqual(self.before, everything_below(SSH, PAM))

    def is_as_before(self) -> bool:
        return self.before == everything_below(SSH, PAM)

    def entry(self) -> dict[str, object]:
        return dict(json.loads((JOURNAL / "ssh-1.json").read_text()))

    def events(self) -> list[str]:
        return [line["event"] for line in twinlock.audit_lines() if line["event"].startswith("setup")]

    def change_entry(self, **values: object) -> None:
        (JOURNAL / "ssh-1.json").write_text(json.dumps({**self.entry(), **values}))


class Confirm(Scenario):
    def test_it_stays_when_its_time_is_over(self) -> None:
        self.set_up_ssh()
        watcher = self.entry()["watcher"]["pid"]  # type: ignore[index]
        after = everything_below(SSH, PAM)
        self.assertEqual({"confirmed": ["ssh"]}, self.assert_status(DONE, run("setup", "confirm", "--json")).json())
        wait_for_end(watcher)
        self.change_entry(deadline=1, deadline_since_boot=1)
        run("sweep")
        self.assertEqual(after, everything_below(SSH, PAM))
        self.assertEqual(["setup", "setup_confirmed"], self.events())

    def test_the_doctor_warns_while_it_waits(self) -> None:
        self.set_up_ssh()
        waits = {"id": "setup.pending", "result": "warn"}
        self.assertTrue(waits.items() <= self.check_of_doctor("setup.pending").items())
        run("setup", "confirm")
        self.assertEqual("ok", self.check_of_doctor("setup.pending")["result"])

    def check_of_doctor(self, name: str) -> dict[str, str]:
        return next(check for check in run("doctor", "--json").json()["checks"] if check["id"] == name)

    def test_where_nothing_waits_the_answer_is_no(self) -> None:
        self.assert_fails(NO, "setup", "confirm")
        self.set_up_ssh()
        run("setup", "confirm")
        self.assert_fails(NO, "setup", "confirm")

    def test_one_that_was_cut_off_cannot_be_confirmed(self) -> None:
        self.set_up_ssh()
        self.change_entry(phase="writing")
        self.assert_status(NO, run("setup", "confirm"))

    def test_a_second_setup_of_the_same_service_has_to_wait(self) -> None:
        self.set_up_ssh()
        done = self.assert_status(NO, self.setup_ssh("--ways", "key+code"))
        self.assertIn("waits for a confirmation already", done.messages)


class Undo(Scenario):
    def test_it_restores_byte_for_byte_with_owner_and_mode(self) -> None:
        SSHD_CONFIG.write_bytes(b"# \xff\xfe no UTF-8\r\nHostKey /etc/ssh/ssh_host_ed25519_key\nX11Forwarding no")
        shutil.chown(SSH_STACK, 0, 60601)
        SSH_STACK.chmod(0o640)
        SSHD_CONFIG.chmod(0o600)
        self.before = everything_below(SSH, PAM)
        for confirm in (False, True):
            self.set_up_ssh()
            self.assertEqual(0o100640, SSH_STACK.stat().st_mode)
            if confirm:
                run("setup", "confirm")
            done = self.assert_status(DONE, run("setup", "undo", "--yes", "--json"))
            self.assertEqual({"restored": [str(SSH_STACK), str(SSHD_CONFIG), str(SSH_DROP_IN)]}, done.json())
            self.assert_as_before()
            self.assertEqual([], list(JOURNAL.glob("*.json")))

    def test_it_shows_the_change_and_asks(self) -> None:
        self.set_up_ssh()
        after = everything_below(SSH, PAM)
        self.assert_status(USAGE, run("setup", "undo"))
        with Person("setup", "undo") as person:
            person.expect(r"-auth       required     pam_twinlock.so")
            person.expect(r"Put these files back as they were\? \[y/N\] ")
            person.sendline("n")
            self.assertEqual(NO, person.end())
        self.assertEqual(after, everything_below(SSH, PAM))

    def test_where_nothing_was_set_up_the_answer_is_no(self) -> None:
        self.assert_fails(NO, "setup", "undo", "--yes")

    def test_a_foreign_edit_is_never_overwritten_silently(self) -> None:
        self.set_up_ssh()
        run("setup", "confirm")
        edited = SSH_STACK.read_text() + "session optional pam_lastlog.so\n"
        SSH_STACK.write_text(edited)
        after = everything_below(SSH, PAM)
        done = self.assert_status(NO, run("setup", "undo", "--yes"))
        self.assertIn("was edited since", done.messages)
        self.assertIn("-session optional pam_lastlog.so", done.output)
        self.assertEqual(after, everything_below(SSH, PAM))
        self.assert_status(DONE, run("setup", "undo", "--yes", "--force"))
        self.assert_as_before()
        copies = list(JOURNAL.glob("etc-pam.d-sshd.edited-*"))
        self.assertEqual([(edited, 0o100600)], [(copy.read_text(), copy.stat().st_mode) for copy in copies])

    def test_it_works_where_the_configuration_is_broken(self) -> None:
        self.set_up_ssh()
        with self.config("nonsense = 1\n"):
            self.assert_status(DONE, run("setup", "undo", "--yes"))
        self.assert_as_before()

    def test_the_journal_is_roots_alone(self) -> None:
        self.set_up_ssh()
        self.assertEqual(0o40700, JOURNAL.stat().st_mode)
        self.assertEqual({0o100600}, {stat.S_IFMT(f.stat().st_mode) | stat.S_IMODE(f.stat().st_mode)
                                      for f in JOURNAL.iterdir()})

    def test_a_damaged_journal_is_an_error(self) -> None:
        self.set_up_ssh()
        (JOURNAL / "ssh-1.json").write_text("{}")
        self.assert_status(STORE, run("setup", "undo", "--yes"))


class Rollback(Scenario):
    def test_it_comes_though_the_session_that_started_it_is_gone(self) -> None:
        """A person's terminal with everything in it: the shell and all of its process group are killed, the line hangs up."""
        command = f"{paths.COMMAND} setup ssh --yes --confirm-within 8s; exec sleep 1000"
        with Person.shell(command) as person:
            person.expect("twinlock setup confirm")
            watcher = self.entry()["watcher"]["pid"]  # type: ignore[index]
            self.assertNotEqual(os.getsid(person.pid), os.getsid(watcher))
            self.assertEqual({"/dev/null", "anon_inode:[timerfd]"} | {os.readlink(f"/proc/{watcher}/fd/0")},
                             {os.readlink(fd) for fd in Path(f"/proc/{watcher}/fd").iterdir()})
            os.killpg(person.pid, signal.SIGKILL)
        self.assertFalse(self.is_as_before())
        self.await_condition(self.is_as_before)
        self.await_condition(lambda: self.events()[-1:] == ["setup_rolled_back"])
        self.assertFalse((JOURNAL / "ssh-1.json").exists())

    def test_it_comes_after_a_restart_of_the_machine_with_the_next_sweep(self) -> None:
        self.set_up_ssh()
        run("sweep")
        self.assertFalse(self.is_as_before())
        self.change_entry(boot_id="another")
        done = self.assert_status(DONE, run("sweep", "--json"))
        self.assertEqual([str(SSH_STACK), str(SSH_DROP_IN)], done.json()["restored"])
        self.assert_as_before()

    def test_a_sweep_takes_it_back_where_the_configuration_is_broken(self) -> None:
        self.set_up_ssh()
        self.change_entry(boot_id="another")
        with self.config("nonsense = 1\n"):
            run("sweep")
        self.assert_as_before()

    def test_a_sweep_takes_it_back_where_the_configuration_is_gone(self) -> None:
        unit = (paths.PACKAGING / "systemd/twinlock-sweep.service").read_text()
        conditions = re.findall(r"(?m)^ConditionPathExists=(\|?)(/.*)$", unit)
        self.set_up_ssh()
        self.change_entry(boot_id="another")
        with self.config(""):
            CONFIG_FILE.unlink()
            # As systemd judges: of those with a bar one is enough, of the others each must hold.
            self.assertIn(True, [Path(path).exists() for bar, path in conditions if bar])
            self.assertNotIn(False, [Path(path).exists() for bar, path in conditions if not bar])
            run("sweep")
            self.assert_as_before()

    def test_a_file_of_another_mode_or_a_link_in_its_place_does_not_keep_it(self) -> None:
        for spoil in (lambda: SSH_STACK.chmod(0o664), lambda: shutil.move(SSH_STACK, "/run/moved")):
            self.set_up_ssh()
            spoil()
            if not SSH_STACK.exists():
                SSH_STACK.symlink_to("/run/moved")
            self.change_entry(deadline=1, deadline_since_boot=1)
            self.assert_status(DONE, run("sweep"))
            self.assert_as_before()

    def test_if_due_does_nothing_before_its_time(self) -> None:
        self.set_up_ssh()
        self.assertEqual({"restored": []}, self.assert_status(DONE, run("setup", "undo", "--if-due", "--json")).json())
        self.assertFalse(self.is_as_before())

    def test_an_edited_file_is_put_back_too_and_a_copy_of_it_kept(self) -> None:
        """Half of a setup locks everybody out, or lets people in without a code."""
        self.set_up_ssh()
        SSH_STACK.write_text("auth required pam_deny.so\n")
        self.change_entry(boot_id="another")
        self.assert_status(DONE, run("setup", "undo", "--if-due"))
        self.assert_as_before()
        self.assertEqual(["auth required pam_deny.so\n"],
                         [copy.read_text() for copy in JOURNAL.glob("etc-pam.d-sshd.edited-*")])

    def test_a_later_confirmation_is_honoured_by_the_process_that_waits(self) -> None:
        self.set_up_ssh("--confirm-within", "8s")
        watcher = self.entry()["watcher"]["pid"]  # type: ignore[index]
        self.change_entry(phase="confirmed")  # without a word to that process
        wait_for_end(watcher)
        self.assertFalse(self.is_as_before())
