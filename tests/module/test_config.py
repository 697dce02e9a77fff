"""A configuration that cannot be trusted or understood lets nobody in, and says what to mend."""

import os
import subprocess
from pathlib import Path

from support import pam, twinlock
from support.accounts import ALICE
from support.pam import Code
from support.pam_scenario import CONFIG, KEY_FILE, PamScenario

EXEMPT_ALL = '[[rule]]\nname = "everybody"\naction = "exempt"\n'
OPEN_DOOR = EXEMPT_ALL  # what is wrong stands behind a rule that would let everybody in


class BrokenConfig(PamScenario):
    def assert_denies(self, *complaint: str, arguments: str = "") -> None:
        """A right code does not help, neither phase passes, and each writes one line: what, and how to mend it."""
        code = self.phone.code()
        for step, refusal in (("authenticate", Code.AUTH_ERR), ("account", Code.PERM_DENIED)):
            self.clear_logs()
            outcome = self.attempt("alice", code, steps=[pam.IN_SSHD, step], arguments=arguments)
            self.assertEqual([], outcome.prompts)
            self.assertEqual(refusal, outcome.code(step))
            self.assert_one_complaint(*complaint)
            self.assertIn("; ", self.complaints()[0], "does not say how to mend it")
            self.assertEqual(1, len(self.syslog_lines()), self.syslog_lines())

    def assert_mended(self, arguments: str = "") -> None:
        self.assert_accepted(self.ssh("alice", self.phone.code(), arguments=arguments))


class Contents(BrokenConfig):
    def assert_denies_text(self, text: str, line: int, *words: str) -> None:
        with self.subTest(text=text):
            self.configure(OPEN_DOOR + text)
            self.assert_denies(f"{CONFIG}:{line + OPEN_DOOR.count(chr(10))}: ", *words)

    def test_an_unknown_key(self) -> None:
        self.assert_denies_text("[throttle]\nfree_attempt = 5\n", 2, "throttle.free_attempt", "free_attempts")
        self.assert_denies_text("[unknown]\n", 1, "unknown")
        self.assert_denies_text("[[rule]]\nname = 'x'\naction = 'exempt'\nnetwork = ['192.0.2.0/24']\n", 4, "network")

    def test_a_wrong_type(self) -> None:
        self.assert_denies_text("[audit]\nexempt = 'no'\n", 2, "audit.exempt")
        self.assert_denies_text("[code]\nwindow = '1'\n", 2, "code.window")
        self.assert_denies_text("[store]\nkey_file = 5\n", 2, "store.key_file")

    def test_a_value_out_of_range(self) -> None:
        self.assert_denies_text("[code]\nwindow = 11\n", 2, "code.window")
        self.assert_denies_text("[code]\nwindow = -1\n", 2, "code.window")

    def test_a_bad_duration(self) -> None:
        for duration in ("10", "10 h", "-1h", "1h30m", "ten"):
            self.assert_denies_text(f"[service.sshd]\nlease = '{duration}'\n", 2, "service.sshd.lease")

    def test_a_bad_network(self) -> None:
        for network in ("192.0.2.0/33", "192.0.2.1/24", "office.example.com", "192.0.2", "2001:db8::/129", ""):
            self.assert_denies_text(f"[[rule]]\nname = 'office'\naction = 'exempt'\nnetworks = ['{network}']\n", 4)

    def test_a_bad_action(self) -> None:
        self.assert_denies_text("[[rule]]\nname = 'x'\naction = 'allow'\n", 3, "exempt")

    def test_what_is_no_toml(self) -> None:
        for text in ("issuer = \n", "[store\n", "= 5\n", "\xff\n", "[@]\n"):
            self.assert_denies_text(text, 1)

    def test_a_store_that_this_build_has_not(self) -> None:
        self.configure(OPEN_DOOR + "[store]\nurl = 'postgresql://alice:sesame@db.example.com/'\n")
        self.assert_denies("store.url", "PostgreSQL")
        self.assertNotIn("sesame", self.complaints()[0])


class Groups(BrokenConfig):
    """Who is in a group that does not exist cannot be known."""

    def test_a_rule_with_an_unknown_group(self) -> None:
        self.configure("[code]\nwindow = 1\n[[rule]]\nname = 'staff'\ngroups = ['staff']\naction = 'exempt'\n")
        self.assert_denies(f"{CONFIG}:3: ", "group staff", "does not exist")

    def test_it_counts_only_where_the_rest_of_the_rule_matches(self) -> None:
        self.configure("[[rule]]\nname = 'staff'\ngroups = ['staff']\nservices = ['samba']\naction = 'exempt'\n")
        self.assert_mended()


