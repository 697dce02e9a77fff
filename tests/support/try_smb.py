"""The SMB part of ./dev try: a share that wants a code in the user name, on a real smbd."""

import re
import subprocess
from collections.abc import Callable

import pexpect

from support import paths, twinlock
from support.smb_client import REFUSED, smbclient
from support.smbd import Smbd
from support.totp import Phone

Say = Callable[[str], None]


class FileManager:
    """A smbclient that stays connected, as a file manager does."""

    PROMPT = "smb: \\> "

    def __init__(self, server: Smbd, name: str, password: str) -> None:
        self._client = pexpect.spawn(
            "smbclient", ["//127.0.0.1/data", "--port", str(server.port), "--configfile=/dev/null", "--user", name],
            env={"PASSWD": password, "PATH": "/usr/bin:/bin", "TERM": "dumb"}, encoding="utf-8", timeout=20, echo=False)
        self._client.delaybeforesend = None
        self._wait()

    def list_files(self) -> list[str]:
        self._client.sendline("ls")
        return [line for line in self._wait() if line.startswith("  ")]

    def end(self) -> None:
        self._client.close(force=True)

    def _wait(self) -> list[str]:
        """What it says until it asks for the next command, or has ended."""
        self._client.expect_exact([self.PROMPT, pexpect.EOF])
        return [line.rstrip() for line in str(self._client.before).splitlines() if line.strip()]


def show(server: Smbd, phone: Phone, password: str, say: Say) -> bool:
    """Whether all went as it should."""
    say("\nThe same files over SMB. What the login over SSH has opened is closed again first:\n\n  # twinlock revoke alice")
    say(indented(twinlock.run("revoke", "alice")))
    refused = show_refusal(server, password, say)
    return show_login(server, phone, password, say) and refused


def show_refusal(server: Smbd, password: str, say: Say) -> bool:
    say(f"\nWith the password alone:\n\n  $ smbclient -p {server.port} //127.0.0.1/data -U alice")
    outcome = smbclient(server, "alice", password)
    say(f"  {outcome.output.strip()}")
    say("  => LET IN, which is wrong" if outcome.let_in else "  => refused")
    return outcome.nt_status == REFUSED


def show_login(server: Smbd, phone: Phone, password: str, say: Say) -> bool:
    name = f"alice+{phone.code(steps_ahead=1)}"  # the present one was used up over SSH
    say(f"\nWith the code in the name, and the password as ever:\n\n  $ smbclient -p {server.port} //127.0.0.1/data"
        f" -U {name}\n  smb: \\> ls")
    manager = FileManager(server, name, password)
    try:
        files = manager.list_files()
        say("\n".join(f"  {line}" for line in files))
        opened = any("readme.txt" in line for line in files)
        say("  => let in, and stays connected" if opened else "  => REFUSED, which is wrong")
        return opened and show_end(server, manager, say)
    finally:
        manager.end()


def show_end(server: Smbd, manager: FileManager, say: Say) -> bool:
    protocol = subprocess.run([paths.SYSROOT / "usr/bin/smbstatus", "--configfile", server.config, "--processes"],
                              capture_output=True, text=True, check=True).stdout
    [connection] = re.findall(r"^\d+ +alice .*", protocol, re.MULTILINE)
    say(f"\nWhat the administrator sees, and how it ends:\n\n  # smbstatus --processes\n  {connection}")
    say(f"  # twinlock sessions\n{indented(twinlock.run('sessions'))}")
    say(f"  # twinlock revoke alice\n{indented(twinlock.run('revoke', 'alice'))}")
    cut = "readme.txt" not in "".join(manager.list_files()) and twinlock.run_json("sessions") == []
    say("  => cut" if cut else "  => STILL CONNECTED, which is wrong")
    encrypted = "SMB3_11" in connection and "AES" in connection
    return encrypted and cut


def indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.rstrip().splitlines())
