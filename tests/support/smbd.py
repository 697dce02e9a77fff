"""A real smbd on loopback addresses, standalone with a tdbsam of its own. Only for use inside the sandbox."""

import contextlib
import re
import socket
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from support import accounts, paths
from support.accounts import Account
from support.lines import Lines

_DROP_IN = ("include = /etc/samba/twinlock.conf",)
_ENDED = "(smbd has ended)"


class Smbd(contextlib.AbstractContextManager["Smbd"]):
    """Runs with the shipped drop-in; `options` stand behind it in [global] and win. `drop_in=()`: without twinlock."""

    def __init__(self, options: Sequence[str] = (), drop_in: Sequence[str] = _DROP_IN,
                 people: Sequence[Account] = accounts.EVERYBODY) -> None:
        self.port = _free_port()
        self.log = Lines()
        self._directory = tempfile.TemporaryDirectory(prefix="smbd.")
        self._base = Path(self._directory.name)
        self._base.chmod(0o755)
        self._write_config([*drop_in, *options])
        for account in people:
            self.add_account(account)
        self._process = self._start()
        threading.Thread(target=self._collect, args=(self._process.stdout,), daemon=True).start()
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def share(self) -> Path:
        """What the share `data` shows."""
        return self._base / "share"

    @property
    def config(self) -> Path:
        return self._base / "smb.conf"

    def add_account(self, account: Account) -> None:
        """Makes the account known to smbd, with the same password."""
        subprocess.run([paths.PDBEDIT, "-s", self.config, "--create", "--password-from-stdin", account.name],
                       input=f"{account.password}\n{account.password}\n", text=True, capture_output=True, check=True)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        self._directory.cleanup()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _write_config(self, options: Sequence[str]) -> None:
        for name in ("private", "lock", "state", "cache", "pid", "ncalrpc"):
            (self._base / name).mkdir()
        self.share.mkdir()
        self.share.chmod(0o777)
        (self.share / "readme.txt").write_text("the files are here\n")
        base, settings = self._base, "\n".join(f"   {option}" for option in options)
        self.config.write_text(f"""\
[global]
   workgroup = EXAMPLE
   netbios name = FILES
   server role = standalone server
   passdb backend = tdbsam:{base}/private/passdb.tdb
   smb ports = {self.port}
   interfaces = lo
   bind interfaces only = yes
   private dir = {base}/private
   lock directory = {base}/lock
   state directory = {base}/state
   cache directory = {base}/cache
   pid directory = {base}/pid
   ncalrpc dir = {base}/ncalrpc
   max log size = 0
   log level = 2 auth:3
   load printers = no
   printing = bsd
   disable spoolss = yes
   usershare max shares = 0
   panic action =
{settings}
[data]
   path = {self.share}
   read only = no
[other]
   path = {self.share}
   read only = no
""")

    def _start(self) -> subprocess.Popen[str]:
        command = [paths.SMBD, "--foreground", "--no-process-group", "--debug-stdout", "-s", self.config]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, errors="replace", process_group=0)

    def _wait_until_ready(self) -> None:
        """By the line that it writes when its sockets are open. It tells systemd so some milliseconds too early."""
        line = self.log.wait_for(rf"^waiting for connections|^{re.escape(_ENDED)}")
        if line == _ENDED:
            raise RuntimeError(f"smbd did not start:\n{self.log.text()}")

    def _collect(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self.log.append(line.rstrip())
        self.log.append(_ENDED)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
