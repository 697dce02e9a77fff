"""The module in host programs that nobody tidied up: environment, umask, directory, descriptors, limits, signals."""

import itertools
import os
import signal
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from support.hostile import WITHOUT_CAPABILITIES, Circumstances, HostileScenario
from support.pam_scenario import AUDIT_LOG, CONFIG, KEY_FILE

GARBAGE = Path("/run/garbage")
NO_ALGORITHMS = Path("/run/openssl-without-algorithms.cnf")

ENVIRONMENTS: dict[str, dict[str, str]] = {
    "no such time zone": {"TZ": "Nowhere/Atall"},
    "a time zone that is no file of one": {"TZ": ":/dev/zero"},
    "a time zone that is a path": {"TZ": "../../../etc/shadow"},
    "a time zone 24 hours off": {"TZ": "XYZ-24ZYX+24,0/0,J365/25"},
    "a time zone with leap seconds": {"TZ": "right/Europe/Berlin"},
    "another language": {"LANG": "de_DE.UTF-8", "LANGUAGE": "de:fr", "LC_ALL": "tr_TR.UTF-8"},
    "no such language": {"LANG": "%s%n", "LC_ALL": "x" * 300},
    "locales from elsewhere": {"LOCPATH": "/nonexistent", "NLSPATH": "/run/%N", "GCONV_PATH": "/nonexistent"},
    "an OpenSSL configuration that is none": {"OPENSSL_CONF": str(GARBAGE)},
    "no OpenSSL configuration": {"OPENSSL_CONF": "/nonexistent", "OPENSSL_MODULES": "/nonexistent"},
    "OpenSSL without the processor's help": {"OPENSSL_ia32cap": "0:0"},
    "libraries from elsewhere": {"LD_LIBRARY_PATH": ":/nonexistent", "LD_BIND_NOW": "1", "LD_BIND_NOT": "1"},
    "memory that is never zero": {"MALLOC_PERTURB_": "165", "GLIBC_TUNABLES": "glibc.malloc.perturb=165"},
    "memory from the kernel each time": {"GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=1:glibc.malloc.tcache_count=0"},
    "hardly any arenas": {"MALLOC_ARENA_MAX": "1", "MALLOC_TOP_PAD_": "0", "MALLOC_TRIM_THRESHOLD_": "0"},
    "nowhere": {"HOME": "/nonexistent", "TMPDIR": "/nonexistent", "PATH": "", "SHELL": "", "USER": "alice"},
    "large": {f"VARIABLE_{i}": "x" * 100_000 for i in range(10)},
    "not text": {"NAME": "\udcff\udcfe\x01\x1b[31m", "TWINLOCK_CONFIG": "/run/garbage", "TWINLOCK_PROOF": "0" * 32},
    "what PAM's own environment may say": {"SSH_CONNECTION": "192.0.2.9 1 192.0.2.1 22", "PAM_RHOST": "192.0.2.9",
                                           "SSH_AUTH_INFO_0": "publickey x", "PAM_USER": "alice"},
}


class Environments(HostileScenario):
    def setUp(self) -> None:
        super().setUp()
        GARBAGE.write_bytes(bytes(range(256)) * 40)

    def test_of_any_kind_change_nothing(self) -> None:
        for name, environment in ENVIRONMENTS.items():
            with self.subTest(name):
                self.assert_works(Circumstances(environment))

    def test_none_at_all_changes_nothing(self) -> None:
        self.assert_works(Circumstances(wrapper=("env", "-i")))

    def test_an_openssl_that_is_told_to_know_no_algorithms_denies(self) -> None:
        NO_ALGORITHMS.write_text("openssl_conf = all\n[all]\nproviders = some\n"
                                 "[some]\nbase = base\n[base]\nactivate = 1\n")
        self.assert_denies(Circumstances({"OPENSSL_CONF": str(NO_ALGORITHMS)}))
        self.assert_next_code_works()


def with_umask(mask: int) -> Circumstances:
    return Circumstances(before=lambda: void(os.umask(mask)))


def in_directory(what_happens_to_it: Callable[[str], None]) -> Circumstances:
    """In a directory of its own, without the right to pass over its mode."""
    def move() -> None:
        directory = tempfile.mkdtemp(dir="/run")
        os.chdir(directory)
        what_happens_to_it(directory)

    return Circumstances(before=move, wrapper=WITHOUT_CAPABILITIES)


def void(_: object) -> None:
    pass


