"""Host programs in odd circumstances, for the module's tests. Only for use inside the sandbox.

Whatever the circumstances: the module lets in only by a code that is used up on disk then, or it denies; it never
crashes or prints (pam.run sees to both), and it leaves the host as it was.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from support import pam, totp, twinlock
from support.pam import IN_SSHD, KEYBOARD, Code, Outcome, Scenario
from support.pam_scenario import USERS, PamScenario

# Root like most: it passes over no file's mode and locks no memory beyond the limit.
WITHOUT_CAPABILITIES = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner,-ipc_lock")

_LOGIN = (IN_SSHD, "authenticate", "account", KEYBOARD, "open_session", "close_session")
_RECORD = USERS / "carol"


@dataclass(frozen=True)
class Circumstances:
    """In which a login takes place; by default ordinary ones."""

    environment: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], None] | None = None  # runs in the host's process before its program
    wrapper: Sequence[str] = ()  # a program that starts the host
    closed: Sequence[int] = ()  # descriptors
    free_descriptors: int | None = None  # how many may be opened; None for no limit


ORDINARY = Circumstances()


class HostileScenario(PamScenario):
    """carol has a token whose code the record has not used up when a test begins."""

    def setUp(self) -> None:
        super().setUp()
        self.codes = totp.counter_codes(self.enrol("carol", "--hotp").secret, 2)
        self._never_to_be_logged |= set(self.codes)
        self._fresh_record = _RECORD.read_bytes()
        self.clear_logs()

    def use_no_code_up(self) -> None:
        _RECORD.write_bytes(self._fresh_record)
        self.clear_logs()

    def login(self, circumstances: Circumstances, *answers: str) -> Outcome:
        """carol's, with what every circumstance promises."""
        host = {"closed": list(circumstances.closed), "free_descriptors": circumstances.free_descriptors}
        scenario = Scenario("carol", answers, steps=_LOGIN, host=host)
        line, state = pam.run(scenario, circumstances.environment, circumstances.wrapper, circumstances.before)
        self.assert_unchanged(state)
        (outcome,) = pam.outcomes([line])
        self.assertLessEqual(set(outcome.prompts), {"Code: "})
        self.assertNotIn(25, [code for _, code in outcome.steps], "PAM_IGNORE")
        twinlock.audit_lines()  # each of them whole
        return outcome

    def assert_unchanged(self, state: Mapping[str, Any]) -> None:
        self.assertEqual(state["first"]["host"], state["last"]["host"])
        self.assertEqual(1, state["last"]["threads"])

    def assert_works(self, circumstances: Circumstances) -> None:
        """Lets in by the code, once, and by nothing else."""
        self.use_no_code_up()
        for answers in ((), ("",), (self._wrong_code(),)):
            self.assert_kept_out(self.login(circumstances, *answers))
        self.assert_accepted(self.login(circumstances, self.codes[0]))
        self.assert_used_up()
        self.assert_kept_out(self.login(circumstances, self.codes[0]))

    def assert_denies(self, circumstances: Circumstances) -> None:
        """Lets nobody in, and breaks nothing."""
        self.use_no_code_up()
        for answers in ((), ("",), (self.codes[0],)):
            self.assert_kept_out(self.login(circumstances, *answers))

    def assert_used_up(self) -> None:
        self.assert_refused(self.attempt("carol", self.codes[0]), "replayed")

    def assert_kept_out(self, outcome: Outcome) -> None:
        phases = dict(outcome.steps)
        if "start" not in phases:  # libpam itself has given up
            self.assertNotEqual(Code.SUCCESS, phases["authenticate"], outcome)
            self.assertNotEqual(Code.SUCCESS, phases["account"], outcome)
        self.assertIsNone(outcome.variable("TWINLOCK_PROOF"))

    def assert_next_code_works(self) -> None:
        """In ordinary circumstances."""
        self.assert_accepted(self.login(ORDINARY, self.codes[1]))

    def _wrong_code(self) -> str:
        return next(code for code in ("000000", "111111", "222222") if code not in self.codes)
