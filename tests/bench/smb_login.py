#!/usr/bin/python3
"""How much time twinlock adds to a login over SMB: ./dev bench runs it.

Whole smbclient logins, one after the other and interleaved, against the same smbd without twinlock, with it and a fresh
code (helper, account with a flush to disk, session) and with it under a lease. Records lie on the build's file system.
"""

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import paths, sandbox, syslog, twinlock  # noqa: E402  (after the path is set)
from support.accounts import ALICE, BOB  # noqa: E402
from support.command import CONFIG_FILE  # noqa: E402
from support.smb_client import smbclient  # noqa: E402
from support.smbd import Smbd  # noqa: E402

ROUNDS = 120
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
USERS = paths.BUILD / "bench-users"


def hotp_codes(count: int) -> list[str]:
    done = subprocess.run(["oathtool", "--hotp", "--base32", "--counter=0", f"--window={count - 1}", "-"], input=SECRET,
                          capture_output=True, text=True, check=True)
    return done.stdout.split()


def timed(login: Callable[[], None]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    login()
    return (time.perf_counter() - start) * 1000


def enrol() -> None:
    shutil.rmtree(USERS, ignore_errors=True)
    USERS.mkdir(mode=0o700)
    twinlock.run("init")
    CONFIG_FILE.write_text(f'[store]\nurl = "file:{USERS}"\n')
    twinlock.run("enrol", "alice", "--hotp", "--secret-stdin", "--no-confirm", stdin=f"{SECRET}\n")
    twinlock.enrol("bob")
    twinlock.run("lease", "grant", "bob", "--address", "127.0.0.1")


def log_in(server: Smbd, name: str, password: str) -> None:
    outcome = smbclient(server, name, password)
    if not outcome.let_in:
        sys.exit(f"refused: {outcome.output}")


def measure(plain: Smbd, guarded: Smbd) -> dict[str, list[float]]:
    codes = iter(hotp_codes(ROUNDS))
    logins: dict[str, Callable[[], None]] = {
        "without twinlock": lambda: log_in(plain, "alice", ALICE.password),
        "with a fresh code": lambda: log_in(guarded, f"alice+{next(codes)}", ALICE.password),
        "under a lease": lambda: log_in(guarded, "bob", BOB.password),
        "without again": lambda: log_in(plain, "bob", BOB.password),
    }
    times: dict[str, list[float]] = {name: [] for name in logins}
    for _ in range(ROUNDS):
        for name, login in logins.items():
            times[name].append(timed(login))
    return times


def report(times: dict[str, list[float]]) -> None:
    base = statistics.median(times["without twinlock"])
    print(f"{ROUNDS} logins each, smbclient to smbd over loopback, milliseconds:")
    print(f"{'':20} {'median':>8} {'p90':>8} {'more':>8} {'ratio':>7}")
    for name, values in times.items():
        median, p90 = statistics.median(values), statistics.quantiles(values, n=10)[8]
        print(f"{name:20} {median:8.2f} {p90:8.2f} {median - base:8.2f} {median / base:7.3f}")


def main() -> None:
    sandbox.enter()
    syslog.collected()
    enrol()
    with Smbd(drop_in=("server smb encrypt = required", "server min protocol = SMB3")) as plain, Smbd() as guarded:
        report(measure(plain, guarded))
    shutil.rmtree(USERS)


main()
