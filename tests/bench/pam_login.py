#!/usr/bin/python3
"""What a login costs with twinlock and with its peers: ./dev bench runs it.

pam_start to pam_end in a fresh process, one login after the other and interleaved, each with a counter code of its own
that must then be used up on disk. Ratios between the rows are the result; milliseconds differ from day to day. Two rows
of twinlock's in a process that has OpenSSL at work already, as sshd's has.
"""

import itertools
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import accounts, paths, sandbox, syslog, twinlock  # noqa: E402  (after the path is set)
from support.command import CONFIG_FILE  # noqa: E402

ROUNDS = 120
MANY = 10_000
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STACKS = Path("/run/bench-stacks")
FILES = paths.BUILD / "bench"  # on a real disk
PEERS = paths.SYSROOT.parent / "peers"  # unpacked by ./dev bench


class Timer:
    """pam_timer at work."""

    def __init__(self, *options: str) -> None:
        self._process = subprocess.Popen([paths.BUILD / "tests/bench/pam_timer", *options], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, bufsize=1)

    def milliseconds(self, stack: str, code: str) -> float:
        assert self._process.stdin and self._process.stdout
        print(STACKS / stack, accounts.ALICE.name, code, sep="\t", file=self._process.stdin, flush=True)
        time, outcome = self._process.stdout.readline().split()
        if outcome != "0":
            sys.exit(f"{stack}: refused with {outcome}\n{syslog.collected().text()}")
        return int(time) / 1e6


class Row:
    def __init__(self, name: str, timer: Timer, stack: str, codes: Iterator[str] = itertools.repeat("")) -> None:
        self.name, self.times = name, list[float]()
        self._timer, self._stack, self._codes = timer, stack, codes

    def run(self) -> None:
        self.times.append(self._timer.milliseconds(self._stack, next(self._codes)))


def codes(first_counter: int) -> Iterator[str]:
    done = subprocess.run(["oathtool", "--hotp", "--base32", f"--counter={first_counter}", f"--window={ROUNDS}", "-"],
                          input=SECRET, capture_output=True, text=True, check=True)
    return iter(done.stdout.split())


def add_stack(name: str, line: str) -> str:
    (STACKS / name).mkdir(parents=True)
    (STACKS / name / "bench").write_text(f"auth required {line}\n")
    return name


def peer(name: str) -> Path:
    return next(PEERS.glob(f"**/security/{name}"))


def add_twinlock(name: str, others: int) -> str:
    """alice's record and copies of it under other names, which are never opened."""
    store, config = FILES / name, Path("/etc/twinlock", f"{name}.conf")
    store.mkdir(parents=True, mode=0o700)
    config.write_text(f'[store]\nurl = "file:{store}"\n')
    twinlock.run("enrol", "alice", "--hotp", "--secret-stdin", "--no-confirm", "--config", str(config), stdin=f"{SECRET}\n")
    for number in range(others):
        shutil.copy2(store / "alice", store / f"somebody{number}")
    return add_stack(name, f"{paths.MODULE} config={config}")


def add_oath(name: str, others: int) -> str:
    key = subprocess.run(["oathtool", "--verbose", "--hotp", "--base32", "-"], input=SECRET, capture_output=True, text=True,
                         check=True).stdout.split("Hex secret: ")[1].split()[0]
    names = [f"somebody{number}" for number in range(others)]
    names.insert(others // 2, "alice")
    users = FILES / f"{name}.users"
    users.write_text("".join(f"HOTP {user} - {key}\n" for user in names))
    users.chmod(0o600)
    return add_stack(name, f"{peer('pam_oath.so')} usersfile={users} window=20 digits=6")


def add_google_authenticator() -> str:
    home = FILES / "google-authenticator"
    home.mkdir(mode=0o700)
    (home / "alice").write_text(f'{SECRET}\n" HOTP_COUNTER 1\n" WINDOW_SIZE 3\n')
    (home / "alice").chmod(0o400)
    for path in (home, home / "alice"):
        shutil.chown(path, "alice", "alice")
    return add_stack("google-authenticator", f"{peer('pam_google_authenticator.so')} secret={home}/${{USER}}")


def rows() -> list[Row]:
    plain, as_sshd = Timer(), Timer("--with-libcrypto")
    return [
        Row("pam_permit", plain, add_stack("permit", "pam_permit.so")),
        Row("pam_google_authenticator", plain, add_google_authenticator(), codes(1)),
        Row("pam_oath, 1 user", plain, add_oath("oath-1", 0), codes(0)),
        Row("pam_oath, 1,000 users", plain, add_oath("oath-1000", 999), codes(0)),
        Row("twinlock, 1 user", plain, add_twinlock("twinlock-1", 0), codes(0)),
        Row(f"twinlock, {MANY:,} users", plain, add_twinlock("twinlock-many", MANY - 1), codes(0)),
        Row("twinlock, 1 user, as in sshd", as_sshd, add_twinlock("twinlock-sshd", 0), codes(0)),
        Row("pam_permit, as in sshd", as_sshd, "permit"),
    ]


def report(measured: list[Row]) -> None:
    base = next(statistics.median(row.times) for row in measured if row.name == "pam_google_authenticator")
    print(f"{ROUNDS} logins each through libpam, milliseconds; ratio to pam_google_authenticator:")
    print(f"{'':30} {'median':>8} {'p90':>8} {'ratio':>7}")
    for row in measured:
        median, p90 = statistics.median(row.times), statistics.quantiles(row.times, n=10)[8]
        print(f"{row.name:30} {median:8.2f} {p90:8.2f} {median / base:7.2f}")


def main() -> None:
    sandbox.enter()
    syslog.collected()
    twinlock.run("init")
    CONFIG_FILE.write_text("")
    shutil.rmtree(FILES, ignore_errors=True)
    FILES.mkdir()
    measured = rows()
    for _ in range(ROUNDS):
        for row in measured:
            row.run()
    report(measured)
    shutil.rmtree(FILES)


main()
