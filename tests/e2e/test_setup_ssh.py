"""setup ssh on a running sshd: who gets in after it, and that everybody gets in as before once it is taken back."""

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from support import accounts, paths, sshd, syslog, twinlock
from support.accounts import ALICE, BOB, Account
from support.command import CONFIG, DONE, run
from support.setup_scenario import FEDORA_STACK, PAM, SSH, SSH_STACK, SetupScenario, SystemSshd, everything_below
from support.ssh_client import Outcome, log_in, with_key

BOTH = ["Password: ", "Code: "]


class SetupOnARunningSshd(SetupScenario):
    def setUp(self) -> None:
        super().setUp()
        self.server = self.enterContext(SystemSshd())
        self.before = everything_below(SSH, PAM)

    def set_up(self, *options: str) -> None:
        """Returns when sshd has read its files again."""
        self.reading_again(lambda: self.assertIn("sshd reads its files again", self.set_up_ssh(*options).output))

    def reading_again(self, act: Callable[[], object]) -> None:
        self.server.log.clear()
        act()
        self.server.log.wait_for(r"^Server listening on 127\.0\.0\.1")

    def log_in(self, code: str = "never asked", account: Account = ALICE, *options: str) -> Outcome:
        return log_in(self.server, account.name, {"Password: ": account.password, "Code: ": code}, options=options)

    def log_in_with_key(self, code: str = "never asked", *options: str) -> Outcome:
        directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        accounts.authorize_key(ALICE, sshd.make_key(directory / "key"))
        return self.log_in(code, ALICE, *with_key(directory / "key"), *options)

    def assert_let_in(self, outcome: Outcome, questions: list[str]) -> None:
        logs = f"\nsshd:\n{self.server.log.text()}\nsyslog:\n{syslog.collected().text()}"
        self.assertEqual((0, questions), (outcome.status, [q.splitlines()[-1] for q in outcome.questions()]), logs)

    def assert_codes_are_needed(self) -> None:
        self.assert_let_in(self.log_in(self.phone.code()), BOTH)
        self.assertEqual(255, self.log_in(self.phone.wrong_code()).status)
        self.assert_let_in(self.log_in_with_key(self.phone.code(steps_ahead=1)), ["Code: "])
        alone = self.log_in_with_key("never asked", "PreferredAuthentications=publickey")
        self.assertEqual((255, []), (alone.status, alone.questions()))
        self.assertEqual(255, self.log_in("123456", BOB).status)

    def assert_as_before(self) -> None:
        self.assertEqual(self.before, everything_below(SSH, PAM))
        with_password = self._with_password()
        self.assertEqual((0, "logged in\n"), (with_password.returncode, with_password.stdout), with_password.stderr)
        self.assert_let_in(self.log_in_with_key(), [])

    def _with_password(self) -> subprocess.CompletedProcess[str]:
        """As Debian's sshd asks for it before: the password method, whose prompt is the client's own."""
        return subprocess.run(
            ["sshpass", "-p", ALICE.password, "ssh", "-F", "none", "-p", str(self.server.port), "-o",
             "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o",
             "PubkeyAuthentication=no", "alice@127.0.0.1", "echo logged in"],
            capture_output=True, text=True, timeout=40, check=False)

    def test_on_debians_files(self) -> None:
        self.set_up()
        self.assert_codes_are_needed()
        self.assertEqual(DONE, run("setup", "confirm").status)
        self.reading_again(lambda: run("setup", "undo", "--yes"))
        self.assert_as_before()

    def test_on_fedoras_files(self) -> None:
        SSH_STACK.write_text(FEDORA_STACK)
        self.set_up()
        self.assert_codes_are_needed()

    def test_with_the_include_of_a_site_that_has_more_modules(self) -> None:
        common = PAM / "common-auth"
        self.addCleanup(common.write_text, common.read_text())
        common.write_text("auth [success=2 default=ignore] pam_unix.so nullok\n"
                          "auth [success=1 default=ignore] pam_sss.so use_first_pass\n"
                          "auth requisite pam_deny.so\nauth required pam_permit.so\nauth optional pam_cap.so\n")
        self.set_up()
        self.assertIn("@include common-auth\n", SSH_STACK.read_text())
        self.assert_codes_are_needed()

    def test_a_session_that_is_open_goes_on(self) -> None:
        with subprocess.Popen(
                ["sshpass", "-p", ALICE.password, "ssh", "-F", "none", "-p", str(self.server.port), "-o",
                 "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "PubkeyAuthentication=no",
                 "alice@127.0.0.1", "echo open; read line; echo \"still $line\""],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
            assert session.stdin and session.stdout
            self.assertEqual("open\n", session.stdout.readline())
            self.set_up()
            session.stdin.write("here\n")
            session.stdin.flush()
            self.assertEqual("still here\n", session.stdout.readline())

    def test_arguments_of_a_running_sshd_that_win_over_its_files_are_found(self) -> None:
        """With them a password alone would go on to be enough, whatever the files say."""
        port = sshd.free_port()
        with subprocess.Popen([paths.SSHD, "-D", "-e", "-p", str(port), "-o", "PidFile=none", "-o", "UsePAM=no"],
                              stderr=subprocess.PIPE, text=True) as other:
            self.addCleanup(other.kill)
            assert other.stderr
            self.assertIn("Server listening", other.stderr.readline())
            done = self.assert_status(CONFIG, self.setup_ssh())
            other.terminate()
            other.communicate()
        self.assertIn(f"is overridden by arguments of sshd (process {other.pid}): usepam", done.messages)
        self.assertEqual(self.before, everything_below(SSH, PAM))

    def test_an_sshd_without_a_pid_file_is_told_too(self) -> None:
        self.server.stop()
        self.server = self.enterContext(SystemSshd(["PidFile none"]))
        self.set_up()
        self.assert_let_in(self.log_in(self.phone.code()), BOTH)

    def test_an_sshd_that_would_end_over_what_it_reads_is_left_alone(self) -> None:
        """It was started before somebody edited its files; SIGHUP would end it for good."""
        broken = SSH / "sshd_config.d/50-site.conf"
        broken.write_text("NoSuchKeyword yes\n")
        before = everything_below(SSH, PAM)
        self.assertIn("Bad configuration option: NoSuchKeyword", self.assert_status(CONFIG, self.setup_ssh()).messages)
        self.assertEqual(before, everything_below(SSH, PAM))
        broken.unlink()
        self.set_up()
        broken.write_text("NoSuchKeyword yes\n")
        done = self.assert_status(CONFIG, run("setup", "undo", "--yes"))
        self.assertIn("is not told to read its files, for it would end", done.messages)
        self.assertEqual(before, everything_below(SSH, PAM))
        self.assert_let_in(self.log_in(), ["Password: "])  # by the new configuration and the old stack
        broken.unlink()
        self.reading_again(lambda: self.assert_status(DONE, run("setup", "undo", "--yes")))
        self.assert_as_before()

    def test_without_a_confirmation_everybody_gets_in_as_before(self) -> None:
        self.set_up("--confirm-within", "8s")
        self.server.log.clear()
        self.server.log.wait_for(r"^Server listening on 127\.0\.0\.1")
        self.assert_as_before()
        self.assertEqual("setup_rolled_back", [line["event"] for line in twinlock.audit_lines()
                                               if line["event"].startswith("setup")][-1])
