"""Every system call of a login fails once, one after the other (strace injects the error).

MUST 1: a code lets in at most once, whatever failed.
MUST 2: nobody gets in unasked, or without the code being used up on disk.
MUST 3: a refusal is written down.
MUST 4: what does not decide a login is listed here; everything else that fails refuses it.
"""

import collections
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support import pam, syslog, totp, twinlock
from support.pam import IN_SSHD, KEYBOARD, Code, Outcome, Scenario
from support.pam_scenario import AUDIT_LOG, USERS, PamScenario

TRACE = Path("/run/trace")
RECORD = USERS / "carol"
# setcred comes first only to have the module loaded: the faults begin behind it.
LOGIN = ("setcred", IN_SSHD, "authenticate", "account", KEYBOARD, "open_session")

# carol is in staff. Where that cannot be found out, the last rule would let her in.
CONFIG = """
[[rule]]
name = "office"
networks = ["198.51.100.0/24"]
action = "exempt"
[[rule]]
name = "staff"
groups = ["staff"]
action = "require"
[[rule]]
name = "everybody else"
action = "exempt"
"""

# Calls that never fail as they are used here, or (brk, futex) not in the way in which strace lets them fail.
NEVER_FAIL = {"access", "brk", "futex", "ioctl", "munmap", "uname"}
OUT_OF_MEMORY = {"mmap", "madvise", "mlock", "mprotect"}

# What may fail in a login that succeeds: pattern, and how often at most in `auth` and `account` together.
IRRELEVANT = {
    r"^close\(": 100,
    r"^mlock\(": 100,  # RLIMIT_MEMLOCK is the host program's
    r"^fcntl\(.*F_UNLCK": 1,  # closing unlocks too
    r"^pread64\(.*/users/carol": 2,  # reading without the lock is tried twice
    r"audit\.log": 10,
    r"/var/log/twinlock": 6,  # its directory
    r"^prlimit64\(": 1,  # of the audit log; for the record it decides
    r"nscd|AF_UNIX, SOCK_STREAM": 20,
    r"/etc/nsswitch\.conf|\"/\", .*, 0\)": 20,  # whether it has changed meanwhile
    r"^newfstatat\(\d+</etc/(passwd|group)>": 20,  # for the size of a buffer
    r"^read\(\d+</etc/group>, \"\"": 10,  # the end of the file
    r"^readlink\(|/zoneinfo/|/etc/localtime": 20,
    r"openssl\.cnf": 20,
}


@dataclass(frozen=True)
class Fault:
    """A call fails that in a login without faults was the `number`th of this name in the process."""

    step: str  # the phase of PAM
    name: str
    number: int
    line: str  # as it was traced

    @property
    def injection(self) -> str:
        error = "ENOMEM" if self.name in OUT_OF_MEMORY else "EIO"
        return f"--inject={self.name}:error={error}:when={self.number}"

    @property
    def reason_why_irrelevant(self) -> str | None:
        return next((pattern for pattern in IRRELEVANT if re.search(pattern, self.line)), None)


def numbered_calls(lines: list[str]) -> Iterator[Fault]:
    """Every call, with the phase in which it came."""
    count: collections.Counter[str] = collections.Counter()
    step = ""
    for line in lines:
        name = line.partition("(")[0]
        count[name] += 1
        if mark := re.match(r'access\("/step/(\w+)"', line):
            step = mark[1]
        yield Fault(step, name, count[name], line)


def without_reports_to_the_kernel(calls: Iterator[Fault]) -> Iterator[Fault]:
    """What libpam does behind each phase for the kernel's audit, from opening that socket to closing it."""
    descriptor = ""
    for call in calls:
        if "NETLINK_AUDIT" in call.line:
            descriptor = call.line.rpartition(" = ")[2].partition("<")[0]
        elif not descriptor:
            yield call
        elif call.line.startswith(f"close({descriptor}<"):
            descriptor = ""


