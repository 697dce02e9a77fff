"""Clients beside OpenSSH's own on a terminal."""

import subprocess

import paramiko

from support import ssh_client
from support.accounts import ALICE
from support.paramiko_client import list_home
from support.scenario import SshScenario


class Paramiko(SshScenario):
    def test_password_and_code_open_the_files(self) -> None:
        (ALICE.home / "minutes.odt").touch()
        exchanges, files = list_home(self.server, "alice", {"Password: ": ALICE.password, "Code: ": self.phone.code()})
        self.assertEqual(["Password: ", "Code: "], [exchange.prompt for exchange in exchanges])
        self.assertIn("minutes.odt", files)

    def test_a_wrong_code_is_refused(self) -> None:
        with self.assertRaises(paramiko.AuthenticationException):
            list_home(self.server, "alice", {"Password: ": ALICE.password, "Code: ": self.phone.wrong_code()})


class Sshpass(SshScenario):
    """Types the code behind a key."""

    sshd_options = ["AuthenticationMethods publickey,keyboard-interactive:pam", "PubkeyAuthentication yes"]

    def log_in_with_sshpass(self, code: str) -> subprocess.CompletedProcess[str]:
        arguments = ssh_client.arguments(self.server.port, "alice", ssh_client.with_key(self.new_key()))
        return subprocess.run(["sshpass", "-P", "Code: ", "-p", code, "ssh", *arguments, "echo logged in"],
                              text=True, capture_output=True, timeout=60)

    def test_key_and_code_get_in(self) -> None:
        done = self.log_in_with_sshpass(self.phone.code())
        self.assertEqual((0, "logged in\n"), (done.returncode, done.stdout), done.stderr)

    def test_key_and_wrong_code_are_refused(self) -> None:
        done = self.log_in_with_sshpass(self.phone.wrong_code())
        self.assertNotEqual(0, done.returncode)
        self.assertEqual("", done.stdout)
