"""One login, system call by system call (strace), with any one of them made to fail or to be its process's last."""

import collections
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support import pam, totp
from support.pam import IN_SSHD, KEYBOARD, Outcome, Scenario
from support.pam_scenario import USERS, PamScenario

TRACE = Path("/run/trace")
RECORD = USERS / "carol"
# setcred comes first only to have the module loaded: what is of interest begins behind it.
LOGIN = ("setcred", IN_SSHD, "authenticate", "account", KEYBOARD, "open_session")


@dataclass(frozen=True)
class Call:
    """The `number`th of this name in the process."""

    step: str  # the phase of PAM
    name: str
    number: int
    line: str  # as it was traced

    def injection(self, what: str) -> tuple[str, ...]:
        return f"--trace={self.name}", f"--inject={self.name}:{what}:when={self.number}"


class TracedLogin(PamScenario):
    """carol logs in with a code that her record has not used up."""

    def setUp(self) -> None:
        super().setUp()
        self.code = totp.counter_codes(self.enrol("carol", "--hotp").secret, 1)[0]
        self.fresh_record = RECORD.read_bytes()

    def login(self, *strace: str) -> Outcome:
        return pam.outcomes(pam.run(self._scenario(), wrapper=self._wrapper(strace))[:-1])[0]

    def login_with(self, call: Call, what: str) -> Outcome:
        """`what` is done to that call, as strace(1) takes it."""
        outcome = self.login("--seccomp-bpf", *call.injection(what))
        self.assertIn("(INJECTED)", TRACE.read_text())
        return outcome

    def die_at(self, call: Call) -> None:
        """SIGKILL comes when the process has made all calls before this one. (With --seccomp-bpf it would not come.)"""
        pam.killed(self._scenario(), wrapper=self._wrapper(call.injection("signal=KILL")))

    def calls(self, *steps: str) -> list[Call]:
        """Those of a login in which all goes well."""
        outcome = self.login("--decode-fds=path")
        self.assertEqual((True, ["Code: "]), (outcome.let_in, outcome.prompts))
        lines = [line.partition(" ")[2].lstrip() for line in TRACE.read_text().splitlines()]
        return [call for call in _without_reports_to_the_kernel(_numbered(lines)) if call.step in steps]

    def later_successes(self) -> int:
        later = pam.repeated(Scenario("carol", [self.code] * 2, steps=["authenticate"], repeat=2))
        return sum(outcome.let_in for outcome in later)

    def _scenario(self) -> Scenario:
        return Scenario("carol", [self.code], steps=LOGIN)

    def _wrapper(self, strace: tuple[str, ...]) -> list[str | Path]:
        RECORD.write_bytes(self.fresh_record)
        self.clear_logs()
        return ["strace", "--follow-forks", "-o", TRACE, *strace]


def _numbered(lines: list[str]) -> Iterator[Call]:
    """Every call, with the phase in which it came."""
    count: collections.Counter[str] = collections.Counter()
    step = ""
    for line in lines:
        name = line.partition("(")[0]
        count[name] += 1
        if mark := re.match(r'access\("/step/(\w+)"', line):
            step = mark[1]
        yield Call(step, name, count[name], line)


def _without_reports_to_the_kernel(calls: Iterator[Call]) -> Iterator[Call]:
    """What libpam does behind each phase for the kernel's audit, from opening that socket to closing it."""
    descriptor = ""
    for call in calls:
        if "NETLINK_AUDIT" in call.line:
            descriptor = call.line.rpartition(" = ")[2].partition("<")[0]
        elif not descriptor:
            yield call
        elif call.line.startswith(f"close({descriptor}<"):
            descriptor = ""
