"""The module as a guest in other people's programs: what it exports, loads, leaves behind and leaves alone."""

import re
import subprocess
import unittest
from pathlib import Path
from typing import Any

from support import pam, paths, totp
from support.pam import Code, Scenario
from support.pam_scenario import PamScenario

WHOLE_LOGIN = (pam.IN_SSHD, "authenticate", "setcred", "account", pam.completed("keyboard-interactive/pam\n"),
               "open_session", "close_session")


def output_of(*command: object) -> str:
    return subprocess.run(list(map(str, command)), text=True, capture_output=True, check=True).stdout


class Library(unittest.TestCase):
    def test_exports_the_five_entry_points_that_we_want_and_nothing_else(self) -> None:
        lines = output_of("nm", "--dynamic", "--defined-only", paths.MODULE).splitlines()
        self.assertEqual({"pam_sm_authenticate", "pam_sm_setcred", "pam_sm_acct_mgmt", "pam_sm_open_session",
                          "pam_sm_close_session"}, {line.split()[2] for line in lines})

    def test_brings_its_own_runtime_and_no_image_writer(self) -> None:
        loaded = output_of("ldd", paths.MODULE)
        self.assertIn("libcrypto.so.3", loaded)
        for unwanted in ("libstdc++", "libgcc_s", "qrencode", "png", "not found"):
            self.assertNotIn(unwanted, loaded)

    def test_stays_loaded_and_is_bound_at_once(self) -> None:
        dynamic = output_of("readelf", "--dynamic", "--wide", paths.MODULE)
        self.assertRegex(dynamic, r"\(FLAGS_1\).*\bNODELETE\b")
        self.assertRegex(dynamic, r"\(FLAGS_1\).*\bNOW\b")
        self.assertNotIn("TEXTREL", dynamic)

    def test_has_no_executable_stack(self) -> None:
        stack = re.search(r"GNU_STACK.*", output_of("readelf", "--segments", "--wide", paths.MODULE))
        assert stack
        self.assertNotIn("E", stack[0].removeprefix("GNU_STACK"))


class Guest(PamScenario):
    """pam_driver has a locale, a directory, a umask and signal dispositions of its own, and fails on any output."""

    def assert_leaves_no_trace(self, state: dict[str, Any]) -> None:
        first, warm, last = state["first"], state["warm"], state["last"]
        self.assertEqual(first["host"], last["host"])
        self.assertEqual((warm["fds"], warm["threads"]), (last["fds"], last["threads"]))
        self.assertEqual((first["fds"], 1), (last["fds"], last["threads"]))
        self.assertLess(last["rss_kib"] - warm["rss_kib"], 300)
        # The states themselves take 12,000 bytes; the smallest block that each of 900 attempts could leak makes 28,800.
        self.assertLess(last["heap"] - warm["heap"], 20_000)

    def repeat(self, user: str, answers: list[Any], times: int) -> list[pam.Outcome]:
        """Logins of one process, which checks that they leave no trace."""
        *attempts, state = pam.run(Scenario(user, answers, repeat=times, steps=WHOLE_LOGIN))
        self.assert_leaves_no_trace(state)
        return pam.outcomes(attempts)

    def test_a_thousand_logins_with_codes_leave_no_trace(self) -> None:
        codes = totp.counter_codes(self.enrol("carol", "--hotp").secret, 1000)
        outcomes = self.repeat("carol", codes, 1000)
        # A code that equals one of the 32 before it is refused: expected 32 times in a million.
        self.assertGreater(sum(outcome.let_in for outcome in outcomes), 990)

    def test_a_thousand_refusals_leave_no_trace(self) -> None:
        wrong = [self.phone.wrong_code(), "", None, "x" * 10_000, "123 456 789"]
        outcomes = self.repeat("alice", wrong * 200, 1000)
        self.assertEqual({Code.AUTH_ERR}, {outcome.code("authenticate") for outcome in outcomes})

    def test_nothing_that_it_opens_is_inherited_by_other_programs(self) -> None:
        trace = Path("/run/trace")
        pam.run(Scenario("alice", [self.phone.code()], steps=WHOLE_LOGIN), wrapper=["strace", "-e", "openat", "-o", trace])
        ours = re.findall(r"openat\(.*(?:O_PATH|O_NOFOLLOW).*", trace.read_text())
        self.assertGreater(len(ours), 20)
        self.assertEqual([], [line for line in ours if "O_CLOEXEC" not in line])

    def test_errors_of_ours_leave_no_trace(self) -> None:
        for breakage in ("issuer = 1\n", '[store]\nkey_file = "/nowhere"\n', ""):
            self.configure(breakage)
            outcomes = self.repeat("alice", [Code.CONV_ERR] * 100, 100)
            self.assertEqual({Code.AUTH_ERR}, {outcome.code("authenticate") for outcome in outcomes})