class FilesAndDirectories(HostileScenario):
    def test_every_umask_will_do(self) -> None:
        for mask in (0, 0o022, 0o077, 0o777):
            with self.subTest(mask=oct(mask)):
                self.assert_works(with_umask(mask))

    def test_an_audit_log_that_is_made_anew_is_not_for_everyone(self) -> None:
        for mask in (0, 0o077, 0o777):
            with self.subTest(mask=oct(mask)):
                AUDIT_LOG.unlink()
                self.assert_accepted(self.login(with_umask(mask), self.codes[0]))
                self.assertEqual(0, AUDIT_LOG.stat().st_mode & 0o137)
                self.assertIn("accepted", AUDIT_LOG.read_text())
                self.use_no_code_up()

    def test_the_directory_may_be_gone_or_closed_to_us(self) -> None:
        for name, change in {"removed": os.rmdir, "unreadable": lambda path: os.chmod(path, 0)}.items():
            with self.subTest(name):
                self.assert_works(in_directory(change))

    def test_nothing_is_found_by_the_directory_one_is_in(self) -> None:
        def plant(directory: str) -> None:
            for name in ("twinlock.conf", "key", "users", "openssl.cnf", "libcrypto.so.3", "etc"):
                Path(directory, name).write_text("planted")

        self.assert_works(in_directory(plant))


class Descriptors(HostileScenario):
    def test_closed_ones_are_nothing_to_write_to(self) -> None:
        for count in (1, 2, 3):
            for closed in itertools.combinations((0, 1, 2), count):
                with self.subTest(closed=closed):
                    self.assert_works(Circumstances(closed=closed))
                    self.assert_denies_broken_configuration(closed)

    def assert_denies_broken_configuration(self, closed: Sequence[int]) -> None:
        """What is said about it goes to syslog, not to whatever file is number 2 by now."""
        before = {path: path.read_bytes() for path in (CONFIG, KEY_FILE)}
        self.configure("broken")
        self.assert_denies(Circumstances(closed=closed))
        self.assertEqual(b"broken", CONFIG.read_bytes())
        self.assertEqual(before[KEY_FILE], KEY_FILE.read_bytes())
        self.configure(self.config)

    def test_too_few_deny_and_a_handful_is_enough(self) -> None:
        outcomes = []
        for free in range(12):
            with self.subTest(free=free):
                self.use_no_code_up()
                outcome = self.login(Circumstances(free_descriptors=free), self.codes[0])
                outcomes.append(outcome.let_in)
                if outcome.let_in:
                    self.assert_used_up()
                else:
                    self.assert_kept_out(outcome)
                self.assert_kept_out(self.login(Circumstances(free_descriptors=free)))
                self.assert_next_code_works()
        self.assertEqual(sorted(outcomes), outcomes)
        self.assertEqual((False, True), (outcomes[0], outcomes[8]))


def limited(*limits: str, before: Callable[[], None] | None = None) -> Circumstances:
    return Circumstances(wrapper=(*WITHOUT_CAPABILITIES, "prlimit", *limits), before=before)


def ignoring(number: signal.Signals) -> Callable[[], None]:
    return lambda: void(signal.signal(number, signal.SIG_IGN))


class LimitsAndSignals(HostileScenario):
    def test_no_room_for_the_record_denies_whether_its_signal_is_ignored_or_not(self) -> None:
        for size in (0, 1, 4096, 8191, 8192, 16383):
            for before in (None, ignoring(signal.SIGXFSZ)):
                with self.subTest(size=size, ignored=before is not None):
                    self.assert_denies(limited(f"--fsize={size}", before=before))
                    self.assert_next_code_works()

    def test_room_for_the_record_alone_sends_the_audit_line_to_syslog(self) -> None:
        for before in (None, ignoring(signal.SIGXFSZ)):
            with self.subTest(ignored=before is not None):
                self.use_no_code_up()
                AUDIT_LOG.write_text(17_000 * " " + "{}\n")
                outcome = self.login(limited("--fsize=16384", before=before), self.codes[0])
                self.assert_accepted(outcome)
                self.assertRegex("\n".join(self.syslog_lines()), r"carol.*accepted")
                AUDIT_LOG.write_text("")
                self.assert_used_up()

    def test_memory_that_cannot_be_locked_is_used_all_the_same(self) -> None:
        self.assert_works(limited("--memlock=0"))

    def test_no_core_no_processes_no_messages_no_priority(self) -> None:
        self.assert_works(limited("--core=0", "--nproc=0", "--msgqueue=0", "--nice=0", "--sigpending=0", "--locks=0"))

    def test_a_small_stack_is_enough(self) -> None:
        self.assert_works(limited("--stack=262144"))

    def test_a_syslog_that_is_gone_does_no_harm_with_sigpipe_or_without(self) -> None:
        for name, before in {"default": None, "ignored": ignoring(signal.SIGPIPE)}.items():
            with self.subTest(sigpipe=name):
                self.use_no_code_up()
                gone = Path("/dev/log").rename("/dev/log.gone")
                try:
                    outcomes = [self.login(Circumstances(before=before), code) for code in ("", self.codes[0])]
                finally:
                    gone.rename("/dev/log")
                self.assert_kept_out(outcomes[0])
                self.assert_accepted(outcomes[1])
                self.assert_used_up()
