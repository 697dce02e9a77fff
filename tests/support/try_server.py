#!/usr/bin/python3
"""A throw-away file server to try: what ./dev try starts.

Shows the enrolment of a demo user, logins with a code and without, over SSH and over SMB; stays up while somebody sits
at the terminal. Exits with 1 where a login did not end as it should.
"""

import dataclasses
import secrets
import shlex
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import accounts, paths, sandbox, syslog, try_smb, twinlock  # noqa: E402  (after the path is set)
from support.ssh_client import Exchange, Outcome, log_in  # noqa: E402
from support.smbd import Smbd  # noqa: E402
from support.sshd import Sshd  # noqa: E402
from support.totp import Phone  # noqa: E402

ALICE = dataclasses.replace(accounts.ALICE, password=f"demo-{secrets.token_hex(4)}")
NEW_SERVER = "Warning: Permanently added "  # said once, and here of a file that nobody keeps
GREETING = 'echo "Welcome, $(id -un). Your files are here."'


def say(text: str = "") -> None:
    print(text, flush=True)


def enrol_alice() -> None:
    """The phone of whoever watches; it has used up no code yet."""
    say("# twinlock enrol alice\n")
    subprocess.run([paths.COMMAND, "enrol", "alice", "--label", "phone", "--no-confirm"], check=True)


def show_login(server: Sshd, title: str, code: str) -> Outcome:
    say(f"\n{title}\n\n  $ ssh -p {server.port} alice@127.0.0.1")
    outcome = log_in(server, "alice", {"Password: ": ALICE.password, "Code: ": code}, GREETING, options=["LogLevel=INFO"])
    for exchange in outcome.prompts:
        say(f"  (alice@127.0.0.1) {exchange.prompt}{as_typed(exchange)}")
    for line in outcome.output.splitlines():
        if line.strip() and not line.startswith(NEW_SERVER):
            say(f"  {line}")
    return outcome


def as_typed(exchange: Exchange) -> str:
    if exchange.prompt.endswith("Password: "):
        return "*" * len(exchange.answer)
    return exchange.answer or "[Enter]"


def show_logins(server: Sshd, phone: Phone) -> bool:
    """Whether both ended as they should."""
    with_code = show_login(server, "A login with password and code:", phone.code())
    say("  => let in" if with_code.let_in else "  => REFUSED, which is wrong")
    without = show_login(server, "A login with the password, and Enter instead of a code:", "")
    say("  => LET IN, which is wrong" if without.let_in else "  => refused")
    return with_code.let_in and without.status == 255


def stay_up(server: Sshd, files: Smbd) -> None:
    say(f"""
The server stays up. Scan the QR code above with an authenticator app, then, in another terminal:

  ssh -p {server.port} -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no alice@127.0.0.1
  smbclient -p {files.port} //127.0.0.1/data -U alice+CODE

  Password: {ALICE.password}
  Code:     the one that your app shows

What the administrator sees (as root):

  nsenter --mount --target {sandbox.outer_pid()} {shlex.quote(str(paths.COMMAND))} show alice

Enter or Ctrl-C ends the server and removes all of it.""")
    try:
        sys.stdin.readline()
    except KeyboardInterrupt:
        say()


def main() -> int:
    sandbox.enter()
    accounts.install((ALICE,))
    syslog.collected()
    twinlock.run("init", "--issuer", "twinlock demo")
    enrol_alice()
    phone = twinlock.enrol("alice", "--label", "demonstration")
    with Sshd() as server, Smbd(people=(ALICE,)) as files:
        as_expected = show_logins(server, phone) and try_smb.show(files, phone, ALICE.password, say)
        if not as_expected:
            say(f"\nsshd:\n{server.log.text()}\n\nsmbd:\n{files.log.text()}\n\nsyslog:\n{syslog.collected().text()}")
        if as_expected and sys.stdin.isatty():
            stay_up(server, files)
    return 0 if as_expected else 1


sys.exit(main())
