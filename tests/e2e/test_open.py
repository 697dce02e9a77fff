"""`ssh files.example.com open`: a login that opens the file shares, says until when, and gives nothing else."""

import contextlib
import select
import socket
import subprocess
import tempfile
import time
from datetime import datetime
from pathlib import Path

import paramiko

from support import accounts, askpass, ssh_client, twinlock
from support.accounts import ALICE, CAROL
from support.scenario import SshScenario
from support.ssh_client import Outcome, SshClient

OPEN = Path("/usr/libexec/twinlock/open")
ENGLISH = "Your files are open at this address until {}.\n"
GERMAN = "Ihre Dateien sind an dieser Adresse bis {} offen.\n"
PROHIBITED = 1  # RFC 4254, 5.1: SSH_OPEN_ADMINISTRATIVELY_PROHIBITED


def connected(port: int) -> socket.socket:
    """A connection to the port, as soon as somebody listens there."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def socks_request(port: int) -> bytes:
    """RFC 1928: no authentication, then CONNECT to 127.0.0.1."""
    return bytes((5, 1, 0)) + bytes((5, 1, 0, 1, 127, 0, 0, 1)) + port.to_bytes(2, "big")


class OpenScenario(SshScenario):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(accounts.install)
        accounts.make_group("twinlock-open", ALICE)

    def lease_end(self, day_format: str = "%Y-%m-%d") -> str:
        """Of the one lease that alice has, as a person here writes it: today without the day."""
        (lease,) = twinlock.leases("alice")
        end = datetime.fromisoformat(lease["until"]).astimezone()
        today = end.date() == datetime.now().astimezone().date()
        return end.strftime("%H:%M" if today else f"{day_format} %H:%M")

    def assert_opened(self, outcome: Outcome) -> None:
        self.assertEqual(0, outcome.status, self._logs())
        self.assertEqual(ENGLISH.format(self.lease_end()), outcome.output)


class Member(OpenScenario):
    def test_password_and_code_open_the_shares_and_tell_until_when(self) -> None:
        outcome = self.log_in(self.phone.code(), command="open")
        self.assertEqual(["Password: ", "Code: "], outcome.questions())
        self.assert_opened(outcome)
        (lease,) = twinlock.leases("alice")
        self.assertEqual(("127.0.0.1", ["samba"]), (lease["address"], lease["services"]))

    def test_the_lease_is_as_long_as_the_configuration_says(self) -> None:
        self.configure('[service.sshd]\nlease = "2h"\n')
        before = datetime.now().astimezone()
        self.assert_opened(self.log_in(self.phone.code(), command="open"))
        (lease,) = twinlock.leases("alice")
        length = datetime.fromisoformat(lease["until"]) - before
        self.assertTrue(7195 < length.total_seconds() < 7260, length)

    def test_in_german(self) -> None:
        self.configure('language = "de"\n')
        outcome = self.log_in(self.phone.code(), command="open")
        self.assertEqual((0, GERMAN.format(self.lease_end("%d.%m.%Y"))), (outcome.status, outcome.output))

    def test_what_the_client_asks_for_is_not_run(self) -> None:
        for step, command in enumerate(("id; touch /home/alice/ran", "open --help; id", "")):
            with self.subTest(command):
                twinlock.remove_everybody()
                self.phone = twinlock.enrol("alice")
                self.assert_opened(self.log_in(self.phone.code(), command=command))
        self.assertFalse((ALICE.home / "ran").exists())

    def test_a_wrong_code_opens_nothing(self) -> None:
        self.assert_refused(self.log_in(self.phone.wrong_code(), command="open"))
        self.assertEqual([], twinlock.leases("alice"))

    def test_where_a_login_earns_nothing_it_says_so(self) -> None:
        for language, said in (("en", "Nothing was opened"), ("de", "Nichts wurde geöffnet")):
            self.configure(f'language = "{language}"\n[service.sshd]\nlease = "0"\n')
            outcome = self.log_in(self.phone.code(1 if language == "de" else 0), command="open")
            self.assertEqual(1, outcome.status, self._logs())
            self.assertTrue(outcome.output.startswith(said), outcome.output)

    def test_the_client_cannot_name_a_time(self) -> None:
        self.configure('[service.sshd]\nlease = "0"\n')
        outcome = self.log_in(self.phone.code(), command="open", options=["SetEnv=TWINLOCK_LEASE_UNTIL=9999999999"])
        self.assertEqual(1, outcome.status)
        self.assertIn("Nothing was opened", outcome.output)

    def test_with_the_command_as_login_shell_bash_and_its_startup_files_play_no_part(self) -> None:
        accounts.set_shell(ALICE, OPEN)
        self.assert_opened(self.log_in(self.phone.code(), command="id"))

    def test_with_bash_the_startup_file_of_the_home_directory_is_read(self) -> None:
        """The trap that the comment in the shipped file warns of."""
        accounts.set_shell(ALICE, Path("/bin/bash"))
        startup = ALICE.home / ".bashrc"
        self.addCleanup(startup.unlink)
        startup.write_text("echo read\n")
        outcome = self.log_in(self.phone.code(), command="open")
        self.assertEqual("read\n" + ENGLISH.format(self.lease_end()), outcome.output)


class MemberWithForwarding(OpenScenario):
    """Nothing but the forced command, whatever OpenSSH's clients are told to do."""

    def scp(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (directory / "upload").touch()
        *options, _ = ssh_client.arguments(self.server.port, "alice")
        options[options.index("-p")] = "-P"
        answers = {"Password: ": ALICE.password, "Code: ": self.phone.code()}
        return askpass.run(["scp", *options, *arguments, directory / "upload", "alice@127.0.0.1:stolen"], answers, directory)

    def test_scp_copies_nothing(self) -> None:
        for step, protocol in enumerate((["-s"], ["-O"])):  # SFTP, and the one before
            with self.subTest(protocol):
                twinlock.remove_everybody()
                self.phone = twinlock.enrol("alice")
                done = self.scp(*protocol)
                self.assertNotEqual(0, done.returncode)
                self.assertEqual(1, len(twinlock.leases("alice")), done.stderr)
        self.assertFalse((ALICE.home / "stolen").exists())

    def test_scp_would_have_copied_without_the_group(self) -> None:
        accounts.install()
        self.assertEqual(0, self.scp().returncode)
        (ALICE.home / "stolen").unlink()

    def test_a_tunnel_to_a_port_behind_the_server_carries_nothing(self) -> None:
        for step, kind in enumerate(("LocalForward", "DynamicForward")):
            with self.subTest(kind):
                self.assertEqual(b"", self.sent_through_a_tunnel(kind, step))
                self.assertEqual(1, len(twinlock.leases("alice")))

    def test_it_would_have_carried_something_without_the_group(self) -> None:
        accounts.install()
        for step, kind in enumerate(("LocalForward", "DynamicForward")):
            with self.subTest(kind):
                self.assertEqual(b"hello", self.sent_through_a_tunnel(kind, step))

    def sent_through_a_tunnel(self, kind: str, step: int) -> bytes:
        """What arrives behind the server of a greeting from in front of it; `step` is that of the code."""
        with socket.create_server(("127.0.0.1", 0)) as behind, socket.create_server(("127.0.0.1", 0)) as probe:
            near, far = probe.getsockname()[1], behind.getsockname()[1]
            probe.close()
            target = f" 127.0.0.1:{far}" if kind == "LocalForward" else ""
            options = [f"{kind}=127.0.0.1:{near}{target}", "SessionType=none"]
            with SshClient(self.server, "alice", options=options) as client:
                for answer in (ALICE.password, self.phone.code(step)):
                    client.answer(client.next_prompt() or "", answer)
                return self.arriving(connected(near), behind, socks_request(far) if kind == "DynamicForward" else b"")

    def arriving(self, tunnel: socket.socket, behind: socket.socket, request: bytes) -> bytes:
        with tunnel:
            tunnel.sendall(request + b"hello")
            readable, _, _ = select.select([behind, tunnel], [], [], 20)
            with contextlib.suppress(ConnectionResetError):  # one way in which the client gives the tunnel up
                while tunnel in readable and tunnel.recv(100):  # what SOCKS answers
                    readable, _, _ = select.select([behind, tunnel], [], [], 20)
        if behind not in readable:
            return b""
        with behind.accept()[0] as arrived:
            return arrived.recv(100)

    def test_a_port_on_the_server_is_not_forwarded_back(self) -> None:
        outcome = self.log_in(self.phone.code(), command="open",
                              options=["RemoteForward=0 127.0.0.1:1", "ExitOnForwardFailure=yes"])
        self.assertEqual(255, outcome.status)
        self.assertIn("remote port forwarding failed", outcome.output)


class MemberWithoutManners(OpenScenario):
    """paramiko asks for what OpenSSH's clients would not."""

    def transport(self) -> paramiko.Transport:
        transport = self.enterContext(paramiko.Transport(("127.0.0.1", self.server.port)))
        answers = {"Password: ": ALICE.password, "Code: ": self.phone.code()}
        transport.connect()
        transport.auth_interactive("alice", lambda _title, _text, prompts: [answers[prompt] for prompt, _ in prompts])
        return transport

    def said_to(self, request: str, *arguments: str) -> str:
        channel = self.alice.open_session()
        getattr(channel, request)(*arguments)
        return channel.makefile().read().decode().replace("\r\n", "\n")

    def test_every_kind_of_session_ends_in_the_command(self) -> None:
        self.alice = self.transport()
        said = self.said_to("invoke_shell")
        self.assertEqual(ENGLISH.format(self.lease_end()), said)
        self.assertEqual(said, self.said_to("exec_command", "/bin/sh -c id"))
        self.assertEqual(said, self.said_to("invoke_subsystem", "sftp"))

    def test_no_channel_leads_elsewhere(self) -> None:
        alice = self.transport()
        here = ("127.0.0.1", self.server.port)
        for kind in ("direct-tcpip", "forwarded-tcpip"):
            with self.subTest(kind), self.assertRaises(paramiko.ChannelException) as refused:
                alice.open_channel(kind, here, here)
            if kind == "direct-tcpip":
                self.assertEqual(PROHIBITED, refused.exception.code)
        with self.assertRaises(paramiko.SSHException):
            alice.request_port_forward("", 0)

    def test_no_agent_and_no_windows_are_forwarded(self) -> None:
        channel = self.transport().open_session()
        with self.assertRaises(paramiko.SSHException):
            channel.request_x11()
        channel = self.transport_again().open_session()
        channel.request_forward_agent(lambda _: None)  # paramiko does not wait for the server's answer
        channel.exec_command("open")
        channel.makefile().read()
        self.assertEqual([], list(Path("/tmp").glob("ssh-*/agent.*")))

    def transport_again(self) -> paramiko.Transport:
        twinlock.remove_everybody()
        self.phone = twinlock.enrol("alice")
        return self.transport()


class NotAMember(OpenScenario):
    def test_has_a_shell_as_before(self) -> None:
        self.phone = twinlock.enrol("carol")
        outcome = self.log_in(self.phone.code(), CAROL, command="id -un; echo $TWINLOCK_LEASE_UNTIL")
        self.assertRegex(outcome.output, r"^carol\n\d{10}\n$")
        self.assertEqual(1, len(twinlock.leases("carol")))
