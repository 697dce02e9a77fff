"""Drives the twinlock command."""

import json
import subprocess
from pathlib import Path
from typing import Any

from support import paths
from support.totp import Phone

_AUDIT_LOG = Path("/var/log/twinlock/audit.log")
_AUDIT_HEAD = Path("/var/lib/twinlock/audit.head")


def run(*arguments: str, stdin: str = "") -> str:
    """What the command prints; AssertionError where it does not end with 0."""
    done = subprocess.run([paths.COMMAND, *arguments], input=stdin, text=True, capture_output=True, timeout=60)
    if done.returncode != 0:
        raise AssertionError(f"twinlock {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def run_json(*arguments: str, stdin: str = "") -> Any:
    return json.loads(run(*arguments, "--json", stdin=stdin))


def enrol(user: str, *options: str) -> Phone:
    """One more token for the user, ready for use."""
    phone = Phone()
    run_json("enrol", user, "--secret-stdin", "--no-confirm", *options, stdin=f"{phone.secret}\n")
    return phone


def remove_everybody() -> None:
    for user in run_json("list"):
        run("remove", user["user"], "--yes")


def audit_lines() -> list[dict[str, Any]]:
    """Without the seals."""
    lines = [json.loads(line) for line in _AUDIT_LOG.read_text().splitlines() if line]  # empty: see audit_log.cc
    return [line for line in lines if line.get("event") != "seal"]


def clear_audit() -> None:
    """As if nothing had ever been logged or sealed."""
    _AUDIT_HEAD.unlink(missing_ok=True)
    _AUDIT_LOG.write_text("")


def leases(user: str) -> list[dict[str, Any]]:
    return list(run_json("show", user)["leases"])
