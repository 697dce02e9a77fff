"""Two clients: smbclient, one command a connection, and impacket, whose connections stay open and can misbehave."""

import contextlib
import copy
import random
import re
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from unittest import mock

from impacket import smb3structs  # type: ignore[import-untyped]
from impacket.dcerpc.v5 import lsat, rpcrt, transport  # type: ignore[import-untyped]
from impacket.dcerpc.v5.dtypes import NULL  # type: ignore[import-untyped]
from impacket.smbconnection import SessionError, SMBConnection  # type: ignore[import-untyped]

from support import paths
from support.smbd import Smbd

REFUSED = "NT_STATUS_LOGON_FAILURE"
_TIMEOUT = 60


@dataclass(frozen=True)
class Outcome:
    status: int
    output: str

    @property
    def let_in(self) -> bool:
        return self.status == 0

    @property
    def nt_status(self) -> str:
        """The server's word for the refusal; empty where there was none."""
        found = re.search(r"NT_STATUS_\w+", self.output)
        return found[0] if found else ""


def smbclient(server: Smbd, name: str | bytes, password: str, *, source: str = "127.0.0.1", share: str = "data",
              command: str = "ls", host: str = "127.0.0.1", options: Sequence[str] = ()) -> Outcome:
    """Logs in under the name as typed, from that IPv4 address of the loopback network, and runs one command."""
    return start_smbclient(server, name, password, source=source, share=share, command=command, host=host,
                           options=options).finish()


class RunningClient:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def finish(self) -> Outcome:
        output, _ = self._process.communicate(timeout=_TIMEOUT)
        return Outcome(self._process.returncode, output)


def start_smbclient(server: Smbd, name: str | bytes, password: str, *, source: str = "127.0.0.1", share: str = "data",
                    command: str = "ls", host: str = "127.0.0.1", options: Sequence[str] = ()) -> RunningClient:
    words: list[str | bytes] = ["smbclient", f"//{host}/{share}", "--port", str(server.port), "--configfile=/dev/null",
                                *options, "--user", name, "--command", command]
    environment = {"PASSWD": password, "PATH": "/usr/bin:/bin", "LD_PRELOAD": str(paths.BUILD / "tests/bind_source.so"),
                   "BIND_SOURCE": source}
    return RunningClient(subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                          stderr=subprocess.STDOUT, text=True, errors="replace"))


class Connection(contextlib.AbstractContextManager["Connection"]):
    """An SMB 3 connection (encrypted, as the server demands) that stays open until the context is left."""

    def __init__(self, server: Smbd, *, source: str = "127.0.0.1",
                 dialect: int = smb3structs.SMB2_DIALECT_30, client_guid: str = "") -> None:
        with _connecting_from(source), _presenting(client_guid):
            self._smb: Any = SMBConnection("127.0.0.1", "127.0.0.1", sess_port=server.port, preferredDialect=dialect,
                                           timeout=_TIMEOUT)
        self._no_session = copy.deepcopy(self._smb.getSMBServer()._Session)

    def log_in(self, name: str, password: str, domain: str = "") -> str:
        """A session set-up; again on the same connection for a further one. The server's status, empty: let in."""
        try:
            self._smb.login(name, password, domain)
        except SessionError as refusal:
            return str(refusal.getErrorString()[0]).replace("STATUS_", "NT_STATUS_")
        return ""

    def forget_session(self) -> None:
        """The next log_in makes a further session in place of authenticating the present one again."""
        self._smb.getSMBServer()._Session = copy.deepcopy(self._no_session)

    @property
    def session_id(self) -> int:
        return int(self._smb.getSMBServer()._Session["SessionID"])

    def take_over(self, session_id: int, name: str, password: str) -> str:
        """A log_in of a client that came back and wants its earlier session ended (MS-SMB2 3.2.5.3.2)."""
        original = smb3structs.SMB2SessionSetup.__init__

        def with_previous_session(request: Any, data: Any = None) -> None:
            original(request, data)
            if data is None:
                request["PreviousSessionId"] = session_id

        with mock.patch.object(smb3structs.SMB2SessionSetup, "__init__", with_previous_session):
            return self.log_in(name, password)

    def log_in_on_pipe(self, name: str, password: str) -> None:
        """A log-in within RPC, on top of the present session, which Samba's rpcd_lsad decides. It has no answer of its
        own: returns when a question behind it is answered, to whomever.
        """
        pipe = transport.SMBTransport("127.0.0.1", filename=r"\lsarpc", smb_connection=self._smb).get_dce_rpc()
        pipe.set_auth_level(rpcrt.RPC_C_AUTHN_LEVEL_PKT_INTEGRITY)
        pipe.set_credentials(name, password)
        pipe.connect()
        pipe.bind(lsat.MSRPC_UUID_LSAT)
        question = lsat.LsarGetUserName()
        question["SystemName"] = question["UserName"] = question["DomainName"] = NULL
        with contextlib.suppress(rpcrt.DCERPCException):
            pipe.request(question)

    def authenticate_again(self, name: str, password: str) -> str:
        """The present session once more; its keys stay those of the first time (MS-SMB2 3.2.5.3)."""
        server = self._smb.getSMBServer()
        keys = dict(server._Session)
        status = self.log_in(name, password)
        server._Session = keys
        return status

    def files(self, share: str = "data") -> list[str]:
        return [entry.get_longname() for entry in self._smb.listPath(share, "*")]

    def shares(self) -> list[str]:
        return [str(share["shi1_netname"]).rstrip("\0") for share in self._smb.listShares()]

    def connect_tree(self, share: str) -> str:
        """The server's status; empty: connected."""
        try:
            self._smb.connectTree(share)
        except SessionError as refusal:
            return str(refusal.getErrorString()[0]).replace("STATUS_", "NT_STATUS_")
        return ""

    def is_alive(self) -> bool:
        """Whether the server still answers on it."""
        try:
            self.files()
        except Exception:  # noqa: BLE001  (impacket raises whatever the socket or its own state gives)
            return False
        return True

    def wait_until_cut(self) -> None:
        """Returns when the server has closed the connection; TimeoutError where it does not."""
        link: socket.socket = self._smb.getSMBServer()._NetBIOSSession.get_socket()
        link.settimeout(_TIMEOUT)
        with contextlib.suppress(ConnectionError):
            while link.recv(4096):
                pass

    def log_off(self) -> None:
        self._smb.logoff()

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):
            self._smb.close()


@contextlib.contextmanager
def _connecting_from(source: str) -> Any:
    """impacket has no way to choose the client's own address."""
    original = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        self.bind((source, 0))
        original(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign]
    try:
        yield
    finally:
        socket.socket.connect = original  # type: ignore[method-assign]


def _presenting(client_guid: str) -> Any:
    """impacket draws the letters of its ClientGuid one by one; `client_guid` is one letter. Empty: as it likes."""
    return mock.patch.object(random, "choice", lambda _: client_guid) if client_guid else contextlib.nullcontext()
