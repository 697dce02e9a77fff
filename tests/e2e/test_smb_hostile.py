"""What surrounds an SMB login goes wrong, or is somebody's attack: denial or correct service, never a way in."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from support import processes, sandbox, syslog, twinlock
from support.accounts import ALICE, BOB
from support.smb_client import REFUSED, Connection
from support.smb_scenario import FOR_IMPACKET, HOME, SmbScenario

HELPER = Path("/usr/libexec/twinlock/smb-map")
RUN = Path("/run/twinlock")
STASHES = RUN / "smb"
NO_LEASE = '[service.samba]\nlease = "0"\n'


def run_helper(*arguments: str | bytes, user: int | None = None) -> tuple[int, bytes, bytes]:
    done = subprocess.run([HELPER, *arguments], capture_output=True, user=user, timeout=20, check=False)
    return done.returncode, done.stdout, done.stderr


def mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True)


def unmount(path: Path) -> None:
    subprocess.run(["umount", "--lazy", path], check=True)


class ByHand(SmbScenario):
    """smb-map as a program that anybody can run."""

    SILENT = (0, b"", b"")

    def started_by(self, name: str) -> list[str]:
        """The lines of the stash, which must be there for that process or not be there at all."""
        shell = Path("/run", name)
        shell.symlink_to("/bin/sh")
        self.addCleanup(shell.unlink)
        script = f'"{HELPER}" alice+492039; cat "{STASHES}/$$"'
        done = subprocess.run([shell, "-c", f"{script}; exit 0"], capture_output=True, text=True, timeout=20, check=True)
        bare_name, *stash = done.stdout.splitlines()
        self.assertEqual("alice", bare_name)
        return stash

    def test_root_with_one_name_gets_the_bare_name(self) -> None:
        self.assertEqual((0, b"alice\n", b""), run_helper("alice+492039"))

    def test_smbd_alone_gets_the_code_too(self) -> None:
        for name in ("smbd", "smbd[192.0.2.7]"):
            self.assertEqual(["alice", "492039"], self.started_by(name)[2:])
        for name in ("rpcd_lsad", "samba-dcerpcd", "smb", "xsmbd"):
            self.assertEqual([], self.started_by(name))

    def test_a_normal_user_gets_nothing(self) -> None:
        self.assertEqual(self.SILENT, run_helper("alice+492039", user=ALICE.uid))

    def test_any_other_number_of_arguments_gets_nothing(self) -> None:
        for arguments in ([], ["alice+492039", "x"], ["alice+492039"] * 50, ["--config=/x", "alice+492039"]):
            self.assertEqual(self.SILENT, run_helper(*arguments))

    def test_no_word_is_an_option(self) -> None:
        for word in ("--help", "--version", "-h", "--", "", "--config=/tmp/x"):
            self.assertEqual(self.SILENT, run_helper(word))

    def test_a_broken_configuration_maps_nothing_and_is_logged(self) -> None:
        self.configure("broken")
        self.assertEqual(self.SILENT, run_helper("alice+492039"))
        self.assertTrue(syslog.collected().matching("twinlock-smb-map.*is not TOML"))

    def test_closed_descriptors_change_nothing(self) -> None:
        subprocess.run(["/bin/sh", "-c", f'"{HELPER}" alice+492039 <&- >&- 2>&-'], check=True)

    def test_the_code_is_in_no_log(self) -> None:
        run_helper("alice+492039")
        self.configure("broken")
        run_helper("alice+492039")
        self.assertNotIn("492039", syslog.collected().text())


class RunDirectory(SmbScenario):
    def setUp(self) -> None:
        super().setUp()
        self.configure(NO_LEASE)
        self.phone.wait_for_fresh_step()
        self.assert_let_in(self.log_in(self.with_code(self.phone.code(steps_ahead=-1))))  # all is well before

    def test_missing_directories_are_made_for_root_alone(self) -> None:
        shutil.rmtree(RUN)
        self.assert_let_in(self.log_in(self.with_code()))
        self.assertEqual([0o40700] * 2, [path.stat().st_mode for path in (RUN, STASHES)])

    def test_a_full_file_system_refuses_and_uses_nothing_up(self) -> None:
        mount("-t", "tmpfs", "-o", "size=4096,nr_inodes=3,mode=700", "tmpfs", STASHES)
        self.addCleanup(unmount, STASHES)
        for number in range(2):
            (STASHES / f".full{number}").write_bytes(b"")
        self.assert_refused(self.log_in(self.with_code()))
        self.assertTrue(syslog.collected().matching("twinlock-smb-map.*No space left"))
        for leftover in STASHES.iterdir():
            leftover.unlink()
        self.assert_let_in(self.log_in(self.with_code()))

    def test_a_directory_that_others_may_write_refuses(self) -> None:
        self.addCleanup(STASHES.chmod, 0o700)
        for mode in (0o777, 0o770, 0o755):
            STASHES.chmod(mode)
            self.assert_refused(self.log_in(self.with_code()))
        self.assertTrue(syslog.collected().matching("twinlock-smb-map.*/run/twinlock/smb: can be"))

    def test_a_foreign_owner_refuses(self) -> None:
        self.addCleanup(shutil.chown, STASHES, 0)
        shutil.chown(STASHES, ALICE.uid)
        self.assert_refused(self.log_in(self.with_code()))

    def test_a_link_in_its_place_refuses_and_is_not_followed(self) -> None:
        elsewhere = Path("/tmp/elsewhere")
        elsewhere.mkdir(mode=0o700)
        self.addCleanup(shutil.rmtree, elsewhere)
        shutil.rmtree(STASHES)
        STASHES.symlink_to(elsewhere)
        self.addCleanup(STASHES.unlink)
        self.assert_refused(self.log_in(self.with_code()))
        self.assertEqual([], list(elsewhere.iterdir()))

    def leave_a_stash_behind(self) -> None:
        self.assert_refused(self.log_in(self.with_code(), password="wrong"))
        [stash] = STASHES.iterdir()
        processes.wait_for_end(int(stash.name))

    def test_leftovers_of_dead_processes_are_swept_by_the_next_login(self) -> None:
        self.leave_a_stash_behind()
        self.assert_let_in(self.log_in(self.with_code()))
        self.assertEqual([], list(STASHES.iterdir()))

    def test_leftovers_are_swept_by_the_timer_too(self) -> None:
        self.leave_a_stash_behind()
        self.assertEqual(1, twinlock.run_json("sweep")["stashes"])
        self.assertEqual([], list(STASHES.iterdir()))


class ForgedStashes(SmbScenario):
    """What stands in a stash is believed only if it was put there for this very process."""

    smb_options = FOR_IMPACKET

    def setUp(self) -> None:
        super().setUp()
        self.configure(NO_LEASE)
        self.connection = self.enterContext(Connection(self.server, source=HOME))
        self.assertEqual(REFUSED, self.connection.log_in(self.with_code(), "wrong"))  # leaves a stash
        [self.stash] = [path for path in STASHES.iterdir() if self.phone.code() in path.read_text()]

    def lines(self) -> list[str]:
        return self.stash.read_text().splitlines()

    def log_in_after(self, lines: Sequence[str]) -> str:
        self.stash.write_text("".join(f"{line}\n" for line in lines))
        self.connection.forget_session()
        return self.connection.log_in("alice", ALICE.password)  # smbd remembers the mapping and asks no helper

    def test_as_it_stands_it_serves(self) -> None:
        self.assertEqual("", self.log_in_after(self.lines()), self._logs())
        self.assertFalse(self.stash.exists())

    def test_of_an_earlier_process_with_the_pid_it_serves_nobody(self) -> None:
        start, *others = self.lines()
        self.assertEqual(REFUSED, self.log_in_after([str(int(start) - 1), *others]))
        self.assertFalse(self.stash.exists())

    def test_older_than_ten_seconds_it_serves_nobody(self) -> None:
        start, since_boot, *others = self.lines()
        self.assertEqual(REFUSED, self.log_in_after([start, str(int(since_boot) - 10_001), *others]))

    def test_for_another_user_it_serves_nobody(self) -> None:
        start, since_boot, _, code = self.lines()
        self.assertEqual(REFUSED, self.log_in_after([start, since_boot, "bob", code]))

    def test_that_others_could_have_written_it_serves_nobody(self) -> None:
        lines = self.lines()
        self.stash.chmod(0o666)
        self.assertEqual(REFUSED, self.log_in_after(lines))

    def test_a_link_in_its_place_is_not_followed(self) -> None:
        real = Path("/run/twinlock/real")
        self.stash.rename(real)
        self.addCleanup(real.unlink)
        self.stash.symlink_to(real)
        self.connection.forget_session()
        self.assertEqual(REFUSED, self.connection.log_in("alice", ALICE.password))
        self.assertTrue(real.exists())


class TwoAtOnce(SmbScenario):
    smb_options = FOR_IMPACKET

    def test_what_one_child_holds_serves_no_other(self) -> None:
        self.configure(NO_LEASE)
        code = self.phone.code()
        with Connection(self.server, source=HOME) as typed, Connection(self.server, source=HOME) as other:
            self.assertEqual(REFUSED, typed.log_in(f"alice+{code}", "wrong"))
            self.assertEqual(1, len([path for path in STASHES.iterdir() if code in path.read_text()]))
            self.assertEqual(REFUSED, other.log_in("alice", ALICE.password))
            self.assert_audited(("alice", "wrong_code"))
            typed.forget_session()
            self.assertEqual("", typed.log_in("alice", ALICE.password), self._logs())

    def test_each_child_takes_its_own_users_code(self) -> None:
        self.configure(NO_LEASE)
        names = {ALICE: self.with_code(), BOB: f"bob+{twinlock.enrol('bob').code()}"}
        self.clear_logs()
        with contextlib.ExitStack() as stack:
            connections = {person: stack.enter_context(Connection(self.server, source=HOME)) for person in names}
            for person, connection in connections.items():
                self.assertEqual(REFUSED, connection.log_in(names[person], "wrong"))
            for person, connection in connections.items():
                connection.forget_session()
                self.assertEqual("", connection.log_in(person.name, person.password), self._logs())
        self.assert_audited(("alice", "accepted"), ("bob", "accepted"))


class Crashes(SmbScenario):
    smb_options = FOR_IMPACKET

    def crash_in_the_stack(self, order: str) -> None:
        """smbd's process dies of SIGSEGV in the middle of PAM's account phase."""
        crash = Path("/run/crash")
        crash.write_text("#!/bin/sh\nkill -SEGV $PPID\n")
        crash.chmod(0o755)
        self.addCleanup(crash.unlink)
        ours = "account    requisite    pam_twinlock.so\n"
        lines = {"ours": ours, "crash": f"account    required     pam_exec.so quiet {crash}\n"}
        self.use_pam_stack(lambda text: text.replace(ours, "".join(lines[word] for word in order.split())))

    def assert_died(self, name: str) -> None:
        outcome = self.log_in(name)
        self.assertEqual((1, "NT_STATUS_CONNECTION_DISCONNECTED"), (outcome.status, outcome.nt_status), self._logs())

    def test_a_crash_before_the_decision_lets_nobody_in_and_uses_no_code_up(self) -> None:
        self.configure(NO_LEASE)
        self.crash_in_the_stack("crash ours")
        code = self.phone.code()
        self.assert_died(f"alice+{code}")
        sandbox.install_pam_stack("samba", sandbox.shipped_pam_stack("samba"))
        self.assert_refused(self.log_in("alice"))
        self.assert_let_in(self.log_in(f"alice+{code}"))

    def test_a_crash_after_the_decision_leaves_the_code_used_up(self) -> None:
        self.configure(NO_LEASE)
        self.crash_in_the_stack("ours crash")
        code = self.phone.code()
        self.assert_died(f"alice+{code}")
        self.wait_until_nobody_is_listed()
        sandbox.install_pam_stack("samba", sandbox.shipped_pam_stack("samba"))
        self.assert_refused(self.log_in(f"alice+{code}"))
        self.assert_audited(("alice", "accepted"), ("alice", "replayed"))

    def test_a_child_killed_between_name_and_password_leaves_nothing_that_opens(self) -> None:
        self.configure(NO_LEASE)
        code = self.phone.code()
        with Connection(self.server, source=HOME) as connection:
            self.assertEqual(REFUSED, connection.log_in(f"alice+{code}", "wrong"))
            [stash] = [path for path in STASHES.iterdir() if code in path.read_text()]
            os.kill(int(stash.name), signal.SIGKILL)
            connection.wait_until_cut()
        self.assert_refused(self.log_in("alice"))
        self.assert_let_in(self.log_in(f"alice+{code}"))

    def test_without_its_module_nobody_gets_in(self) -> None:
        self.use_pam_stack(lambda text: text.replace("pam_twinlock.so", "/nonexistent/pam_twinlock.so"))
        self.assertFalse(self.log_in(self.with_code()).let_in)
        self.assertFalse(self.log_in("alice").let_in)

    def test_a_module_that_is_no_library_lets_nobody_in(self) -> None:
        broken = Path("/run/modules/broken.so")
        broken.write_bytes(b"\x7fELF")
        self.addCleanup(broken.unlink)
        self.use_pam_stack(lambda text: text.replace("pam_twinlock.so", str(broken)))
        self.assertFalse(self.log_in(self.with_code()).let_in)

    def test_without_its_helper_nobody_gets_in_but_by_a_lease(self) -> None:
        self.assert_let_in(self.log_in(self.with_code()))
        away = HELPER.with_suffix(".away")
        HELPER.rename(away)
        self.addCleanup(away.rename, HELPER)
        self.assert_refused(self.log_in(self.with_code(self.phone.code(steps_ahead=1))))
        self.assert_let_in(self.log_in("alice"))

    def test_a_record_that_cannot_be_read_refuses_lease_or_not(self) -> None:
        self.assert_let_in(self.log_in(self.with_code()))
        record = Path("/var/lib/twinlock/users/alice")
        former = record.read_bytes()
        record.write_bytes(os.urandom(len(former)))
        self.addCleanup(record.unlink)
        self.assert_refused(self.log_in("alice"))

    def test_the_session_list_out_of_order_refuses_nobody(self) -> None:
        sessions = RUN / "sessions"
        twinlock.run("sessions")
        sessions.chmod(0o777)
        self.addCleanup(sessions.chmod, 0o700)
        self.assert_let_in(self.log_in(self.with_code()))
        self.assertTrue(syslog.collected().matching("not on the list of live sessions"))

    def test_a_full_session_list_refuses_nobody_and_is_logged(self) -> None:
        sessions = RUN / "sessions"
        twinlock.run("sessions")
        mount("-t", "tmpfs", "-o", "size=4096,nr_inodes=1,mode=700", "tmpfs", sessions)
        self.addCleanup(unmount, sessions)
        self.assert_let_in(self.log_in(self.with_code()))
        self.assertTrue(syslog.collected().matching("not on the list of live sessions.*No space left"))
