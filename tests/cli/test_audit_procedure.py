"""What twinlock(8) says of the audit log at the end of a year, each command carried out as it is written there."""

import datetime
import json
import os
import subprocess
from pathlib import Path

from support import pam, paths
from support.audit_log import AuditScenario, append
from support.manual import procedure
from support.twinlock import run_json


def clock_of(day: str) -> dict[str, str]:
    return {**pam.clock_at(f"{day} 12:00:00"), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}


class EndOfAYear(AuditScenario):
    def at(self, day: str, command: str) -> str:
        tools = Path("/run/tools")
        tools.mkdir(exist_ok=True)
        if not (tools / "twinlock").exists():
            (tools / "twinlock").symlink_to(paths.COMMAND)
        environment = {**os.environ, **clock_of(day), "PATH": f"{tools}:{os.environ['PATH']}", "TZ": "UTC"}
        person = subprocess.run(["script", "--quiet", "--return", "--command", command, "/dev/null"], input="y\n",
                                env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(0, person.returncode, f"{command}: {person.stdout}{person.stderr}")
        return person.stdout

    def test_leaves_pseudonyms_of_the_old_year_and_the_lines_of_the_new_one(self) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/root"], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", "/root"], check=True)
        append(1, 2, user="alice", moment=datetime.datetime(2026, 3, 1, 10, tzinfo=datetime.UTC))
        self.at("2026-12-30", "twinlock sweep")
        append(3, user="bob", moment=datetime.datetime(2027, 1, 10, 10, tzinfo=datetime.UTC))
        self.at("2027-01-10", "twinlock sweep")

        (commands,) = procedure("THE END OF A YEAR")
        self.assertEqual(5, len(commands))
        for command in commands:
            shown = self.at("2027-01-31", command)

        kept = [json.loads(line) for line in Path("/root/logins-2026.jsonl").read_text().splitlines()]
        self.assertEqual([1, 2], [line["token"] for line in kept])
        self.assertEqual(1, len({line["user"] for line in kept}))
        self.assertNotIn("alice", Path("/root/logins-2026.jsonl").read_text())
        self.assertEqual([3], [line["token"] for line in run_json("audit", "show", "--event", "login")])
        self.assertRegex(shown, r"(?i)head")
