"""Every system call of a login fails once, one after the other (strace injects the error).

MUST 1: a code lets in at most once, whatever failed.
MUST 2: nobody gets in unasked, or without the code being used up on disk.
MUST 3: a refusal is written down.
MUST 4: what does not decide a login is listed here; everything else that fails refuses it.
"""

import collections
import re

from support import syslog, twinlock
from support.pam import Code, Outcome
from support.pam_scenario import AUDIT_LOG
from support.rounds import is_soak
from support.traced_login import Call, TracedLogin

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


def reason_why_irrelevant(call: Call) -> str | None:
    return next((pattern for pattern in IRRELEVANT if re.search(pattern, call.line)), None)


class Faults(TracedLogin):
    config = CONFIG

    def setUp(self) -> None:
        super().setUp()
        with open("/etc/group", "a", encoding="utf-8") as group:
            group.write("staff:x:60800:carol\n")

    def faults(self, *steps: str) -> list[Call]:
        """All in a soak; else every sixth, and those that have to do with files of ours."""
        calls = [call for call in self.calls(*steps) if call.name not in NEVER_FAIL]
        return [call for at, call in enumerate(calls) if is_soak() or at % 6 == 0 or "twinlock" in call.line]

    def login_with_fault(self, call: Call) -> Outcome:
        outcome = self.login_with(call, f"error={'ENOMEM' if call.name in OUT_OF_MEMORY else 'EIO'}")
        self.assertIsNone(outcome.variable("TWINLOCK_PROOF"))
        return outcome

    def written(self) -> str:
        return syslog.collected().text() + AUDIT_LOG.read_text()

    def check(self, fault: Call) -> bool:
        """Whether she was let in."""
        outcome = self.login_with_fault(fault)
        written = self.written()
        self.assertRegex(written, r"\w", "nothing is written down")
        accepted = outcome.code("authenticate") == Code.SUCCESS
        self.assertLessEqual(accepted + self.later_successes(), 1, "the code let in twice")
        if accepted:
            self.assertEqual(["Code: "], outcome.prompts, "let in unasked")
        if outcome.let_in:
            self.assertIsNotNone(reason_why_irrelevant(fault), "let in")
        return outcome.let_in

    def test_a_fault_before_the_session_refuses_or_does_not_matter(self) -> None:
        tolerated: collections.Counter[str] = collections.Counter()
        for fault in self.faults("authenticate", "account"):
            with self.subTest(fault=str(fault)):
                if self.check(fault):
                    tolerated[str(reason_why_irrelevant(fault))] += 1
        for reason, times in tolerated.items():
            self.assertLessEqual(times, IRRELEVANT[reason], reason)

    def test_a_fault_in_the_session_costs_the_lease_at_most(self) -> None:
        for fault in self.faults("open_session"):
            with self.subTest(fault=str(fault)):
                outcome = self.login_with_fault(fault)
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
                    self.assertFalse(self.login_with_fault(fault).let_in)
                    self.assertEqual(1, self.later_successes())