class TheFile(BrokenConfig):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(self.put_back)

    def put_back(self) -> None:
        if CONFIG.is_dir() and not CONFIG.is_symlink():
            CONFIG.rmdir()
        CONFIG.unlink(missing_ok=True)
        CONFIG.write_text("")
        os.chmod(CONFIG, 0o644)
        os.chmod(CONFIG.parent, 0o755)
        os.chown(CONFIG.parent, 0, 0)

    def test_an_empty_one_means_the_defaults(self) -> None:
        self.configure("")
        self.assert_mended()

    def test_a_missing_one(self) -> None:
        CONFIG.unlink()
        self.assert_denies(str(CONFIG), "does not exist", "twinlock init")

    def test_writable_by_others(self) -> None:
        for mode in (0o664, 0o646, 0o666, 0o4646):
            CONFIG.chmod(mode)
            self.assert_denies(str(CONFIG), "can be written by others", "chmod")

    def test_of_a_foreign_owner(self) -> None:
        os.chown(CONFIG, ALICE.uid, 0)
        self.assert_denies(str(CONFIG), f"belongs to uid {ALICE.uid}")

    def test_a_symbolic_link(self) -> None:
        target = CONFIG.rename(CONFIG.with_name("elsewhere.conf"))
        self.addCleanup(target.unlink)
        CONFIG.symlink_to(target)
        self.assert_denies(str(CONFIG), "is a symbolic link")

    def test_a_directory(self) -> None:
        CONFIG.unlink()
        CONFIG.mkdir()
        self.assert_denies(str(CONFIG), "is not a regular file")

    def test_a_pipe(self) -> None:
        CONFIG.unlink()
        os.mkfifo(CONFIG)
        self.assert_denies(str(CONFIG), "is not a regular file")

    def test_in_a_directory_that_others_may_write_to(self) -> None:
        CONFIG.parent.chmod(0o775)
        self.assert_denies(str(CONFIG.parent), "can be written by others")
        CONFIG.parent.chmod(0o755)
        os.chown(CONFIG.parent, ALICE.uid, 0)
        self.assert_denies(str(CONFIG.parent), f"belongs to uid {ALICE.uid}")

    def test_all_of_them_mended_is_well_again(self) -> None:
        CONFIG.unlink()
        self.assert_denies(str(CONFIG), "does not exist")
        self.put_back()
        self.assert_mended()


class TheKeyFile(BrokenConfig):
    def setUp(self) -> None:
        super().setUp()
        good = KEY_FILE.read_text()
        self.addCleanup(KEY_FILE.write_text, good)
        self.addCleanup(KEY_FILE.chmod, 0o600)
        self.good = good

    def test_a_missing_one(self) -> None:
        self.addCleanup(KEY_FILE.with_name("kept").rename, KEY_FILE)
        KEY_FILE.rename(KEY_FILE.with_name("kept"))
        self.assert_denies(str(KEY_FILE), "does not exist")

    def test_readable_by_others(self) -> None:
        for mode in (0o644, 0o640, 0o604, 0o660):
            KEY_FILE.chmod(mode)
            self.assert_denies(str(KEY_FILE), "by others than its owner", "chmod")

    def test_an_empty_one(self) -> None:
        KEY_FILE.write_text("")
        self.assert_denies(str(KEY_FILE), "holds no record key", "backup")

    def test_a_damaged_one(self) -> None:
        KEY_FILE.write_text(self.good.replace("\nrecord ", "\nrecord x"))
        self.assert_denies(f"{KEY_FILE}:", "backup")

    def test_that_of_another_server(self) -> None:
        elsewhere = Path("/run/another-server")
        text = f"[store]\nkey_file = '{elsewhere}/key'\nurl = 'file:{elsewhere}/users'\nrun_dir = '{elsewhere}/run'\n"
        text += f"state_dir = '{elsewhere}/state'\n"
        Path("/run/another.conf").write_text(text)
        twinlock.run("init", "--config", "/run/another.conf")
        KEY_FILE.write_bytes((elsewhere / "key").read_bytes())
        self.assert_denies("/var/lib/twinlock/users/alice", "key file")

    def test_the_right_one_is_well_again(self) -> None:
        KEY_FILE.write_text("")
        self.assert_denies(str(KEY_FILE))
        KEY_FILE.write_text(self.good)
        self.assert_mended()


class Arguments(BrokenConfig):
    def test_unknown_ones(self) -> None:
        for argument in ("nullok", "Debug", "config", "conf=/etc/twinlock/twinlock.conf", "after_publickeys", "debug=1"):
            self.assert_denies(f"argument `{argument}` of pam_twinlock.so", "is unknown", "pam_twinlock(8)",
                               arguments=argument)

    def test_an_unknown_one_behind_good_ones(self) -> None:
        self.assert_denies("argument `nullok`", arguments=f"debug config={CONFIG} nullok")

    def test_a_configuration_without_an_absolute_path(self) -> None:
        for path in ("", "twinlock.conf", "./twinlock.conf", "~/twinlock.conf"):
            self.assert_denies(f"argument `config={path}`", "is not an absolute path", arguments=f"config={path}")

    def test_a_configuration_elsewhere(self) -> None:
        other = Path("/run/other.conf")
        other.write_text("")
        self.configure("broken")
        self.assert_mended(arguments=f"config={other}")
        self.assert_denies(f"{CONFIG}:1")

    def test_debug_says_more_and_changes_nothing(self) -> None:
        self.assert_mended(arguments="debug")
        self.assertEqual(["auth: accepted", "account: accepted"],
                         [line.rpartition("): ")[2] for line in self.syslog_lines()])

    def test_after_publickey_with_an_unknown_argument_denies_and_says_so(self) -> None:
        outcome = self.attempt("alice", steps=[pam.completed("publickey ssh-ed25519 AAAA\n"), "authenticate"],
                               arguments="after_publickey nullok")
        self.assert_refused(outcome)
        self.assert_one_complaint("argument `nullok`")

    def test_a_session_with_an_unknown_argument_fails_and_does_not_see_the_proof(self) -> None:
        outcome = self.attempt("alice", steps=[{"put": "TWINLOCK_PROOF=" + 32 * "0"}, "open_session"], arguments="x")
        self.assertEqual(Code.SESSION_ERR, outcome.code("open_session"))
        self.assertIsNone(outcome.variable("TWINLOCK_PROOF"))


class OtherPrograms(BrokenConfig):
    def test_the_command_says_the_same_about_the_same_file(self) -> None:
        self.configure("[code]\nwindow = 11\n")
        self.assert_denies(f"{CONFIG}:2")
        command = subprocess.run([pam.paths.COMMAND, "config", "check"], text=True, capture_output=True)
        self.assertEqual(3, command.returncode)
        self.assertIn(f"{CONFIG}:2", command.stderr)
