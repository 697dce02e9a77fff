"""What the tests of enrolments share: a known secret in a known app, and its enrolment over stdin."""

import dataclasses
from typing import Any

from support.app import App
from support.command import USERS, CommandScenario, Done, run
from support.twinlock import run_json

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # 20 bytes


def app_with(secret: str = SECRET, **parameters: Any) -> App:
    usual = App("totp", "File server:alice", "File server", secret, "SHA1", digits=6, period=30, counter=0)
    return dataclasses.replace(usual, **parameters)


class EnrolScenario(CommandScenario):
    def enrol(self, *options: str, user: str = "alice", app: App | None = None, code: str | None = None) -> Done:
        """Gives the secret and the first code of an app over stdin."""
        app = app or app_with()
        typed = f"{app.secret}\n{app.code() if code is None else code}\n"
        return run("enrol", user, "--secret-stdin", "--json", *options, stdin=typed)

    def assert_nobody(self) -> None:
        self.assertEqual([], run_json("list"))
        self.assertEqual([], list(USERS.iterdir()))

    def assert_verdict(self, verdict: str, code: str, user: str = "alice") -> None:
        self.assertEqual({"verdict": verdict}, run("check", user, "--json", stdin=f"{code}\n").json())