class Faults(PamScenario):
    config = CONFIG

    def setUp(self) -> None:
        super().setUp()
        with open("/etc/group", "a", encoding="utf-8") as group:
            group.write("staff:x:60800:carol\n")
        self.code = totp.counter_codes(self.enrol("carol", "--hotp").secret, 1)[0]
        self.fresh_record = RECORD.read_bytes()

    def login(self, *strace: str) -> Outcome:
        """With a code that the record has not used up."""
        RECORD.write_bytes(self.fresh_record)
        self.clear_logs()
        wrapper = ["strace", "--follow-forks", "-o", TRACE, *strace]
        return pam.outcomes(pam.run(Scenario("carol", [self.code], steps=LOGIN), wrapper=wrapper)[:-1])[0]

    def faults(self, *steps: str) -> list[Fault]:
        outcome = self.login("--decode-fds=path")
        self.assertEqual((True, ["Code: "]), (outcome.let_in, outcome.prompts))
        lines = [line.partition(" ")[2].lstrip() for line in TRACE.read_text().splitlines()]
        calls = without_reports_to_the_kernel(numbered_calls(lines))
        return [call for call in calls if call.step in steps and call.name not in NEVER_FAIL]

    def login_with(self, fault: Fault) -> Outcome:
        outcome = self.login("--seccomp-bpf", f"--trace={fault.name}", fault.injection)
        self.assertIn("(INJECTED)", TRACE.read_text())
        self.assertIsNone(outcome.variable("TWINLOCK_PROOF"))
        return outcome

    def later_successes(self) -> int:
        later = pam.repeated(Scenario("carol", [self.code] * 2, steps=["authenticate"], repeat=2))
        return sum(outcome.let_in for outcome in later)

    def written(self) -> str:
        self.syslog_lines()
        return syslog.collected().text().replace("marker", "") + AUDIT_LOG.read_text()

    def check(self, fault: Fault) -> bool:
        """Whether she was let in."""
        outcome = self.login_with(fault)
        written = self.written()
        self.assertRegex(written, r"\w", "nothing is written down")
        accepted = outcome.code("authenticate") == Code.SUCCESS
        self.assertLessEqual(accepted + self.later_successes(), 1, "the code let in twice")
        if accepted:
            self.assertEqual(["Code: "], outcome.prompts, "let in unasked")
        if outcome.let_in:
            self.assertIsNotNone(fault.reason_why_irrelevant, "let in")
        return outcome.let_in

    def test_a_fault_before_the_session_refuses_or_does_not_matter(self) -> None:
        tolerated: collections.Counter[str] = collections.Counter()
        for fault in self.faults("authenticate", "account"):
            with self.subTest(fault=str(fault)):
                if self.check(fault):
                    tolerated[str(fault.reason_why_irrelevant)] += 1
        for reason, times in tolerated.items():
            self.assertLessEqual(times, IRRELEVANT[reason], reason)

    def test_a_fault_in_the_session_costs_the_lease_at_most(self) -> None:
        for fault in self.faults("open_session"):
            with self.subTest(fault=str(fault)):
                outcome = self.login_with(fault)
                self.assertEqual({Code.SUCCESS}, {outcome.code("authenticate"), outcome.code("account")})
                refused = "no lease granted" in self.written()
                broken_off = outcome.code("open_session") == Code.SYSTEM_ERR  # before or behind the lease
                if not broken_off:
                    self.assertNotEqual(bool(twinlock.leases("carol")), refused)
                self.assertEqual(0, self.later_successes())

    def test_what_was_not_saved_was_not_used_up(self) -> None:
        for fault in self.faults("authenticate"):
            if fault.name in ("pwrite64", "fdatasync"):
                with self.subTest(fault=str(fault)):
                    self.assertFalse(self.login_with(fault).let_in)
                    self.assertEqual(1, self.later_successes())
